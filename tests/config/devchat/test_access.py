"""What `make run` tells its processes when nobody has given it a bot."""

import re
import socket

import pytest
from django.core.management import load_command_class

from config.devchat import access
from config.devchat.door import KEY, door_of
from config.embedded.place import Place
from config.embedded.state import remembered

OUR_OWN = {"TELEGRAM_API_BASE", "TELEGRAM_BOT_TOKEN", "TELEGRAM_BOT_USERNAME", "TELEGRAM_WEBHOOK_SECRET"}


@pytest.fixture
def place(tmp_path, monkeypatch) -> Place:
    place = Place(tmp_path)
    monkeypatch.setattr("config.devchat.access.Place", lambda: place)
    return place


def test_every_variable_is_there_and_what_the_bot_and_telegram_ask_for(place):
    told = access.variables(("127.0.0.1", 8001), "localhost:8001")

    assert told.keys() == OUR_OWN | {KEY, "DEVCHAT_WEBHOOK", "DEVCHAT_WEBHOOK_HOST"}
    assert re.fullmatch(r"[1-9]\d*:[A-Za-z0-9_-]{1,69}", told["TELEGRAM_BOT_TOKEN"])
    assert re.fullmatch(r"[A-Za-z0-9_-]{16,256}", told["TELEGRAM_WEBHOOK_SECRET"])
    assert (told["DEVCHAT_WEBHOOK"], told["DEVCHAT_WEBHOOK_HOST"]) == (
        "http://127.0.0.1:8001/tg/webhook",
        "localhost:8001",
    )
    assert door_of(told, is_demo=True).url == told["TELEGRAM_API_BASE"]


def test_a_second_run_has_the_same_port_and_key_but_secrets_of_its_own(place):
    first, second = (access.variables(("127.0.0.1", 8000), "localhost:8000") for _ in range(2))

    differ = {name for name in first if first[name] != second[name]}
    assert differ == {"TELEGRAM_BOT_TOKEN", "TELEGRAM_WEBHOOK_SECRET"}


def test_a_run_beside_another_one_takes_another_port(place, capsys):
    first = access.remembered_access(place)

    with socket.create_server(("127.0.0.1", first.port)):
        second = access.remembered_access(place)

    assert first.port != second.port
    assert remembered(place, access.NAME) == second


@pytest.mark.parametrize(
    ("listens", "address"),
    [
        (("127.0.0.1", 8000), "http://127.0.0.1:8000"),
        (("0.0.0.0", 8000), "http://127.0.0.1:8000"),  # noqa: S104 - an example
        (("::", 8000), "http://[::1]:8000"),
        (("fe80::1", 80), "http://[fe80::1]:80"),
        (("booking.lan", 80), "http://booking.lan:80"),
    ],
)
def test_the_webhook_is_where_the_web_process_can_be_reached(listens, address):
    assert access.address_of(*listens) == address


@pytest.mark.parametrize(
    ("debug", "token", "tests_are_here", "has_one"),
    [(True, "", True, True), (False, "", True, False), (True, "42:OWN", True, False), (True, "", False, False)],
)
def test_run_has_a_telegram_of_its_own_only_in_a_demo_without_a_bot(
    place, settings, monkeypatch, debug, token, tests_are_here, has_one
):
    settings.DEBUG, settings.TELEGRAM_BOT_TOKEN = debug, token
    environment: dict[str, str] = {}
    monkeypatch.setattr("os.environ", environment)
    if not tests_are_here:
        monkeypatch.setattr("config.devchat.access.find_spec", lambda name: None)
    command = load_command_class("config", "run")

    command.let_the_demo_chat(("127.0.0.1", 8000))

    assert (access.NAME in command.names(), bool(environment)) == (has_one, has_one)


@pytest.mark.parametrize(("variables", "said"), [({KEY: "k"}, True), ({}, False)])
def test_run_names_the_page_where_there_is_one(settings, monkeypatch, capsys, variables, said):
    settings.DEBUG, settings.PUBLIC_URL = True, "http://localhost:8001"
    monkeypatch.setattr("os.environ", variables)
    monkeypatch.setattr("config.management.commands.run.wait_for_answer", lambda *address: True)

    load_command_class("config", "run").announce(("127.0.0.1", 8001), "")

    assert ("http://localhost:8001/dev/telegram/" in capsys.readouterr().out) == said
