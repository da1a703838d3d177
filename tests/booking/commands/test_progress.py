"""The statuses of a visit: every step of domain §3, and every one that is none."""

from datetime import time

import pytest

from accounts.errors import NotAllowed
from booking.commands import (
    book_now,
    cancel_appointment,
    complete_appointment,
    confirm_appointment,
    correct_status,
    extend_hold,
    hold_slot,
    mark_arrived,
    mark_no_show,
    release_hold,
)
from booking.errors import HoldReleased, SlotTaken, TooEarly, TooLate, WrongStatus
from booking.models import Appointment, Status
from booking.values import CancelReason
from catalog.models import Break
from tests.booking.steps import (
    ANNA,
    BORIS,
    history,
    last_event,
    make_overdue,
    nothing_changes,
    operator_of,
    refused,
    yesterdays,
    yesterdays_in,
)
from tests.factories import WEB, Salon, book
from tests.lasting import copied, lasting

pytestmark = pytest.mark.django_db

built = lasting(Salon)


@pytest.fixture
def salon(built) -> Salon:
    return copied(built)


HOLD, CONFIRMED, ARRIVED, COMPLETED, CANCELLED, NO_SHOW, EXPIRED = Status
SAME = None
"""A repetition: nothing changes and nobody is told."""

COMMANDS = {
    "confirm": lambda pk, actor: confirm_appointment(pk, actor, BORIS),
    "extend": extend_hold,
    "release": release_hold,
    "arrive": mark_arrived,
    "complete": complete_appointment,
    "no-show": mark_no_show,
    "cancel": cancel_appointment,
    "correct": correct_status,
}
EVENTS = {
    "confirm": "booking_created",
    "extend": "hold_extended",
    "release": "hold_released",
    "arrive": "booking_arrived",
    "complete": "booking_completed",
    "no-show": "booking_no_show",
    "cancel": "booking_cancelled",
    "correct": "booking_corrected",
}
# What each command makes of each status, when nothing is too early and the desk asks.
TABLE = {
    "confirm": {HOLD: CONFIRMED, EXPIRED: CONFIRMED, CANCELLED: HoldReleased,
                CONFIRMED: SAME, ARRIVED: SAME, COMPLETED: SAME, NO_SHOW: SAME},
    "extend": {HOLD: HOLD, EXPIRED: HoldReleased, CANCELLED: HoldReleased,
               CONFIRMED: WrongStatus, ARRIVED: WrongStatus, COMPLETED: WrongStatus, NO_SHOW: WrongStatus},
    "release": {HOLD: CANCELLED, EXPIRED: SAME, CANCELLED: SAME,
                CONFIRMED: WrongStatus, ARRIVED: WrongStatus, COMPLETED: WrongStatus, NO_SHOW: WrongStatus},
    "arrive": {CONFIRMED: ARRIVED, ARRIVED: SAME, HOLD: WrongStatus, COMPLETED: WrongStatus,
               CANCELLED: WrongStatus, NO_SHOW: WrongStatus, EXPIRED: WrongStatus},
    "complete": {CONFIRMED: COMPLETED, ARRIVED: COMPLETED, COMPLETED: SAME, HOLD: WrongStatus,
                 CANCELLED: WrongStatus, NO_SHOW: WrongStatus, EXPIRED: WrongStatus},
    "no-show": {CONFIRMED: NO_SHOW, NO_SHOW: SAME, HOLD: WrongStatus, ARRIVED: WrongStatus,
                COMPLETED: WrongStatus, CANCELLED: WrongStatus, EXPIRED: WrongStatus},
    "cancel": {CONFIRMED: CANCELLED, ARRIVED: CANCELLED, CANCELLED: SAME, HOLD: WrongStatus,
               COMPLETED: WrongStatus, NO_SHOW: WrongStatus, EXPIRED: WrongStatus},
    "correct": {ARRIVED: CONFIRMED, COMPLETED: ARRIVED, NO_SHOW: CONFIRMED, HOLD: WrongStatus,
                CONFIRMED: WrongStatus, CANCELLED: WrongStatus, EXPIRED: WrongStatus},
}  # fmt: skip
LEGAL = [(name, status, to) for name, row in TABLE.items() for status, to in row.items() if isinstance(to, Status)]
REPEATED = [(name, status) for name, row in TABLE.items() for status, to in row.items() if to is SAME]
ILLEGAL = [(name, status, to) for name, row in TABLE.items() for status, to in row.items() if isinstance(to, type)]


