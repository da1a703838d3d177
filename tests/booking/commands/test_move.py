"""Another time for a visit, another specialist, and back again."""

from datetime import timedelta

import pytest

from accounts.errors import NotAllowed
from accounts.values import SYSTEM
from booking.commands import (
    book_now,
    cancel_appointment,
    confirm_appointment,
    hold_slot,
    mark_arrived,
    reschedule_appointment,
    say_coming,
    undo_reschedule,
)
from booking.commands.record import record_event
from booking.errors import ChangedMeanwhile, SlotRefused, SlotTaken, TooLate, WrongStatus
from booking.models import Appointment, EventType, Status
from booking.queries.visits import database_time
from booking.values import Contact
from catalog.models import Break, ServiceSpecialist
from tests.booking.steps import (
    ANNA,
    BORIS,
    history,
    last_event,
    make_overdue,
    manager_of,
    nothing_changes,
    operator_of,
    refused,
    yesterdays,
)
from tests.factories import WEB, Salon, book
from tests.lasting import copied, lasting

pytestmark = pytest.mark.django_db


built = lasting(Salon)


@pytest.fixture
def salon(built) -> Salon:
    return copied(built)


def test_move_gives_the_same_visit_another_time():
    salon = Salon(chairs=1, service={"break_min": 15})
    visit = book(salon.slot(10))

    moved = reschedule_appointment(visit.pk, salon.at(14), WEB)

    assert (moved.pk, moved.status) == (visit.pk, Status.CONFIRMED)
    assert (moved.start_time, moved.end_time, moved.busy_until) == (salon.at(14), salon.at(15), salon.at(15, 15))
    assert (moved.version, moved.sequence) == (visit.version + 1, visit.sequence + 1)
    assert history(moved) == ["hold_placed", "booking_created", "booking_rescheduled"]


def test_move_frees_the_old_time_at_once(salon):
    visit = book(salon.slot(10))

    reschedule_appointment(visit.pk, salon.at(14), WEB)

    assert book(salon.slot(10), phone="+79990000002").start_time == salon.at(10)


@pytest.mark.parametrize("minutes", [-45, -15, 15, 45])
def test_move_may_overlap_the_visits_own_old_time(minutes):
    salon = Salon(chairs=1, capacity=1)
    visit = book(salon.slot(12))

    moved = reschedule_appointment(visit.pk, salon.at(12) + timedelta(minutes=minutes), WEB)

    assert moved.start_time == salon.at(12) + timedelta(minutes=minutes)


def test_move_to_where_it_is_changes_nothing(salon):
    visit = book(salon.slot(10))

    with nothing_changes():
        moved = reschedule_appointment(visit.pk, salon.at(10), WEB)

    assert moved == visit


@pytest.mark.parametrize("rival", ["hold", "visit"])
def test_move_onto_somebody_else_is_refused_with_alternatives(salon, rival):
    visit = book(salon.slot(10))
    book(salon.slot(14), phone="+79990000002") if rival == "visit" else hold_slot(salon.slot(14), WEB)

    with refused(SlotTaken) as refusal:
        reschedule_appointment(visit.pk, salon.at(14, 30), WEB)

    assert [slot.start for slot in refusal.value.alternatives][:1] == [salon.at(15)]


def test_move_takes_the_time_of_an_overdue_hold(salon):
    visit, overdue = book(salon.slot(10)), hold_slot(salon.slot(14), WEB)
    make_overdue(overdue)

    moved = reschedule_appointment(visit.pk, salon.at(14, 15), WEB)

    assert moved.start_time == salon.at(14, 15)
    assert history(overdue) == ["hold_placed", "hold_expired"]


