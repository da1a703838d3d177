"""When a visit could be instead of when it is."""

from datetime import time, timedelta

import pytest

from booking.models import Appointment
from booking.queries.moving import room_for_move
from booking.queries.visits import with_its_place
from catalog.models import SpecialistSchedule
from tests.factories import Salon, book, make_specialist

pytestmark = pytest.mark.django_db


def placed(visit: Appointment) -> Appointment:
    return with_its_place(Appointment.objects.with_everything_shown().get(pk=visit.pk))


def test_room_is_of_the_same_specialist_and_without_the_visits_own_time():
    salon = Salon()
    make_specialist(salon.location, salon.service)
    visit = book(salon.slot(10, specialist=salon.specialist))
    book(salon.slot(12, specialist=salon.specialist), phone="+79990000002")

    room = room_for_move(placed(visit), salon.day(), salon.day())

    starts = room.days[salon.day()]
    around = {hour: salon.at(hour) in starts for hour in (9, 10, 11, 12, 13)}
    assert around == {9: True, 10: False, 11: True, 12: False, 13: True}
    assert salon.at(10, 15) in starts, "its own time is not in its way"
    assert room.slot_at(salon.at(11)).specialist_id == visit.specialist_id
    assert (room.slot_at(salon.at(12)), room.slot_at(salon.at(10))) == (None, None)


def test_staff_take_who_comes_in_now():
    """Open day and night, so that there is always a time that has just begun."""
    salon = Salon(hours=(time(0), time(0)))
    SpecialistSchedule.objects.update(start_time=time(0), end_time=time(0))
    salon.company.min_notice_minutes = 60
    salon.company.save(update_fields=["min_notice_minutes"])
    visit = placed(book(salon.slot(10, days=3)))
    days = (salon.day(-1), salon.day(1))

    by_staff, by_client = (room_for_move(visit, *days, by_staff=staff) for staff in (True, False))

    first, clients = (next(iter(room.days.values()))[0] for room in (by_staff, by_client))
    assert salon.opened - timedelta(minutes=15) < first
    assert first < clients


@pytest.mark.parametrize(("first", "last"), [(-9, -1), (100, 110), (5, 4)])
def test_there_is_no_room_on_days_that_nobody_can_book(first, last):
    salon = Salon()
    visit = placed(book(salon.slot(10)))

    assert room_for_move(visit, salon.day(first), salon.day(last)).days == {}
