"""What was never woken is found; what was is left alone."""

from datetime import timedelta

import pytest

from accounts.values import WEB_GUEST
from booking.commands import hold_slot
from booking.models import AppointmentEvent
from booking.models.appointment import ClockTimestamp
from notifications.commands import dispatch_event, leftovers, send_delivery
from notifications.commands.leftovers import LONG_QUEUE, sweep
from notifications.errors import TryLater
from notifications.models import Broadcast, Delivery
from tests.notifications.carriers import Telegram
from tests.notifications.salon import Reachable, dispatched, last

pytestmark = pytest.mark.django_db

AN_HOUR = timedelta(hours=1)
CREATED = "booking_created"


class Woken:
    def __init__(self) -> None:
        self.events: list[int] = []
        self.deliveries: list[int] = []


@pytest.fixture
def woken(monkeypatch) -> Woken:
    """Whom the sweep wakes."""
    found = Woken()
    monkeypatch.setattr(leftovers, "wake_event", found.events.append)
    monkeypatch.setattr(leftovers, "wake_deliveries", found.deliveries.extend)
    monkeypatch.setattr(leftovers, "backlog", lambda: 0)
    return found


@pytest.fixture
def salon() -> Reachable:
    return Reachable()


def age(delivery: Delivery, **fields) -> None:
    Delivery.objects.filter(pk=delivery.pk).update(**{"not_before": ClockTimestamp() - AN_HOUR} | fields)


def an_old_event(salon, **fields) -> AppointmentEvent:
    """An event of an hour ago; history cannot be edited, so it is written anew."""
    visit = salon.visit()
    return AppointmentEvent.objects.create(
        appointment=visit, event_type=CREATED, initiated_by={}, **{"created_at": salon.at(days=-1)} | fields
    )


def test_an_event_that_nobody_woke_is_found(salon, woken):
    event = an_old_event(salon)

    sweep()

    assert woken.events == [event.pk]


def test_an_event_that_was_just_woken_is_left_alone(salon, woken):
    salon.visit()

    sweep()

    assert woken.events == []


def test_a_dispatched_event_is_left_alone(salon, woken):
    dispatch_event(an_old_event(salon).pk)

    sweep()

    assert woken.events == []


def test_an_event_for_later_is_found_when_its_time_has_come(salon, woken):
    event = an_old_event(salon, dispatch_after=salon.at(days=1))

    sweep()
    early = list(woken.events)
    AppointmentEvent.objects.filter(pk=event.pk).update(dispatch_after=salon.at(days=-1))
    sweep()

    assert (early, woken.events) == ([], [event.pk])


def test_what_was_woken_is_left_its_time_in_the_queue(salon, woken):
    event = an_old_event(salon)
    rows = dispatched(salon.visit(15), CREATED)
    age(rows[0])
    age(rows[1], state="SENDING", leased_until=ClockTimestamp() - AN_HOUR)

    sweep()
    sweep()

    assert (woken.events, woken.deliveries) == ([event.pk], [rows[0].pk, rows[1].pk])
    assert dispatch_event(event.pk) == 4
    assert [send_delivery(rows[0].pk), send_delivery(rows[1].pk)] == ["SENT", "SENT"]


def test_history_that_nobody_is_told_of_is_ticked_off(salon, woken):
    hold = hold_slot(salon.slot(10, days=3), WEB_GUEST)

    sweep()

    assert (last(hold, "hold_placed").dispatched_at is None, woken.events) == (False, [])


def test_a_delivery_that_nobody_woke_is_found(salon, woken):
    rows = dispatched(salon.visit(), CREATED)
    age(rows[0])

    sweep()

    assert woken.deliveries == [rows[0].pk]


def test_a_delivery_is_tried_again_when_it_is_due(salon, woken):
    rows = dispatched(salon.visit(), CREATED)
    Telegram.answers(TryLater("a"))
    send_delivery(rows[0].pk)

    sweep()
    early = list(woken.deliveries)
    age(rows[0])
    sweep()

    assert (early, woken.deliveries) == ([], [rows[0].pk])


def test_what_a_killed_worker_left_behind_is_found(salon, woken):
    first, second, *_ = dispatched(salon.visit(), CREATED)
    age(first, state="SENDING", leased_until=ClockTimestamp() - AN_HOUR)
    age(second, state="SENDING", leased_until=ClockTimestamp() + AN_HOUR)

    sweep()

    assert woken.deliveries == [first.pk]


@pytest.mark.parametrize("state", ["SENT", "DEAD", "DROPPED"])
def test_what_has_come_to_its_end_is_left_alone(salon, woken, state):
    rows = dispatched(salon.visit(), CREATED)
    age(rows[0], state=state)

    sweep()

    assert woken.deliveries == []


def test_broadcasts_are_left_to_their_own_engine(salon, woken):
    rows = dispatched(salon.visit(), CREATED)
    age(rows[0], broadcast=Broadcast.objects.create(company=salon.company, name="Offer", content_tg="Offer"))

    sweep()

    assert woken.deliveries == []


def test_a_long_queue_is_not_made_longer(salon, woken, monkeypatch):
    an_old_event(salon)
    monkeypatch.setattr(leftovers, "backlog", lambda: LONG_QUEUE + 1)

    assert sweep() == 0
    assert woken.events == []
