"""The same request twice: one effect and one answer (guarantee 11)."""

from datetime import timedelta

import pytest

from booking.commands import book_now, cancel_appointment, hold_slot, reschedule_appointment, undo_reschedule
from booking.commands.once import forget_old_keys, once
from booking.errors import OtherBody, SlotTaken, WrongStatus
from booking.models import Appointment, OnceKey
from booking.queries.visits import database_time
from tests.booking.steps import ANNA, API, history, nothing_changes, operator_of, refused
from tests.factories import WEB, Salon
from tests.lasting import copied, lasting

pytestmark = pytest.mark.django_db


built = lasting(Salon)


@pytest.fixture
def salon(built) -> Salon:
    return copied(built)


def request_for(salon: Salon, hour: int, key: str = "key", scope: str = "browser"):
    return once(scope, key, start=salon.at(hour), service=salon.service.pk)


def test_a_repeated_request_hears_the_same_answer():
    salon = Salon(specialists=2)
    first = hold_slot(salon.slot(10), API, request=request_for(salon, 10))

    with nothing_changes():
        second = hold_slot(salon.slot(10), API, request=request_for(salon, 10))

    assert second == first


def test_a_repeated_booking_of_the_desk_books_once():
    salon = Salon(specialists=2)
    desk = operator_of(salon)
    first = book_now(salon.slot(10), desk, ANNA, request=request_for(salon, 10))

    with nothing_changes():
        second = book_now(salon.slot(10), desk, ANNA, request=request_for(salon, 10))

    assert (second, history(first)) == (first, ["booking_created"])


def test_a_repeated_request_hears_what_has_become_of_its_answer(salon):
    visit = book_now(salon.slot(10), operator_of(salon), ANNA, request=request_for(salon, 10))
    cancel_appointment(visit.pk, operator_of(salon))

    again = book_now(salon.slot(10), operator_of(salon), ANNA, request=request_for(salon, 10))

    assert (again.pk, again.status) == (visit.pk, "CANCELLED")


def test_a_repeated_undo_takes_the_move_back_once(salon):
    """Without the key the second is refused: there is nothing left to take back."""
    visit = book_now(salon.slot(10), operator_of(salon), ANNA)
    reschedule_appointment(visit.pk, salon.at(12), API)
    back = undo_reschedule(visit.pk, API, request=once("telegram", "17"))

    with nothing_changes():
        again = undo_reschedule(visit.pk, API, request=once("telegram", "17"))

    assert (again, again.start_time) == (back, salon.at(10))
    with refused(WrongStatus):
        undo_reschedule(visit.pk, API, request=once("telegram", "18"))


def test_the_same_key_with_another_body_is_refused(salon):
    hold_slot(salon.slot(10), API, request=request_for(salon, 10))

    with refused(OtherBody, "key_reused"):
        hold_slot(salon.slot(12), API, request=request_for(salon, 12))


def test_the_same_key_of_somebody_else_is_another_key(salon):
    first = hold_slot(salon.slot(10), API, request=request_for(salon, 10, scope="one"))

    second = hold_slot(salon.slot(12), API, request=request_for(salon, 12, scope="two"))

    assert first != second


def test_a_refusal_is_not_remembered(salon):
    rival = hold_slot(salon.slot(10), WEB)
    with refused(SlotTaken):
        hold_slot(salon.slot(10), API, request=request_for(salon, 10))
    Appointment.objects.filter(pk=rival.pk).update(status="CANCELLED", expires_at=None)

    hold = hold_slot(salon.slot(10), API, request=request_for(salon, 10))

    assert hold.status == "HOLD"


def test_the_order_of_a_body_does_not_matter_and_its_values_do():
    assert once("scope", "key", a=1, b="x") == once("scope", "key", b="x", a=1)
    assert once("scope", "key", a=1) != once("scope", "key", a="1")


def test_old_keys_are_forgotten_and_young_ones_kept(salon):
    old, young = (
        hold_slot(salon.slot(hour), API, request=request_for(salon, hour, key=f"{hour}")) for hour in (10, 12)
    )
    OnceKey.objects.filter(appointment=old).update(created_at=database_time() - timedelta(days=3))

    assert forget_old_keys() == 1
    assert list(OnceKey.objects.values_list("appointment", flat=True)) == [young.pk]