def test_move_is_bound_by_the_rules_for_clients_and_less_for_staff(salon):
    visit = book(salon.slot(10))
    Break.objects.create(specialist=salon.specialist, date=salon.day(2))

    for start, reason in {
        salon.at(8): "closed",
        salon.at(10, days=2): "on_break",
        salon.at(10, 7): "off_grid",
        salon.at(10, days=-1): "too_soon",
        salon.at(10, days=90): "too_far",
    }.items():
        with refused(SlotRefused, reason):
            reschedule_appointment(visit.pk, start, WEB)
    for start, reason in {salon.at(8): "closed", salon.at(10, days=2): "on_break"}.items():
        with refused(SlotRefused, reason):
            reschedule_appointment(visit.pk, start, operator_of(salon))
    for start in (salon.at(10, 7), salon.at(10, days=90), salon.at(10, days=-1)):
        assert reschedule_appointment(visit.pk, start, operator_of(salon)).start_time == start


def test_two_clients_who_want_each_others_time_are_both_refused(salon):
    first, second = book(salon.slot(10)), book(salon.slot(12), phone="+79990000002")

    with refused(SlotTaken):
        reschedule_appointment(first.pk, salon.at(12), WEB)
    with refused(SlotTaken):
        reschedule_appointment(second.pk, salon.at(10), WEB)


# --- terms -----------------------------------------------------------------------------------------------------------


def test_move_keeps_price_length_and_break_with_the_same_specialist():
    salon = Salon(service={"duration_min": 60, "break_min": 15, "price": 1000})
    visit = book(salon.slot(10))
    ServiceSpecialist.objects.update(custom_duration=30, custom_break=0, custom_price=500)

    moved = reschedule_appointment(visit.pk, salon.at(14), WEB)

    assert (moved.end_time, moved.busy_until, moved.price) == (salon.at(15), salon.at(15, 15), 1000)


def test_move_takes_the_new_specialists_price_length_and_break():
    salon = Salon(specialists=2, service={"break_min": 15})
    first, second = salon.specialists
    ServiceSpecialist.objects.filter(specialist=second).update(custom_duration=90, custom_break=30, custom_price=1500)
    visit = book(salon.slot(10, specialist=first))

    moved = reschedule_appointment(visit.pk, salon.at(10), WEB, specialist_id=second.pk)

    assert (moved.specialist, moved.start_time, moved.price) == (second, salon.at(10), 1500)
    assert (moved.end_time, moved.busy_until) == (salon.at(11, 30), salon.at(12))
    assert last_event(moved).payload["changed"]["price"] == ["1000.00", "1500.00"]


def test_move_to_a_specialist_who_cannot_is_refused():
    salon = Salon(specialists=2)
    first, second = salon.specialists
    ServiceSpecialist.objects.filter(specialist=second).delete()
    visit = book(salon.slot(10, specialist=first))

    with refused(SlotRefused, "inactive"):
        reschedule_appointment(visit.pk, salon.at(12), WEB, specialist_id=second.pk)


def test_who_said_that_he_comes_has_not_said_so_of_another_time(salon):
    visit = book(salon.slot(10))
    say_coming(visit.pk, WEB)

    assert reschedule_appointment(visit.pk, salon.at(14), WEB).client_says_coming is None
    assert Appointment.objects.get(pk=visit.pk).client_says_coming is None


# --- back again ------------------------------------------------------------------------------------------------------


def test_undo_restores_time_specialist_length_break_and_price():
    salon = Salon(specialists=2, service={"break_min": 15})
    first, second = salon.specialists
    ServiceSpecialist.objects.filter(specialist=second).update(custom_duration=90, custom_break=0, custom_price=1500)
    visit = book(salon.slot(10, specialist=first))
    reschedule_appointment(visit.pk, salon.at(14), WEB, specialist_id=second.pk)
    ServiceSpecialist.objects.update(custom_duration=20, custom_price=1)

    back = undo_reschedule(visit.pk, WEB)

    assert (back.specialist, back.start_time, back.end_time, back.busy_until, back.price) == (
        first, salon.at(10), salon.at(11), salon.at(11, 15), 1000,
    )  # fmt: skip
    assert back.sequence == 2
    assert history(back)[-2:] == ["booking_rescheduled", "booking_rescheduled"]
    assert last_event(back).payload["undo"] is True


def test_undo_is_not_bound_by_grid_and_notice(salon):
    visit = book_now(salon.slot(10, 7), operator_of(salon), ANNA)
    reschedule_appointment(visit.pk, salon.at(14), WEB)
    salon.company.min_notice_minutes = 60 * 24 * 7
    salon.company.save(update_fields=["min_notice_minutes"])

    assert undo_reschedule(visit.pk, WEB).start_time == salon.at(10, 7)


