"""Booking for somebody else: the desk, and what only it may do."""

import pytest

from accounts.errors import NotAllowed
from accounts.values import Role
from booking.commands import book_now, hold_slot
from booking.errors import SlotRefused, SlotTaken
from booking.models import Status
from booking.values import Contact, Slot
from catalog.models import Break, Holiday
from tests.booking.steps import ANNA, BORIS, BOT, history, last_event, make_overdue, manager_of, operator_of, refused
from tests.factories import WEB, Salon, book, make_client
from tests.lasting import copied, lasting

pytestmark = pytest.mark.django_db


built = lasting(Salon)


@pytest.fixture
def salon(built) -> Salon:
    return copied(built)


def test_book_now_holds_and_confirms_in_one():
    salon = Salon(chairs=1, service={"break_min": 15})

    visit = book_now(salon.slot(10), operator_of(salon), ANNA, comment="By phone")

    assert (visit.status, visit.start_time, visit.busy_until) == (Status.CONFIRMED, salon.at(10), salon.at(11, 15))
    assert (visit.workplace, visit.source, visit.notes) == (salon.chairs[0], "admin", "By phone")
    assert (visit.client.phone, visit.outside_rules) == ("+79990000001", False)
    assert history(visit) == ["booking_created"]


def test_book_now_for_a_known_client_shows_the_name_on_the_card(salon):
    client = make_client(salon.company, first_name="Yekaterina", phone="+79991112233")

    visit = book_now(salon.slot(10), operator_of(salon), Contact(), client_id=client.pk)

    assert (visit.client, visit.contact_name, visit.contact_phone) == (client, "Yekaterina", "+79991112233")


def test_book_now_for_a_guest_needs_no_phone(salon):
    visit = book_now(salon.slot(10), operator_of(salon), Contact("Somebody"))

    assert (visit.client, visit.person) == (None, "Somebody")


def test_book_now_is_for_staff(salon):
    for actor in (WEB, BOT):
        with refused(NotAllowed):
            book_now(salon.slot(10), actor, ANNA)


def test_book_now_is_not_bound_by_grid_notice_horizon_and_the_clients_other_visit():
    salon = Salon(specialists=2)
    client = make_client(salon.company)
    desk, second = operator_of(salon), salon.specialists[1]
    book(salon.slot(10, specialist=salon.specialists[0]), phone=str(client.phone))

    slots = [salon.slot(10, 7, specialist=second), salon.slot(10, days=-1), salon.slot(10, days=90)]

    assert [book_now(slot, desk, Contact(), client_id=client.pk).start_time for slot in slots] == [
        s.start for s in slots
    ]


def test_book_now_takes_the_time_of_an_overdue_hold_and_no_other(salon):
    hold = hold_slot(salon.slot(10), WEB)

    with refused(SlotTaken) as refusal:
        book_now(salon.slot(10), operator_of(salon), BORIS)
    make_overdue(hold)

    assert refusal.value.alternatives
    assert book_now(salon.slot(10), operator_of(salon), BORIS).status == Status.CONFIRMED
    assert history(hold) == ["hold_placed", "hold_expired"]


def test_book_now_at_a_named_workplace_takes_no_other():
    salon = Salon(specialists=2, chairs=2)
    first, second = salon.specialists
    named = salon.chairs[1].pk
    at_ten = {who: Slot(salon.location.pk, salon.service.pk, salon.at(10), who.pk, named) for who in (first, second)}

    assert book_now(at_ten[first], operator_of(salon), ANNA).workplace_id == named
    with refused(SlotTaken):
        book_now(at_ten[second], operator_of(salon), BORIS)


# --- outside the rules -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rule", ["closed", "off_shift", "on_break"])
def test_the_second_step_books_outside_hours_shifts_and_breaks(salon, rule):
    if rule == "closed":
        Holiday.objects.create(location=salon.location, date=salon.day())
    elif rule == "off_shift":
        salon.specialist.schedules.update(start_time="12:00")
    else:
        Break.objects.create(specialist=salon.specialist, date=salon.day(), start_time="09:00", end_time="12:00")

    with refused(SlotRefused, rule):
        book_now(salon.slot(10), manager_of(salon), ANNA)
    visit = book_now(salon.slot(10), manager_of(salon), ANNA, outside_rules=True)

    assert (visit.start_time, visit.outside_rules) == (salon.at(10), True)
    assert last_event(visit).payload["outside_rules"] is True


def test_the_second_step_needs_the_permission_and_a_member_of_staff(salon):
    client_with_the_flag = operator_of(salon, role=Role.CLIENT, may_book_outside_rules=True)

    for actor in (operator_of(salon), client_with_the_flag):
        with refused(NotAllowed):
            book_now(salon.slot(21), actor, ANNA, outside_rules=True)


def test_the_second_step_never_overlaps_or_overfills():
    salon = Salon(specialists=3, chairs=2, capacity=2)
    first, second, third = salon.specialists
    manager = manager_of(salon)
    book_now(salon.slot(21, specialist=first), manager, ANNA, outside_rules=True)

    with refused(SlotTaken) as busy:
        book_now(salon.slot(21, 30, specialist=first), manager, BORIS, outside_rules=True)
    book_now(salon.slot(21, specialist=second), manager, BORIS, outside_rules=True)
    with refused(SlotTaken) as full:
        book_now(salon.slot(21, specialist=third), manager, BORIS, outside_rules=True)

    assert (busy.value.reason, full.value.reason) == ("specialist_busy", "no_workplace")


def test_the_second_step_books_nothing_inactive(salon):
    salon.specialist.is_active = False
    salon.specialist.save(update_fields=["is_active"])

    with refused(SlotRefused, "inactive"):
        book_now(salon.slot(10), manager_of(salon), ANNA, outside_rules=True)
