"""Ten that come at once with one Idempotency-Key: the same request has one effect and one answer (guarantee 11)."""

from typing import Any

import pytest

from booking.commands import hold, once
from booking.models import Appointment, AppointmentEvent, OnceKey
from tests.api.caller import Caller
from tests.api.test_once import ACTIONS, KEY, Stage
from tests.booking.steps import history
from tests.factories import Salon
from tests.torture.rivals import at_once


def ten(call) -> list[tuple[int, Any]]:
    """The same call by ten at the same moment, each with a connection of its own."""
    outcomes = at_once([call] * 10)
    return [(outcome.answer.status_code, outcome.answer.json()) for outcome in outcomes]


@pytest.mark.usefixtures("crowd")
def test_ten_at_once_with_one_key_hold_one_time():
    salon = Salon(specialists=10)

    answers = ten(lambda: Caller().book(salon, key=KEY))

    hold = Appointment.objects.get()
    assert {status for status, _ in answers} == {201}
    assert [(said["id"], said["token"]) for _, said in answers] == [(hold.pk, hold.hold_token)] * 10


@pytest.mark.usefixtures("crowd")
def test_without_the_unique_index_ten_at_once_hold_more(monkeypatch):
    """The control: the mechanism taken away."""
    salon = Salon(specialists=10)
    monkeypatch.setattr(hold, "remember_answer", lambda request, appointment: None)

    ten(lambda: Caller().book(salon, key=KEY))

    assert Appointment.objects.count() > 1


@pytest.mark.usefixtures("crowd")
@pytest.mark.parametrize("action", ACTIONS)
def test_ten_at_once_with_one_key_do_it_once(action):
    stage = Stage()
    before = AppointmentEvent.objects.count()

    answers = ten(lambda: Stage.act(stage_of(stage), action))

    assert [status for status, _ in answers] == [200] * 10
    assert all(said == answers[0][1] for _, said in answers)
    assert AppointmentEvent.objects.count() == before + 1
    assert OnceKey.objects.count() == 1
    assert len(history(stage.subject(action))) >= 2


def stage_of(stage: Stage) -> Stage:
    """The same with a connection of its own."""
    twin = object.__new__(Stage)
    twin.salon, twin.caller, twin.held, twin.visit = stage.salon, Caller(), stage.held, stage.visit
    return twin


@pytest.mark.usefixtures("crowd")
def test_without_the_key_s_row_ten_extensions_are_refused_but_one(monkeypatch):
    """The control: nobody remembers what was answered."""
    stage = Stage()
    monkeypatch.setattr(hold, "answered_before", lambda request: None)
    monkeypatch.setattr(hold, "remember_answer", lambda request, appointment: None)

    answers = ten(lambda: Stage.act(stage_of(stage), "extend"))

    assert sorted(status for status, _ in answers) == [200] + [409] * 9
    assert once.answered_before is not hold.answered_before