def test_undo_is_refused_when_somebody_has_the_old_time(salon):
    visit = book(salon.slot(10))
    reschedule_appointment(visit.pk, salon.at(14), WEB)
    book(salon.slot(10, 30), phone="+79990000002")

    with refused(SlotTaken):
        undo_reschedule(visit.pk, WEB)


def test_undo_is_refused_to_a_client_when_the_old_time_has_begun(salon):
    visit = yesterdays(salon)
    reschedule_appointment(visit.pk, salon.at(14), operator_of(salon))

    with refused(TooLate):
        undo_reschedule(visit.pk, WEB)
    assert undo_reschedule(visit.pk, operator_of(salon)).start_time == salon.at(10, days=-1)


def test_undo_of_an_undo_is_refused(salon):
    visit = book(salon.slot(10))
    reschedule_appointment(visit.pk, salon.at(14), WEB)
    undo_reschedule(visit.pk, WEB)

    with refused(WrongStatus):
        undo_reschedule(visit.pk, WEB)


def test_undo_is_refused_when_something_else_happened_since(salon):
    visit = book_now(salon.slot(10, days=0), operator_of(salon), ANNA)
    reschedule_appointment(visit.pk, salon.at(12, days=0), operator_of(salon))
    mark_arrived(visit.pk, operator_of(salon))

    with refused(WrongStatus):
        undo_reschedule(visit.pk, operator_of(salon))


def test_undo_of_a_visit_that_never_moved_is_refused(salon):
    visit = book(salon.slot(10))

    with refused(WrongStatus):
        undo_reschedule(visit.pk, WEB)


# --- who may, and until when -----------------------------------------------------------------------------------------


def test_move_by_a_client_is_refused_once_the_visit_has_begun_and_staff_still_may(salon):
    visit = yesterdays(salon)

    with refused(TooLate):
        reschedule_appointment(visit.pk, salon.at(12), WEB)
    assert reschedule_appointment(visit.pk, salon.at(12), operator_of(salon)).start_time == salon.at(12)


@pytest.mark.parametrize("status", [Status.HOLD, Status.CANCELLED, Status.EXPIRED, Status.COMPLETED, Status.NO_SHOW])
def test_move_of_what_is_no_coming_visit_is_refused(salon, status):
    visit = book(salon.slot(10))
    expires = database_time() + timedelta(hours=1) if status == Status.HOLD else None
    Appointment.objects.filter(pk=visit.pk).update(status=status, expires_at=expires)

    for actor in (WEB, operator_of(salon)):
        with refused(WrongStatus):
            reschedule_appointment(visit.pk, salon.at(12), actor)


def test_move_with_an_old_version_is_refused(salon):
    visit = book(salon.slot(10))
    reschedule_appointment(visit.pk, salon.at(14), WEB)

    with refused(ChangedMeanwhile):
        reschedule_appointment(visit.pk, salon.at(16), operator_of(salon), expected_version=visit.version)
    moved = reschedule_appointment(visit.pk, salon.at(16), operator_of(salon), expected_version=visit.version + 1)
    assert moved.start_time == salon.at(16)


def test_move_by_staff_of_another_company_is_refused(salon):
    other = Salon()
    visit = book(salon.slot(10))

    with refused(NotAllowed):
        reschedule_appointment(visit.pk, salon.at(12), operator_of(other))


# --- outside the rules -----------------------------------------------------------------------------------------------


def test_move_outside_the_rules_needs_the_permission_and_the_second_step(salon):
    visit = book(salon.slot(10))

    with refused(SlotRefused, "closed"):
        reschedule_appointment(visit.pk, salon.at(21), manager_of(salon))
    for actor in (operator_of(salon), WEB):
        with refused(NotAllowed):
            reschedule_appointment(visit.pk, salon.at(21), actor, outside_rules=True)
    moved = reschedule_appointment(visit.pk, salon.at(21), manager_of(salon), outside_rules=True)

    assert (moved.start_time, moved.outside_rules) == (salon.at(21), True)
    assert last_event(moved).payload["changed"]["outside_rules"] == [False, True]


