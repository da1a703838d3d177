"""Capacity is a peak, guarded by the database itself (guarantee 3)."""

import threading
import time
from contextlib import nullcontext
from datetime import timedelta

import pgtrigger
import pytest
from django.db import IntegrityError, connection, transaction

from booking.models import Appointment, Status
from booking.queries.visits import database_time
from tests.booking.rows import CAPACITY, put, put_hold, refused
from tests.factories import Salon, make_location

RAISES_VERSIONS = "booking.Appointment:raises_calendar_versions"
REFUSES = "booking.Appointment:raises_refusal_when_location_is_full"


@pytest.mark.django_db
@pytest.mark.parametrize("capacity", [1, 2, 3])
def test_a_location_takes_as_many_at_once_as_it_holds(capacity):
    salon = Salon(specialists=4, capacity=capacity)
    for specialist in salon.specialists[:capacity]:
        put(salon, specialist=specialist)

    with refused(CAPACITY):
        put(salon, specialist=salon.specialists[3])

    assert Appointment.objects.count() == capacity


@pytest.mark.django_db
def test_capacity_is_a_peak_and_not_a_number():
    salon = Salon(specialists=4, capacity=2)
    first, second, third, fourth = salon.specialists
    put(salon, 10, specialist=first)
    put(salon, 11, specialist=first)
    put(salon, 12, specialist=first)

    put(salon, 10, length=180, specialist=second)  # three others, but never more than one at once

    with refused(CAPACITY):
        put(salon, 11, 30, length=15, specialist=third)
    put(salon, 13, specialist=fourth)


@pytest.mark.django_db
def test_a_peak_in_the_middle_of_a_visit_counts():
    salon = Salon(specialists=3, capacity=2)
    first, second, third = salon.specialists
    put(salon, 11, length=30, specialist=first)
    put(salon, 11, 15, length=30, specialist=second)

    with refused(CAPACITY):
        put(salon, 10, length=180, specialist=third)


@pytest.mark.django_db
def test_visits_that_touch_are_not_there_together():
    salon = Salon(specialists=2, capacity=1)
    put(salon, 10, length=60, rest=30)

    put(salon, 11, specialist=salon.specialists[1])  # the break after a visit is not presence
    put(salon, 9, specialist=salon.specialists[1])

    assert Appointment.objects.count() == 3


@pytest.mark.django_db
@pytest.mark.parametrize("status", [Status.CANCELLED, Status.NO_SHOW, Status.EXPIRED])
def test_who_does_not_come_is_not_counted(status):
    salon = Salon(capacity=1)
    put(salon, status=status)

    put(salon)

    assert Appointment.objects.count() == 2


@pytest.mark.django_db
def test_a_hold_is_counted_while_it_lasts():
    salon = Salon(specialists=3, capacity=1)
    hold = put_hold(salon)

    with refused(CAPACITY):
        put(salon, specialist=salon.specialists[1])
    put_hold(salon, 12, lasts=-1)
    put(salon, 12, specialist=salon.specialists[1])

    assert hold.status == Status.HOLD


@pytest.mark.django_db
def test_an_overdue_hold_cannot_come_back_into_a_full_location():
    salon = Salon(specialists=2, capacity=1)
    hold = put_hold(salon, lasts=-1)
    put(salon, specialist=salon.specialists[1])

    with refused(CAPACITY):
        Appointment.objects.filter(pk=hold.pk).update(status=Status.CONFIRMED, expires_at=None)


@pytest.mark.django_db
def test_an_overdue_hold_cannot_be_extended_into_a_full_location():
    salon = Salon(specialists=2, capacity=1)
    hold = put_hold(salon, lasts=-1)
    put(salon, specialist=salon.specialists[1])

    with refused(CAPACITY):
        Appointment.objects.filter(pk=hold.pk).update(expires_at=database_time() + timedelta(minutes=5))


@pytest.mark.django_db
def test_an_overdue_hold_comes_back_where_there_is_room():
    salon = Salon(capacity=1)
    hold = put_hold(salon, lasts=-1)

    Appointment.objects.filter(pk=hold.pk).update(status=Status.CONFIRMED, expires_at=None)

    assert Appointment.objects.alive().get() == hold


