"""What was lost with its process, or with the database, and what its person has done since."""

from datetime import timedelta

import pytest
from django.db import OperationalError
from django_redis import get_redis_connection

from booking.models import Appointment, Status
from telegram_bot import commands
from telegram_bot.callbacks import CONFIRM_CANCEL, MOVE
from telegram_bot.commands import LEFT_LYING
from telegram_bot.flows import editing, moving
from telegram_bot.models import IncomingUpdate
from telegram_bot.tasks import answer_what_was_left
from tests.lasting import lasting
from tests.telegram_bot.talks.world import ANNA, BORIS, World

pytestmark = pytest.mark.django_db

built = lasting(World)

LATER = "This does not work at the moment. Please try again in a minute."


@pytest.fixture
def anna(world, talker):
    return talker(ANNA, "Anna", "en").says("/start")


@pytest.fixture
def visit(world) -> Appointment:
    return world.visit(10)


@pytest.fixture
def lost(visit, anna, monkeypatch):
    """She has said yes to cancelling, and the database was gone at that moment."""
    with monkeypatch.context() as outage:
        outage.setattr(editing, "cancel_appointment", gone)
        anna.forges(CONFIRM_CANCEL(id=visit.pk, return_to="l0"), message_id=anna.screen.message_id)
    assert anna.toast == LATER
    return IncomingUpdate.objects.get(handled_at=None)


def gone(*args, **kwargs):
    raise OperationalError


def a_minute_later() -> int:
    """How many updates were answered then; by that time the same tap is no double one."""
    get_redis_connection().delete(f"cb:{ANNA}")
    IncomingUpdate.objects.filter(handled_at=None).update(taken_at=commands.ClockTimestamp() - 2 * LEFT_LYING)
    return answer_what_was_left()


def status_of(visit: Appointment) -> str:
    visit.refresh_from_db()
    return visit.status


def test_who_has_waited_is_answered(visit, lost):
    assert (a_minute_later(), status_of(visit)) == (1, Status.CANCELLED)


def test_who_has_thought_better_of_it_keeps_the_visit(visit, anna, lost):
    anna.taps("🗓 My visits")

    assert (a_minute_later(), status_of(visit)) == (0, Status.CONFIRMED)
    lost.refresh_from_db()
    assert (lost.outcome, lost.body, lost.handled_at is not None) == ("overtaken", None, True)


def test_the_control_without_that_question_it_is_cancelled_behind_her_back(visit, anna, lost, monkeypatch):
    monkeypatch.setattr("telegram_bot.commands.drop_overtaken", lambda: 0)
    anna.taps("🗓 My visits")

    assert (a_minute_later(), status_of(visit)) == (1, Status.CANCELLED)


def test_move_that_was_lost_does_not_undo_the_next_one(world, visit, anna, monkeypatch):
    first, second = visit.start_time + timedelta(hours=1), visit.start_time + timedelta(hours=2)
    with monkeypatch.context() as outage:
        outage.setattr(moving, "reschedule_appointment", gone)
        anna.forges(MOVE(id=visit.pk, start=first), message_id=anna.screen.message_id)
    anna.forges(MOVE(id=visit.pk, start=second), message_id=anna.screen.message_id)

    a_minute_later()

    visit.refresh_from_db()
    assert visit.start_time == second


def test_tap_that_nobody_looked_at_overtakes_nothing(visit, anna, lost):
    """She presses the same button again at once."""
    anna.forges(CONFIRM_CANCEL(id=visit.pk, return_to="l0"), message_id=anna.screen.message_id)
    assert IncomingUpdate.objects.latest("update_id").outcome == "double tap"

    assert (a_minute_later(), status_of(visit)) == (1, Status.CANCELLED)


def test_others_overtake_nobody(visit, lost, talker):
    talker(BORIS, "Boris", "en").says("/start")

    assert (a_minute_later(), status_of(visit)) == (1, Status.CANCELLED)