def test_move_back_within_the_rules_forgets_that_it_was_outside(salon):
    visit = book_now(salon.slot(21), manager_of(salon), ANNA, outside_rules=True)

    moved = reschedule_appointment(visit.pk, salon.at(10), WEB)

    assert moved.outside_rules is False


def test_undo_restores_a_visit_that_was_outside_the_rules(salon):
    visit = book_now(salon.slot(21), manager_of(salon), ANNA, outside_rules=True)
    reschedule_appointment(visit.pk, salon.at(10), WEB)

    back = undo_reschedule(visit.pk, WEB)

    assert (back.start_time, back.outside_rules) == (salon.at(21), True)


def test_undo_of_a_move_outside_the_rules_comes_back_inside(salon):
    visit = book(salon.slot(10))
    reschedule_appointment(visit.pk, salon.at(21), manager_of(salon), outside_rules=True)

    back = undo_reschedule(visit.pk, manager_of(salon))

    assert (back.start_time, back.outside_rules) == (salon.at(10), False)


def test_move_cannot_overlap_even_outside_the_rules(salon):
    visit = book(salon.slot(10))
    book_now(salon.slot(21), manager_of(salon), BORIS, outside_rules=True)

    with refused(SlotTaken):
        reschedule_appointment(visit.pk, salon.at(21, 30), manager_of(salon), outside_rules=True)


def test_a_cancelled_visit_takes_no_move_back(salon):
    visit = book(salon.slot(10))
    reschedule_appointment(visit.pk, salon.at(14), WEB)
    cancel_appointment(visit.pk, WEB)

    with refused(WrongStatus):
        undo_reschedule(visit.pk, WEB)


def test_a_guests_visit_moves_too(salon):
    hold = hold_slot(salon.slot(10), operator_of(salon))
    visit = confirm_appointment(hold.pk, operator_of(salon), Contact("Somebody"))

    assert reschedule_appointment(visit.pk, salon.at(12), operator_of(salon)).contact_name == "Somebody"


# --- told a moment later, or not at all (domain §6)


def told_of(visit: Appointment) -> list[tuple[str, bool, bool]]:
    """Of each move: its channel, whether it waits before it is told, whether nobody is to be told any more."""
    moves = visit.events.filter(event_type="booking_rescheduled").order_by("pk")
    return [(e.initiated_by["channel"], e.dispatch_after is not None, e.dispatched_at is not None) for e in moves]


def test_a_move_in_the_console_is_told_a_moment_later_and_any_other_at_once(salon):
    visit = book(salon.slot(10, days=3))

    reschedule_appointment(visit.pk, salon.at(12, days=3), operator_of(salon))
    reschedule_appointment(visit.pk, salon.at(13, days=3), WEB)

    assert told_of(visit) == [("admin", True, False), ("web", False, False)]


def test_undone_within_that_moment_nobody_is_told_of_either(salon):
    visit = book(salon.slot(10, days=3))
    reschedule_appointment(visit.pk, salon.at(12, days=3), operator_of(salon))

    undo_reschedule(visit.pk, operator_of(salon))

    assert told_of(visit) == [("admin", True, True), ("admin", True, True)]


def test_undone_after_it_was_told_everybody_is_told_again(salon):
    visit = book(salon.slot(10, days=3))
    reschedule_appointment(visit.pk, salon.at(12, days=3), operator_of(salon))
    visit.events.filter(event_type="booking_rescheduled").update(dispatched_at=salon.at(0, days=0))

    undo_reschedule(visit.pk, operator_of(salon))

    assert told_of(visit) == [("admin", True, True), ("admin", True, False)]


def test_a_reminder_does_not_stand_in_the_way_of_undo(salon):
    visit = book(salon.slot(10, days=3))
    moved = reschedule_appointment(visit.pk, salon.at(12, days=3), WEB)
    record_event(moved, EventType.BOOKING_REMINDER, SYSTEM)

    assert undo_reschedule(visit.pk, WEB).start_time == visit.start_time