def test_the_table_knows_every_command_in_every_status():
    assert {name: set(row) for name, row in TABLE.items()} == {name: set(Status) for name in COMMANDS}


@pytest.mark.parametrize(("name", "status", "to"), LEGAL)
def test_a_legal_step_changes_the_status_and_is_told_once(salon, name, status, to):
    visit = yesterdays_in(status, salon)
    told = len(history(visit))

    after = COMMANDS[name](visit.pk, operator_of(salon))

    after.refresh_from_db()
    assert (after.status, after.version) == (to, visit.version + 1)
    assert (after.expires_at is None) == (to != HOLD)
    assert history(visit)[told:] == [EVENTS[name]]


@pytest.mark.parametrize(("name", "status"), REPEATED)
def test_a_repeated_step_changes_nothing(salon, name, status):
    visit = yesterdays_in(status, salon)

    with nothing_changes():
        assert COMMANDS[name](visit.pk, operator_of(salon)).status == status


@pytest.mark.parametrize(("name", "status", "kind"), ILLEGAL)
def test_an_illegal_step_is_refused_and_changes_nothing(salon, name, status, kind):
    visit = yesterdays_in(status, salon)

    with refused(kind):
        COMMANDS[name](visit.pk, operator_of(salon))


@pytest.mark.parametrize("name", ["arrive", "complete", "no-show", "correct"])
@pytest.mark.parametrize("status", [CONFIRMED, ARRIVED, COMPLETED, NO_SHOW])
def test_only_staff_say_what_became_of_a_visit(salon, name, status):
    visit = yesterdays_in(status, salon)

    if TABLE[name][status] is SAME:
        with nothing_changes():
            COMMANDS[name](visit.pk, WEB)
    else:
        with refused(NotAllowed):
            COMMANDS[name](visit.pk, WEB)


@pytest.mark.parametrize("name", COMMANDS)
def test_staff_of_another_company_find_nothing(salon, name):
    other = Salon()
    visit = yesterdays(salon)

    with refused(NotAllowed):
        COMMANDS[name](visit.pk, operator_of(other))


# --- when ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("timezone", ["Pacific/Kiritimati", "Europe/Moscow", "Pacific/Pago_Pago"])
def test_arriving_is_possible_from_the_visits_local_day_on(timezone):
    salon = Salon(timezone=timezone, hours=(time(0), time(0)))
    salon.specialist.schedules.update(start_time=time(0), end_time=time(0))
    today = book_now(salon.slot(22, 59, days=0), operator_of(salon), ANNA)
    tomorrow = book_now(salon.slot(0, 0, days=1), operator_of(salon), ANNA)

    with refused(TooEarly):
        mark_arrived(tomorrow.pk, operator_of(salon))
    assert mark_arrived(today.pk, operator_of(salon)).status == ARRIVED


@pytest.mark.parametrize("name", ["complete", "no-show"])
def test_a_visit_that_has_not_begun_is_neither_completed_nor_missed(salon, name):
    visit = book(salon.slot(10))

    with refused(TooEarly):
        COMMANDS[name](visit.pk, operator_of(salon))


def test_a_client_cancels_until_the_start_and_staff_afterwards_too(salon):
    coming, begun = book(salon.slot(10)), yesterdays(salon)

    with refused(TooLate):
        cancel_appointment(begun.pk, WEB)
    assert cancel_appointment(coming.pk, WEB).status == CANCELLED
    assert cancel_appointment(begun.pk, operator_of(salon)).status == CANCELLED


