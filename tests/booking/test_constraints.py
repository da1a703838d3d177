"""The schema refuses what the business refuses, whoever writes (guarantees 1 and 2)."""

import pytest
from django.db import connection

from booking.models import OCCUPYING, Appointment, Status
from booking.queries.visits import database_time
from tests.booking.rows import SPECIALIST, WORKPLACE, put, put_hold, refused
from tests.factories import Salon, make_location, make_specialist

pytestmark = pytest.mark.django_db

FREE = [status for status in Status if status not in OCCUPYING]


def without(constraint: str) -> None:
    """The control: the same table without the mechanism, until the test's transaction is rolled back."""
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE booking_appointment DROP CONSTRAINT {constraint}")


def in_status(salon: Salon, status: Status, **fields) -> Appointment:
    return put_hold(salon, **fields) if status == Status.HOLD else put(salon, status=status, **fields)


# --- one specialist ---------------------------------------------------------------------------------------------------


def test_a_visit_of_60_and_15_minutes_ends_the_specialists_time_at_the_quarter():
    salon = Salon()
    put(salon, 10, length=60, rest=15)

    with refused(SPECIALIST):
        put(salon, 11, 10)
    put(salon, 11, 15)


def test_the_break_of_the_earlier_visit_counts_too():
    salon = Salon()
    put(salon, 11)

    with refused(SPECIALIST):
        put(salon, 10, length=60, rest=1)
    put(salon, 10, length=60, rest=0)


def test_a_specialist_is_not_in_two_locations_at_once():
    salon = Salon()
    put(salon)

    with refused(SPECIALIST):
        put(salon, 10, 59, location=make_location(salon.company))


def test_two_specialists_work_at_the_same_time():
    salon = Salon(specialists=2)
    put(salon)

    put(salon, specialist=salon.specialists[1])

    assert Appointment.objects.count() == 2


@pytest.mark.parametrize("status", OCCUPYING)
def test_time_is_occupied_in(status):
    salon = Salon()
    in_status(salon, status)

    with refused(SPECIALIST):
        put(salon)


@pytest.mark.parametrize("status", FREE)
def test_time_is_free_in(status):
    salon = Salon()
    put(salon, status=status)

    put(salon)

    assert Appointment.objects.count() == 2


def test_an_overdue_hold_is_in_the_way_until_somebody_expires_it():
    salon = Salon()
    hold = put_hold(salon, lasts=-60)

    with refused(SPECIALIST):
        put(salon)
    Appointment.objects.filter(pk=hold.pk).update(status=Status.EXPIRED, expires_at=None)
    put(salon)


def test_a_visit_cannot_come_back_over_another():
    salon = Salon()
    cancelled = put(salon, status=Status.CANCELLED)
    put(salon, 10, 30)

    with refused(SPECIALIST):
        Appointment.objects.filter(pk=cancelled.pk).update(status=Status.CONFIRMED)


def test_a_visit_cannot_be_moved_over_another():
    salon = Salon()
    put(salon, 10)
    other = put(salon, 12)

    with refused(SPECIALIST):
        Appointment.objects.filter(pk=other.pk).update(start_time=salon.at(10, 59))


def test_raw_sql_is_refused_as_well():
    salon = Salon()
    put(salon, 10)
    other = put(salon, 12)

    with refused(SPECIALIST), connection.cursor() as cursor:
        cursor.execute("UPDATE booking_appointment SET start_time = %s WHERE id = %s", [salon.at(10, 30), other.pk])


def test_control_without_the_constraint_a_specialist_is_booked_twice():
    salon = Salon()
    without(SPECIALIST)

    put(salon)
    put(salon)

    assert Appointment.objects.count() == 2


# --- one workplace ----------------------------------------------------------------------------------------------------


def test_a_chair_is_not_given_to_two_specialists():
    salon = Salon(specialists=2, chairs=1)
    put(salon, 10, length=60, rest=15, workplace=salon.chairs[0])

    with refused(WORKPLACE):
        put(salon, 11, 10, specialist=salon.specialists[1], workplace=salon.chairs[0])
    put(salon, 11, 15, specialist=salon.specialists[1], workplace=salon.chairs[0])


def test_two_chairs_are_taken_at_the_same_time():
    salon = Salon(specialists=2, chairs=2)
    put(salon, workplace=salon.chairs[0])

    put(salon, specialist=salon.specialists[1], workplace=salon.chairs[1])

    assert Appointment.objects.count() == 2


def test_visits_at_no_workplace_are_not_in_each_others_way():
    salon = Salon(specialists=2, chairs=1)
    put(salon, workplace=None)

    put(salon, workplace=None, specialist=salon.specialists[1])
    put(salon, workplace=salon.chairs[0], specialist=make_specialist(salon.location, salon.service))

    assert Appointment.objects.count() == 3


@pytest.mark.parametrize("status", FREE)
def test_a_chair_is_free_in(status):
    salon = Salon(specialists=2, chairs=1)
    put(salon, status=status, workplace=salon.chairs[0])

    put(salon, workplace=salon.chairs[0], specialist=salon.specialists[1])

    assert Appointment.objects.count() == 2


def test_control_without_the_constraint_a_chair_is_given_twice():
    salon = Salon(specialists=2, chairs=1)
    without(WORKPLACE)

    put(salon, workplace=salon.chairs[0])
    put(salon, workplace=salon.chairs[0], specialist=salon.specialists[1])

    assert Appointment.objects.count() == 2


# --- the columns of one row -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("length", "rest"),
    [
        pytest.param(0, 0, id="no length"),
        pytest.param(-30, 0, id="ends first"),
        pytest.param(60, -1, id="negative break"),
    ],
)
def test_times_are_in_order(length, rest):
    # Not live, so that no range is made of them and the CHECK itself speaks.
    with refused("appointment_times_in_order"):
        put(Salon(), length=length, rest=rest, status=Status.CANCELLED)


@pytest.mark.parametrize(
    "assignment",
    ["start_time = '-infinity'", "busy_until = 'infinity'", "end_time = 'infinity', busy_until = 'infinity'"],
)
def test_times_are_finite(assignment):
    put(Salon(), status=Status.CANCELLED)

    with refused("appointment_times_are_finite"), connection.cursor() as cursor:
        cursor.execute(f"UPDATE booking_appointment SET {assignment}")


def test_a_hold_has_a_deadline():
    with refused("appointment_expires_only_as_a_hold"):
        put(Salon(), status=Status.HOLD, expires_at=None)


@pytest.mark.parametrize("status", [status for status in Status if status != Status.HOLD])
def test_only_a_hold_has_a_deadline(status):
    with refused("appointment_expires_only_as_a_hold"):
        put(Salon(), status=status, expires_at=database_time())


@pytest.mark.parametrize(("price", "discount"), [(1000, 1001), (1000, -1), (-1, 0)])
def test_a_discount_is_part_of_the_price(price, discount):
    with refused("appointment_price_covers_discount"):
        put(Salon(), price=price, discount=discount)


@pytest.mark.parametrize(
    ("column", "constraint"), [("hold_token", "hold_link_is_one"), ("visit_token", "visit_link_is_one")]
)
def test_links_are_unique(column, constraint):
    salon = Salon()
    first = put(salon, 10)
    second = put(salon, 12)

    with refused(constraint):
        Appointment.objects.filter(pk=second.pk).update(**{column: getattr(first, column)})
