"""The demo's pair of push keys."""

import stat

import pytest
from django.core.management import load_command_class

from config.demo.kept import kept_push_keys
from notifications.vapid import problems


@pytest.fixture
def file(tmp_path, monkeypatch):
    path = tmp_path / "demo-push-keys"
    monkeypatch.setattr("config.demo.kept.push_keys_file", lambda: path)
    return path


def test_a_demo_makes_its_push_keys_once_for_its_own_eyes(file):
    first, second = kept_push_keys(), kept_push_keys()

    assert first == second
    assert problems(*first.values()) == ()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


@pytest.mark.parametrize("own", [("", ""), ("private", ""), ("", "public"), ("private", "public")])
def test_run_gives_them_to_its_processes_unless_there_are_others(file, monkeypatch, settings, own):
    environment: dict[str, str] = {}
    monkeypatch.setattr("os.environ", environment)
    settings.VAPID_PRIVATE_KEY, settings.VAPID_PUBLIC_KEY = own

    load_command_class("config", "run").let_the_demo_push()

    assert environment == (kept_push_keys() if own == ("", "") else {})
