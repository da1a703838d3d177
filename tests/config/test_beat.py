"""Beat waits for a database that is gone."""

import pytest
from django.conf import settings
from django.db import OperationalError
from django.utils.module_loading import import_string
from django_celery_beat.schedulers import DatabaseScheduler

from config.beat import SECONDS_TO_WAIT, PatientScheduler
from config.celery import app


def scheduler(monkeypatch, error: Exception | None) -> PatientScheduler:
    def tick(*args, **kwargs):
        if error:
            raise error
        return 0.5

    monkeypatch.setattr(DatabaseScheduler, "tick", tick)
    return PatientScheduler(app=app, lazy=True)


def test_it_is_the_one_in_the_settings():
    assert import_string(settings.CELERY_BEAT_SCHEDULER.replace(":", ".")) is PatientScheduler


def test_an_outage_is_waited_for(monkeypatch):
    assert scheduler(monkeypatch, None).tick() == 0.5
    assert scheduler(monkeypatch, OperationalError("gone")).tick() == SECONDS_TO_WAIT


def test_a_fault_is_not_an_outage(monkeypatch):
    with pytest.raises(ValueError, match="a fault"):
        scheduler(monkeypatch, ValueError("a fault")).tick()
