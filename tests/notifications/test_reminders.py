"""Reminders: found by looking, each once, none that is stale (guarantee 17)."""

from datetime import datetime, timedelta

import pytest

from accounts.values import WEB_GUEST
from booking.commands import cancel_appointment, reschedule_appointment
from booking.models import Appointment, AppointmentEvent
from notifications.commands import reminders
from notifications.commands.reminders import record_reminder, remind
from notifications.models import Reminder
from notifications.queries import coming_visits
from tests.notifications.salon import Reachable

pytestmark = pytest.mark.django_db

DAY, TWO_HOURS, A_MINUTE = timedelta(hours=24), timedelta(hours=2), timedelta(minutes=1)


class Clock:
    """What the database would say."""

    def __init__(self, monkeypatch) -> None:
        self.now: datetime | None = None
        monkeypatch.setattr(reminders, "database_time", lambda: self.now)

    def look(self, now: datetime) -> int:
        self.now = now
        return remind()


@pytest.fixture
def clock(monkeypatch) -> Clock:
    return Clock(monkeypatch)


@pytest.fixture
def salon() -> Reachable:
    return Reachable()


@pytest.fixture
def visit(salon) -> Appointment:
    """At two in the afternoon in three days."""
    return salon.visit(14)


def leads_of(visit: Appointment) -> list[int]:
    return list(Reminder.objects.filter(appointment=visit).order_by("pk").values_list("lead_minutes", flat=True))


def test_a_reminder_is_an_event_that_nobody_caused(visit, clock):
    clock.look(visit.start_time - DAY)

    (event,) = AppointmentEvent.objects.filter(event_type="booking_reminder")
    assert event.initiated_by == {"user_id": None, "role": "system", "channel": "system"}
    assert (event.payload["lead_minutes"], event.payload["start_time"]) == (24 * 60, visit.start_time.isoformat())


def test_before_its_time_nobody_is_reminded(visit, clock):
    assert clock.look(visit.start_time - DAY - A_MINUTE) == 0


def test_both_reminders_are_given_out_once_each(visit, clock):
    moments = [DAY, DAY - A_MINUTE, timedelta(hours=3), TWO_HOURS, TWO_HOURS - A_MINUTE, A_MINUTE]

    given = [clock.look(visit.start_time - before) for before in moments]

    assert given == [1, 0, 0, 1, 0, 0]
    assert leads_of(visit) == [24 * 60, 2 * 60]


def test_after_hours_without_a_look_a_late_reminder_still_goes_out(visit, clock):
    assert clock.look(visit.start_time - timedelta(hours=20)) == 1
    assert leads_of(visit) == [24 * 60]


def test_of_two_that_are_late_only_the_last_goes_out(visit, clock):
    assert [clock.look(visit.start_time - A_MINUTE), clock.look(visit.start_time - A_MINUTE)] == [1, 0]
    assert leads_of(visit) == [2 * 60]


def test_nobody_is_reminded_of_the_past(visit, clock):
    assert clock.look(visit.start_time) == 0


def test_a_late_reminder_does_not_wake_anybody_at_night(salon, clock):
    visit = salon.visit(12)

    at_night = clock.look(salon.at(3, days=3))
    in_the_morning = clock.look(salon.at(8, days=3))

    assert (at_night, in_the_morning, leads_of(visit)) == (0, 1, [24 * 60])


def test_a_lead_that_was_past_when_the_visit_was_booked_is_left_out(salon, clock):
    visit = salon.visit(14)
    booked_late = visit.start_time - timedelta(hours=5)
    put_history_at(visit, booked_late)

    given = [clock.look(booked_late), clock.look(visit.start_time - TWO_HOURS)]

    assert (given, leads_of(visit)) == ([0, 1], [2 * 60])


def put_history_at(visit: Appointment, moment: datetime) -> None:
    """As if it had been booked then; history cannot be edited, so it is added to."""
    AppointmentEvent.objects.create(
        appointment=visit, event_type="booking_rescheduled", initiated_by={}, created_at=moment
    )


def test_a_cancelled_visit_reminds_nobody(visit, clock):
    cancel_appointment(visit.pk, WEB_GUEST)

    assert clock.look(visit.start_time - DAY) == 0


def test_a_moved_visit_is_reminded_of_at_its_new_time_alone(salon, visit, clock):
    old = visit.start_time
    clock.look(old - DAY)
    moved = reschedule_appointment(visit.pk, salon.at(16, days=5), salon.actor(salon.admin))

    given = [clock.look(old - TWO_HOURS), clock.look(moved.start_time - DAY), clock.look(moved.start_time - TWO_HOURS)]

    assert given == [0, 1, 1]
    starts = Reminder.objects.filter(appointment=visit).order_by("pk").values_list("start_time", flat=True)
    assert list(starts) == [old, moved.start_time, moved.start_time]


def test_a_company_chooses_its_leads(salon, visit, clock):
    salon.company.reminder_hours = [3]
    salon.company.save(update_fields=["reminder_hours"])

    given = [clock.look(visit.start_time - DAY), clock.look(visit.start_time - timedelta(hours=3))]

    assert (given, leads_of(visit)) == ([0, 1], [3 * 60])


def test_a_company_may_remind_nobody(salon, visit, clock):
    salon.company.reminder_hours = []
    salon.company.save(update_fields=["reminder_hours"])

    assert clock.look(visit.start_time - DAY) == 0


def test_two_who_look_at_once_give_it_out_once(visit, clock):
    """The second has read its candidates before the first wrote: the unique row refuses it, and its event with it."""
    now = visit.start_time - DAY
    (candidate,) = (coming for coming in coming_visits(now) if coming.lead == DAY)
    clock.look(now)

    again = record_reminder(candidate)

    assert again is False
    assert AppointmentEvent.objects.filter(event_type="booking_reminder").count() == 1


@pytest.mark.parametrize("what", ["moved", "cancelled"])
def test_what_became_of_a_visit_after_it_was_read_is_respected(salon, visit, what):
    (candidate,) = (one for one in coming_visits(visit.start_time - DAY) if one.lead == DAY)
    if what == "moved":
        reschedule_appointment(visit.pk, salon.at(16, days=9), salon.actor(salon.admin))
    else:
        cancel_appointment(visit.pk, WEB_GUEST)

    assert record_reminder(candidate) is False
    assert not Reminder.objects.exists()


def test_the_cost_of_looking_does_not_grow_with_the_visits(salon, clock, django_assert_num_queries):
    """One, whatever the number of companies, leads and visits."""
    salon.visit(10)
    now = salon.at(days=0)
    with django_assert_num_queries(1):
        clock.look(now)
    for hour in (12, 14, 16):
        salon.visit(hour)

    with django_assert_num_queries(1):
        clock.look(now)
