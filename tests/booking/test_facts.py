"""What a process and Redis remember of a calendar: never stale, never trusted, never needed."""

from datetime import date, timedelta

import pgtrigger
import pytest
from django.core.cache import cache

from booking.availability.wallclock import minute_of
from booking.commands import cancel_appointment, hold_slot
from booking.errors import SlotTaken
from booking.models import Appointment
from booking.queries import facts
from booking.queries.locations import located
from booking.queries.slots import free_slots
from booking.queries.visits import database_time
from catalog.models import Break, Holiday, SpecialistSchedule
from tests.booking.remembered import forget, forget_calendars
from tests.factories import WEB, Salon, book

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def salon() -> Salon:
    forget()
    return Salon(chairs=1)


def shown(salon: Salon) -> set:
    """The times of tomorrow, as a page shows them."""
    openings = free_slots(located(salon.location.pk), salon.service.pk, salon.day(), salon.day())
    return {moment for times in openings.by_day().values() for moment in times}


def test_what_was_read_once_is_not_read_again(salon, django_assert_num_queries):
    first = shown(salon)

    with django_assert_num_queries(2):  # the location and the versions
        again = shown(salon)

    assert again == first


CHANGES = {
    "a visit": lambda salon: book(salon.slot(10)),
    "a hold": lambda salon: hold_slot(salon.slot(10), WEB),
    "a break": lambda salon: Break.objects.create(specialist=salon.specialist, date=salon.day()),
    "a holiday": lambda salon: Holiday.objects.create(location=salon.location, date=salon.day()),
    "a shift": lambda salon: SpecialistSchedule.objects.all().delete(),
    "a price list": lambda salon: type(salon.service).objects.update(duration_min=300),
    "a rule": lambda salon: type(salon.company).objects.update(slot_step_minutes=60),
    "raw SQL": lambda salon: Appointment.objects.filter(pk=book(salon.slot(12)).pk).update(
        start_time=salon.at(10), end_time=salon.at(11), busy_until=salon.at(11)
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_is_shown_at_once(salon, change):
    before = shown(salon)

    CHANGES[change](salon)

    assert salon.at(10, 15) in before
    assert shown(salon) != before
    assert shown(salon) == shown_from_the_tables(salon)


def shown_from_the_tables(salon: Salon) -> set:
    forget_calendars()
    return shown(salon)


def test_without_the_versions_a_stale_entry_would_be_read(salon):
    """The control: with the trigger switched off, memory shows a time that is gone."""
    visit = book(salon.slot(15))
    shown(salon)

    with pgtrigger.ignore("booking.Appointment:raises_calendar_versions"):
        Appointment.objects.filter(pk=visit.pk).update(
            start_time=salon.at(10), end_time=salon.at(11), busy_until=salon.at(11)
        )

    assert salon.at(10) in shown(salon)
    assert salon.at(10) not in shown_from_the_tables(salon)


def test_a_cancelled_time_is_shown_again(salon):
    visit = book(salon.slot(10))
    assert salon.at(10) not in shown(salon)

    cancel_appointment(visit.pk, WEB)

    assert salon.at(10) in shown(salon)


def test_a_hold_ends_in_the_cache_too(salon):
    hold = hold_slot(salon.slot(10), WEB)
    assert salon.at(10) not in shown(salon)

    soon = database_time() + timedelta(milliseconds=300)
    Appointment.objects.filter(pk=hold.pk).update(expires_at=soon)
    during = shown(salon)
    while database_time() <= soon:
        pass

    assert salon.at(10) not in during
    assert salon.at(10) in shown(salon)


def test_the_clock_goes_on_while_the_days_are_remembered(salon):
    day = salon.day()
    first = free_slots(located(salon.location.pk), salon.service.pk, day, day)
    later = located(salon.location.pk)
    later.now = salon.at(11)

    then = free_slots(later, salon.service.pk, day, day)

    assert then.calendar.days is first.calendar.days
    assert min(first.starts) < minute_of(salon.at(11)) <= min(then.starts)
    assert set(then.starts) < set(first.starts)


POISON = ["rubbish", 17, [], {"busy": [[1]]}, {"busy": 1, "absences": [], "special_days": []}]


@pytest.mark.parametrize("poison", POISON)
def test_rubbish_from_redis_is_read_from_the_tables(salon, poison, monkeypatch):
    truth = shown(salon)
    forget_calendars()
    monkeypatch.setattr(cache, "get", lambda key: poison)

    assert shown(salon) == truth


def test_a_lying_redis_books_nothing_twice(salon, monkeypatch):
    lie = facts.packed(facts.Facts({}, {}, []))
    book(salon.slot(10))
    monkeypatch.setattr(cache, "get", lambda key: lie)

    assert salon.at(10) in shown(salon)
    with pytest.raises(SlotTaken):
        hold_slot(salon.slot(10), WEB)


def test_packing_loses_nothing():
    everything = facts.Facts(
        special_days={date(2027, 1, 1): facts.SpecialDay(is_working=False, name="Новый год")},
        absences={7: [facts.Absence(date(2027, 1, 2), date(2027, 1, 3), 60, 120)]},
        busy=[facts.BusyRow(1, 2, None, 3, 100, 160, 170, 12.5, "key")],
    )

    assert facts.unpacked(facts.packed(everything)) == everything