@pytest.mark.parametrize("status", [ARRIVED, COMPLETED, NO_SHOW, HOLD, EXPIRED])
def test_a_client_cancels_only_confirmed_visits(salon, status):
    visit = yesterdays_in(status, salon)

    with refused(WrongStatus):
        cancel_appointment(visit.pk, WEB)


def test_cancel_keeps_the_reason_of_the_desk(salon):
    visit = book(salon.slot(10))

    cancel_appointment(visit.pk, operator_of(salon), CancelReason.SPECIALIST_ILL)

    assert last_event(visit).payload == {"changed": {"status": ["CONFIRMED", "CANCELLED"]}, "reason": "specialist_ill"}


@pytest.mark.parametrize("name", ["cancel", "no-show"])
def test_a_time_that_nobody_needs_is_free_at_once(name):
    salon = Salon(chairs=1, capacity=1)
    visit = yesterdays(salon)

    COMMANDS[name](visit.pk, operator_of(salon))

    assert book_now(salon.slot(10, 30, days=-1), operator_of(salon), BORIS).status == CONFIRMED


@pytest.mark.parametrize("status", [CONFIRMED, ARRIVED, COMPLETED])
def test_a_visit_that_takes_place_occupies_its_time(salon, status):
    yesterdays_in(status, salon)

    with refused(SlotTaken):
        book_now(salon.slot(10, 30, days=-1), operator_of(salon), BORIS)


# --- a slip put right ------------------------------------------------------------------------------------------------


def test_a_no_show_whose_time_was_given_away_stays_one(salon):
    visit = yesterdays_in(NO_SHOW, salon)
    book_now(salon.slot(10, 30, days=-1), operator_of(salon), BORIS)

    with refused(SlotTaken):
        correct_status(visit.pk, operator_of(salon))


def test_a_no_show_is_corrected_over_an_overdue_hold(salon):
    visit = yesterdays_in(NO_SHOW, salon)
    overdue = hold_slot(salon.slot(10, 30, days=-1), operator_of(salon))
    make_overdue(overdue)

    corrected = correct_status(visit.pk, operator_of(salon))

    assert corrected.status == CONFIRMED
    assert history(overdue) == ["hold_placed", "hold_expired"]


def test_a_no_show_is_corrected_whatever_the_hours_are_now(salon):
    visit = yesterdays_in(NO_SHOW, salon)
    Break.objects.create(specialist=salon.specialist, date=salon.day(-1))

    assert correct_status(visit.pk, operator_of(salon)).status == CONFIRMED


def test_a_no_show_is_not_corrected_into_a_full_location():
    salon = Salon(specialists=2, capacity=1)
    first, second = salon.specialists
    visit = yesterdays(salon, first)
    mark_no_show(visit.pk, operator_of(salon))
    yesterdays(salon, second)

    with refused(SlotTaken) as refusal:
        correct_status(visit.pk, operator_of(salon))

    assert refusal.value.reason == "location_full"


def test_a_no_show_is_not_corrected_onto_a_chair_that_was_taken():
    salon = Salon(specialists=2, chairs=1)
    first, second = salon.specialists
    visit = yesterdays(salon, first)
    mark_no_show(visit.pk, operator_of(salon))
    yesterdays(salon, second)

    with refused(SlotTaken) as refusal:
        correct_status(visit.pk, operator_of(salon))

    assert refusal.value.reason == "no_workplace"


def test_corrections_lead_back_one_step_at_a_time(salon):
    visit = yesterdays_in(COMPLETED, salon)
    desk = operator_of(salon)

    statuses = [correct_status(visit.pk, desk).status for _ in range(2)]

    assert statuses == [ARRIVED, CONFIRMED]
    with refused(WrongStatus):
        correct_status(visit.pk, desk)
    assert Appointment.objects.get(pk=visit.pk).version == visit.version + 2