@pytest.mark.django_db
def test_a_live_hold_is_extended_and_confirmed_in_a_location_that_has_become_too_small():
    salon = Salon(specialists=2, capacity=2)
    put(salon, specialist=salon.specialists[1])
    hold = put_hold(salon)
    salon.location.capacity = 1
    salon.location.save(update_fields=["capacity"])

    Appointment.objects.filter(pk=hold.pk).update(expires_at=database_time() + timedelta(minutes=10))
    Appointment.objects.filter(pk=hold.pk).update(status=Status.CONFIRMED, expires_at=None)

    assert Appointment.objects.alive().count() == 2


@pytest.mark.django_db
def test_a_cancelled_visit_cannot_come_back_into_a_full_location():
    salon = Salon(specialists=2, capacity=1)
    cancelled = put(salon, status=Status.CANCELLED)
    put(salon, specialist=salon.specialists[1])

    with refused(CAPACITY):
        Appointment.objects.filter(pk=cancelled.pk).update(status=Status.CONFIRMED)


@pytest.mark.django_db
def test_a_lowered_capacity_moves_nobody_out():
    salon = Salon(specialists=3, capacity=2)
    visits = [put(salon, specialist=specialist) for specialist in salon.specialists[:2]]
    salon.location.capacity = 1
    salon.location.save(update_fields=["capacity"])

    for visit in visits:  # they live on: arrive, end earlier
        Appointment.objects.filter(pk=visit.pk).update(status=Status.ARRIVED)
        Appointment.objects.filter(pk=visit.pk).update(end_time=salon.at(10, 45))

    with refused(CAPACITY):
        put(salon, specialist=salon.specialists[2])
    with refused(CAPACITY):
        Appointment.objects.filter(pk=visits[0].pk).update(end_time=salon.at(11, 15), busy_until=salon.at(11, 15))


@pytest.mark.django_db
def test_moving_within_a_full_hour_needs_no_second_place():
    salon = Salon(capacity=1)
    visit = put(salon)

    Appointment.objects.filter(pk=visit.pk).update(
        start_time=salon.at(10, 15), end_time=salon.at(11, 15), busy_until=salon.at(11, 15)
    )

    visit.refresh_from_db()
    assert visit.start_time == salon.at(10, 15)


@pytest.mark.django_db
def test_moving_to_a_full_location_is_refused():
    salon = Salon(specialists=2, capacity=1)
    put(salon)
    elsewhere = put(salon, specialist=salon.specialists[1], location=make_location(salon.company))

    with refused(CAPACITY):
        Appointment.objects.filter(pk=elsewhere.pk).update(location=salon.location)


@pytest.mark.django_db
def test_a_location_without_a_capacity_takes_everybody():
    salon = Salon(specialists=4)

    for specialist in salon.specialists:
        put(salon, specialist=specialist)

    assert Appointment.objects.count() == 4


@pytest.mark.django_db
def test_control_without_the_trigger_a_location_overflows():
    salon = Salon(specialists=2, capacity=1)
    put(salon)

    with pgtrigger.ignore(REFUSES):
        put(salon, specialist=salon.specialists[1])

    assert Appointment.objects.count() == 2


# --- two transactions at once -----------------------------------------------------------------------------------------


class Rivals:
    """Two plain transactions that both write before either commits, if the database lets them."""

    def __init__(self, salon: Salon, ignoring: str = "") -> None:
        self.salon, self.ignoring = salon, ignoring
        self.began = threading.Barrier(2, timeout=5)
        self.outcomes: list[str] = []

    def run(self) -> list[str]:
        threads = [threading.Thread(target=self.book, args=[specialist]) for specialist in self.salon.specialists]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=10)
        return sorted(self.outcomes)

    def book(self, specialist) -> None:
        try:
            with transaction.atomic(), pgtrigger.ignore(self.ignoring) if self.ignoring else nullcontext():
                self.began.wait()
                put(self.salon, specialist=specialist)
                time.sleep(0.1)  # the other one has to decide while this is not committed
            self.outcomes.append("booked")
        except IntegrityError:
            self.outcomes.append("refused")
        finally:
            connection.close()


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_one_gets_the_last_place():
    for _ in range(5):
        assert Rivals(Salon(specialists=2, capacity=1)).run() == ["booked", "refused"]


@pytest.mark.django_db(transaction=True)
def test_control_without_the_raised_version_both_get_the_last_place():
    """The raise of the location's version is the lock that makes them count one after the other."""
    assert Rivals(Salon(specialists=2, capacity=1), ignoring=RAISES_VERSIONS).run() == ["booked", "booked"]
