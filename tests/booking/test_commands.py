"""The commands, one behaviour each."""

import pytest

from booking.commands import cancel_appointment, confirm_appointment, hold_slot, reschedule_appointment, undo_reschedule
from booking.errors import SlotTaken
from booking.models import Status
from booking.values import Contact
from tests.factories import WEB, Salon, book

pytestmark = pytest.mark.django_db


def test_hold_slot_keeps_the_time_for_its_client():
    salon = Salon(service={"break_min": 15})

    hold = hold_slot(salon.slot(10), WEB)

    assert hold.status == Status.HOLD
    assert (hold.start_time, hold.end_time, hold.busy_until) == (salon.at(10), salon.at(11), salon.at(11, 15))


def test_hold_slot_refuses_a_taken_specialist_and_offers_alternatives():
    salon = Salon()
    hold_slot(salon.slot(10), WEB)

    with pytest.raises(SlotTaken) as refusal:
        hold_slot(salon.slot(10, 30), WEB)

    assert refusal.value.alternatives[0].start in (salon.at(11), salon.at(11, 15))


def test_a_visit_moves_over_its_own_old_time_and_back():
    salon = Salon()
    visit = book(salon.slot(10))

    moved = reschedule_appointment(visit.pk, salon.at(10, 15), WEB)
    back = undo_reschedule(visit.pk, WEB)

    assert moved.start_time == salon.at(10, 15)
    assert back.start_time == salon.at(10)


def test_cancelled_time_is_free_at_once():
    salon = Salon()
    visit = book(salon.slot(10))

    cancel_appointment(visit.pk, WEB)

    assert book(salon.slot(10)).status == Status.CONFIRMED


def test_confirm_repeated_changes_nothing():
    salon = Salon()
    hold = hold_slot(salon.slot(10), WEB)

    first = confirm_appointment(hold.pk, WEB, Contact("Anna", phone="+79990000001"))
    second = confirm_appointment(hold.pk, WEB, Contact("Boris", phone="+79990000002"))

    assert (second.version, second.contact_name) == (first.version, "Anna")
