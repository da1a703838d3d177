"""One card for each booking and administrator: what happens later is written over it (experience §3.6)."""

from datetime import timedelta

import pytest

from accounts.values import WEB_GUEST
from booking.commands import cancel_appointment, reschedule_appointment
from booking.models import Appointment
from booking.models.appointment import ClockTimestamp
from notifications.commands import forget_card, send_delivery
from notifications.models import Delivery
from notifications.queries.cards import LASTS, standing_card
from tests.lasting import copied, lasting
from tests.notifications.carriers import Telegram
from tests.notifications.salon import Reachable, dispatched

pytestmark = pytest.mark.django_db

CREATED, MOVED, CANCELLED = "booking_created", "booking_rescheduled", "booking_cancelled"
A_MINUTE = timedelta(minutes=1)


class Desk(Reachable):
    """An administrator alone."""

    def __init__(self) -> None:
        super().__init__()
        self.operator.delete()

    def told(self, visit: Appointment, event_type: str, *, role: str = "admin") -> Delivery:
        """The newest event of that type, sent to whoever has the role."""
        (delivery,) = (row for row in dispatched(visit, event_type) if row.role == role)
        return sent(delivery)

    def moved(self, visit: Appointment, hour: int) -> Appointment:
        return reschedule_appointment(visit.pk, self.at(hour, days=3), WEB_GUEST)


def sent(delivery: Delivery) -> Delivery:
    send_delivery(delivery.pk)
    delivery.refresh_from_db()
    return delivery


def replaced() -> list[str]:
    """By each message, in order."""
    return [message.replaces for message in Telegram.sent]


def grow_old(delivery: Delivery, age: timedelta) -> None:
    Delivery.objects.filter(pk=delivery.pk).update(sent_at=ClockTimestamp() - age)


built = lasting(Desk)


@pytest.fixture
def salon(built) -> Desk:
    return copied(built)


@pytest.fixture
def visit(salon) -> Appointment:
    return salon.visit(10)


def test_what_happens_later_is_written_over_the_card(salon, visit):
    first = salon.told(visit, CREATED)
    moved = salon.told(salon.moved(visit, 12), MOVED)
    again = salon.told(salon.moved(visit, 14), MOVED)
    cancel_appointment(visit.pk, WEB_GUEST)
    cancelled = salon.told(visit, CANCELLED)

    card = first.provider_id
    assert replaced() == ["", card, card, card]
    assert {(row.state, row.provider_id) for row in (first, moved, again, cancelled)} == {("SENT", card)}


@pytest.mark.parametrize("role", ["client", "specialist"])
def test_to_clients_and_specialists_every_message_is_news(salon, visit, role):
    salon.told(visit, CREATED, role=role)
    reschedule_appointment(visit.pk, salon.at(12, days=3), salon.actor(salon.admin))
    salon.told(visit, MOVED, role=role)

    assert replaced() == ["", ""]


@pytest.mark.parametrize("channel", ["email", "web_push", "sms"])
def test_what_comes_by_another_channel_replaces_nothing(salon, visit, channel):
    salon.told(visit, CREATED)
    (delivery,) = (row for row in dispatched(salon.moved(visit, 12), MOVED) if row.role == "admin")
    assert standing_card(delivery).message_id != ""
    delivery.channel = channel

    assert standing_card(delivery).message_id == ""


@pytest.mark.parametrize(("age", "is_replaced"), [(LASTS - A_MINUTE, True), (LASTS + A_MINUTE, False)])
def test_a_card_that_is_too_far_up_is_left_alone(salon, visit, age, is_replaced):
    first = salon.told(visit, CREATED)
    grow_old(first, age)

    salon.told(salon.moved(visit, 12), MOVED)

    assert replaced() == ["", first.provider_id if is_replaced else ""]


def test_a_card_grows_no_younger_by_what_is_written_over_it(salon, visit):
    first, second = salon.told(visit, CREATED), salon.told(salon.moved(visit, 12), MOVED)
    assert replaced()[-1] == first.provider_id
    grow_old(first, LASTS + A_MINUTE)

    third = salon.told(salon.moved(visit, 14), MOVED)
    fourth = salon.told(salon.moved(visit, 16), MOVED)

    assert replaced()[2:] == ["", third.provider_id]
    assert third.provider_id != second.provider_id
    assert fourth.provider_id == third.provider_id


def test_a_card_belongs_to_one_visit_and_one_chat(salon, visit):
    salon.told(visit, CREATED)
    salon.told(salon.visit(16), CREATED)
    salon.admin.tg_id += 1_000_000
    salon.admin.save(update_fields=["tg_id"])

    salon.told(salon.moved(visit, 12), MOVED)

    assert replaced() == ["", "", ""]


def test_what_did_not_arrive_is_no_card(salon, visit):
    first = salon.told(visit, CREATED)
    Delivery.objects.filter(pk=first.pk).update(state="DEAD")

    salon.told(salon.moved(visit, 12), MOVED)

    assert replaced() == ["", ""]


# --- hidden


def test_after_a_card_was_hidden_the_next_event_is_told_anew_and_has_a_card_of_its_own(salon, visit):
    first = salon.told(visit, CREATED)
    salon.told(salon.moved(visit, 12), MOVED)

    forgotten = forget_card(salon.admin.tg_id, first.provider_id)

    third, fourth = salon.told(salon.moved(visit, 14), MOVED), salon.told(salon.moved(visit, 16), MOVED)
    assert forgotten == 2
    assert replaced()[2:] == ["", third.provider_id]
    assert fourth.provider_id == third.provider_id != first.provider_id


def test_hiding_forgets_no_card_of_another_chat(salon, visit):
    first = salon.told(visit, CREATED)

    forgotten = forget_card(salon.admin.tg_id + 1, first.provider_id), forget_card(salon.admin.tg_id, 12345)

    assert forgotten == (0, 0)
    salon.told(salon.moved(visit, 12), MOVED)
    assert replaced()[-1] == first.provider_id


# --- out of order


def test_what_happened_earlier_is_not_written_over_what_happened_later(salon, visit):
    """After an outage they may come in any order."""
    (late,) = (row for row in dispatched(visit, CREATED) if row.role == "admin")
    moved = salon.told(salon.moved(visit, 12), MOVED)

    sent(late)

    assert (late.state, late.reason) == ("DROPPED", "a later message has told it")
    assert [message.event for message in Telegram.sent] == [MOVED]
    assert moved.state == "SENT"


def test_control_of_the_order_of_another_visit_nothing_is_known(salon, visit):
    (late,) = (row for row in dispatched(visit, CREATED) if row.role == "admin")
    salon.told(salon.visit(16), CREATED)

    sent(late)

    assert late.state == "SENT"


def test_a_card_is_found_by_one_statement_and_nothing_is_asked_for_a_client(salon, visit, django_assert_num_queries):
    salon.told(visit, CREATED)
    rows = {row.role: row for row in dispatched(salon.moved(visit, 12), MOVED)}
    for row in rows.values():
        assert row.event.appointment_id == visit.pk

    with django_assert_num_queries(1):
        standing_card(rows["admin"])
    with django_assert_num_queries(0):
        standing_card(rows["specialist"])
