"""The end of a hold: by the database's clock, without anybody's help."""

from datetime import timedelta

import pytest
import time_machine

from booking.commands import (
    cancel_appointment,
    confirm_appointment,
    expire_overdue_holds,
    extend_hold,
    hold_slot,
    release_hold,
)
from booking.errors import AlreadyExtended, HoldReleased, SlotTaken, WrongStatus
from booking.models import Appointment, Status
from booking.queries.locations import located
from booking.queries.slots import free_slots
from booking.queries.visits import database_time
from tests.booking.steps import BORIS, history, last_event, make_overdue, operator_of, refused
from tests.factories import WEB, Salon, book
from tests.lasting import copied, lasting

pytestmark = pytest.mark.django_db


built = lasting(Salon)


@pytest.fixture
def salon(built) -> Salon:
    return copied(built)


def test_a_live_hold_keeps_everybody_else_out(salon):
    hold_slot(salon.slot(10), WEB, browser_key="browser")

    with refused(SlotTaken):
        hold_slot(salon.slot(10), WEB, browser_key="other")


def test_an_overdue_hold_gives_way_to_the_next_client_at_once():
    salon = Salon(chairs=1)
    overdue = hold_slot(salon.slot(10), WEB)
    make_overdue(overdue)

    taken = hold_slot(salon.slot(10, 30), WEB)

    overdue.refresh_from_db()
    assert (taken.status, overdue.status, overdue.expires_at) == (Status.HOLD, Status.EXPIRED, None)
    assert history(overdue) == ["hold_placed", "hold_expired"]
    assert last_event(overdue).initiated_by["channel"] == "system"


def test_an_overdue_hold_of_anothers_chair_gives_way_too():
    salon = Salon(specialists=2, chairs=1)
    overdue = hold_slot(salon.slot(10, specialist=salon.specialists[0]), WEB)
    make_overdue(overdue)

    taken = hold_slot(salon.slot(10, specialist=salon.specialists[1]), WEB)

    overdue.refresh_from_db()
    assert (taken.workplace, overdue.status) == (salon.chairs[0], Status.EXPIRED)


def test_an_overdue_hold_does_not_fill_a_location():
    salon = Salon(specialists=2, capacity=1)
    overdue = hold_slot(salon.slot(10, specialist=salon.specialists[0]), WEB)
    make_overdue(overdue)

    assert hold_slot(salon.slot(10, specialist=salon.specialists[1]), WEB).status == Status.HOLD


@pytest.mark.parametrize("hours", [-1, 1])
def test_pythons_clock_ends_no_hold_and_keeps_none_alive(salon, hours):
    """Guarantee 7: the server's clock may be wrong by an hour."""
    live, overdue = hold_slot(salon.slot(10), WEB), hold_slot(salon.slot(12), WEB)
    make_overdue(overdue)

    with time_machine.travel(database_time() + timedelta(hours=hours)):
        shown = free_slots(located(salon.location.pk), salon.service.pk, salon.day(), salon.day())
        with refused(SlotTaken):
            hold_slot(salon.slot(10), WEB)
        tidied = expire_overdue_holds()
        taken = hold_slot(salon.slot(12), WEB)

    live.refresh_from_db()
    starts = shown.by_day()[salon.day()]
    assert salon.at(10) not in starts
    assert salon.at(12) in starts
    assert (tidied, live.status, taken.status) == (1, Status.HOLD, Status.HOLD)
    assert timedelta(seconds=290) < taken.expires_at - database_time() <= timedelta(seconds=300)


def test_expire_overdue_holds_ends_those_and_no_others(salon):
    overdue = [hold_slot(salon.slot(hour), WEB) for hour in (9, 10)]
    live, visit = hold_slot(salon.slot(11), WEB), book(salon.slot(12))
    for hold in overdue:
        make_overdue(hold)

    assert expire_overdue_holds() == 2
    assert expire_overdue_holds() == 0

    statuses = dict(Appointment.objects.values_list("pk", "status"))
    assert [statuses[hold.pk] for hold in (*overdue, live, visit)] == ["EXPIRED", "EXPIRED", "HOLD", "CONFIRMED"]
    assert [history(hold)[-1] for hold in overdue] == ["hold_expired", "hold_expired"]


def test_hold_is_extended_once_by_the_companys_hold_time(salon):
    hold = hold_slot(salon.slot(10), WEB)

    extended = extend_hold(hold.pk, WEB)

    assert extended.expires_at - hold.expires_at == timedelta(seconds=300)
    assert (extended.version, history(hold)) == (hold.version + 1, ["hold_placed", "hold_extended"])
    with refused(AlreadyExtended):
        extend_hold(hold.pk, WEB)


def test_a_hold_that_has_run_out_is_not_extended(salon):
    hold = hold_slot(salon.slot(10), WEB)
    make_overdue(hold)

    with refused(HoldReleased):
        extend_hold(hold.pk, WEB)


def test_a_hold_cannot_outlive_its_place_in_a_full_location():
    """Overdue and not yet tidied, it was no longer counted when the place was given away (guarantee 3)."""
    salon = Salon(specialists=2, capacity=1)
    overdue = hold_slot(salon.slot(10, specialist=salon.specialists[0]), WEB)
    make_overdue(overdue)
    book(salon.slot(10, specialist=salon.specialists[1]))

    with refused(HoldReleased):
        extend_hold(overdue.pk, WEB)
    with refused(SlotTaken):
        confirm_appointment(overdue.pk, WEB, BORIS)


def test_a_released_hold_is_free_at_once_and_released_once(salon):
    hold = hold_slot(salon.slot(10), WEB)

    release_hold(hold.pk, WEB)
    again = release_hold(hold.pk, WEB)

    assert again.status == Status.CANCELLED
    assert history(hold) == ["hold_placed", "hold_released"]
    assert hold_slot(salon.slot(10), WEB).status == Status.HOLD


def test_a_hold_is_not_cancelled_like_a_visit(salon):
    hold = hold_slot(salon.slot(10), WEB)

    for actor in (WEB, operator_of(salon)):
        with refused(WrongStatus):
            cancel_appointment(hold.pk, actor)
