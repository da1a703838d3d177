"""What is remembered of a calendar, by a process and by Redis: never stale, only forgotten."""

from functools import partial
from threading import Thread

import pytest
from django.core.cache import cache
from django.db import connection, transaction

from booking.availability import Place
from booking.commands import (
    book_now,
    cancel_appointment,
    hold_slot,
    release_hold,
    reschedule_appointment,
)
from booking.models import Appointment
from booking.queries import catalogue, facts
from booking.queries.calendars import Days, read_calendar
from booking.queries.catalogue import read_catalogue
from booking.queries.locations import located
from booking.queries.memory import Memory
from booking.queries.slots import free_slots
from booking.values import Slot
from catalog.models import Break, Holiday, Location, Service, ServiceSpecialist
from tests.booking.remembered import forget, forget_calendars
from tests.booking.steps import ANNA, make_overdue, operator_of
from tests.booking.test_queries import CHANGES, change, statements
from tests.factories import WEB, Salon, book, make_service, make_specialist
from tests.torture.rivals import without

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _nothing_is_remembered():
    forget()
    yield
    forget()


def told(salon: Salon) -> dict:
    """Everything of the catalogue that a page or a booking rests on."""
    read = read_catalogue(located(salon.location.pk))
    offers = [offer for some in read.offers.values() for offer in some]
    seats = [offer for some in read.seat_offers.values() for offer in some]
    return {
        "location": (read.location.timezone, read.location.capacity, read.location.is_active),
        "offers": [
            (one.specialist.name, one.specialist.is_active, one.service.is_active, one.is_active, terms)
            for one in offers
            for terms in read.terms(one)
        ],
        "seats": [(one.workplace_id, one.price, one.duration_min, one.break_min) for one in seats],
        "hours": read.hours,
        "shifts": dict(read.shifts),
    }


def times(salon: Salon, day: int = 1) -> list:
    """What the page shows."""
    openings = free_slots(located(salon.location.pk), salon.service.pk, salon.day(day), salon.day(day))
    return [slot for moment in sorted(openings.by_day().get(salon.day(day), [])) for slot in openings.slots_at(moment)]


def test_memory_spares_all_statements_but_two_on_the_second_look():
    """The first reads the location and its version, the second the versions of its people and chairs."""
    salon = Salon(specialists=3, chairs=2, capacity=2)
    day = salon.day()

    costs = [statements(lambda: free_slots(located(salon.location.pk), salon.service.pk, day, day)) for _ in range(3)]

    assert costs == [9, 2, 2]


def test_memory_tells_every_change_of_the_catalogue_at_once():
    for name, make in CHANGES.items():
        salon = Salon(specialists=2, chairs=2)
        before = told(salon)

        make(salon)

        remembered = told(salon)
        forget()
        assert remembered == told(salon), name
        assert remembered != before, name


def test_memory_control_without_its_trigger_it_tells_old_prices():
    salon = Salon()
    before = told(salon)

    with without(triggers=["catalog.Service:raises_company_version"]):
        change(salon.service, price=5)
        stale = told(salon)

    assert stale == before


def test_memory_keeps_nothing_of_a_change_that_is_rolled_back():
    """Its version comes again, for another change."""
    salon = Salon()

    with transaction.atomic():
        change(salon.service, price=5)
        told(salon)
        transaction.set_rollback(True)
    change(salon.service, price=7)

    assert [offer[-1].price for offer in told(salon)["offers"]] == [7]


def test_memory_tells_a_change_that_came_in_the_middle_of_the_reading(monkeypatch):
    salon = Salon()
    read_offers = catalogue.read_offers

    def read_while_the_desk_saves(location):
        offers = read_offers(location)
        thread = Thread(target=partial(in_another_connection, lambda: Service.objects.update(price=9, duration_min=30)))
        thread.start()
        thread.join(5)
        return offers

    monkeypatch.setattr(catalogue, "read_offers", read_while_the_desk_saves)
    told(salon)
    monkeypatch.undo()

    assert [(offer[-1].price, offer[-1].length) for offer in told(salon)["offers"]] == [(9, 30)]


def in_another_connection(deed) -> None:
    try:
        deed()
    finally:
        connection.close()


def test_memory_forgets_the_oldest_first():
    memory = Memory(capacity=2)

    memory.keep(1, "one")
    memory.keep(2, "two")
    memory.recall(1)
    memory.keep(3, "three")

    assert [memory.recall(number) for number in (1, 2, 3)] == ["one", None, "three"]


def test_memory_is_limited_by_weight_and_keeps_at_least_the_last():
    memory = Memory(capacity=5, weight=len)

    memory.keep(1, "ab")
    memory.keep(1, "abc")
    memory.keep(2, "ab")
    assert [memory.recall(number) for number in (1, 2)] == ["abc", "ab"]

    memory.keep(3, "far too long")
    assert [memory.recall(number) for number in (1, 2, 3)] == [None, None, "far too long"]


# --- what Redis keeps ------------------------------------------------------------------------------------------------


def visit_in_another_location(salon: Salon) -> None:
    other = Salon(company=salon.company)
    ServiceSpecialist.objects.create(service=other.service, specialist=salon.specialist)
    for row in salon.specialist.schedules.all():
        row.pk, row.location = None, other.location
        row.save()
    salon.elsewhere = Slot(other.location.pk, other.service.pk, other.at(15), salon.specialist.pk)


def stranger_at(salon: Salon) -> Slot:
    """A service that others perform, in the same rooms."""
    service = make_service(salon.company)
    stranger = make_specialist(salon.location, service)
    return Slot(salon.location.pk, service.pk, salon.at(16), stranger.pk)


def visit_of(salon: Salon) -> Appointment:
    return Appointment.objects.get(location=salon.location, status="CONFIRMED", start_time=salon.at(10))


def hold_of(salon: Salon) -> Appointment:
    return Appointment.objects.get(location=salon.location, status="HOLD")


HAPPENINGS = {
    "a hold": lambda salon: hold_slot(salon.slot(17), WEB),
    "a hold released": lambda salon: release_hold(hold_of(salon).pk, WEB),
    "a hold that has run out": lambda salon: make_overdue(hold_of(salon)),
    "a visit": lambda salon: book(salon.slot(17)),
    "a visit of the desk": lambda salon: book_now(salon.slot(17, 5), operator_of(salon), ANNA),
    "a visit moved": lambda salon: reschedule_appointment(visit_of(salon).pk, salon.at(17), WEB),
    "a visit moved to another day": lambda salon: reschedule_appointment(visit_of(salon).pk, salon.at(10, days=3), WEB),
    "a visit cancelled": lambda salon: cancel_appointment(visit_of(salon).pk, WEB),
    "a visit elsewhere": lambda salon: book(salon.elsewhere),
    "a head in the same rooms": lambda salon: book(salon.stranger, phone="+79990000003"),
    "a visit by SQL": lambda salon: Appointment.objects.filter(pk=visit_of(salon).pk).update(
        start_time=salon.at(13), end_time=salon.at(14), busy_until=salon.at(14)
    ),
    "a break": lambda salon: Break.objects.create(specialist=salon.specialist, date=salon.day()),
    "a break moved": lambda salon: salon.specialist.breaks.update(date=salon.day()),
    "a holiday": lambda salon: Holiday.objects.create(location=salon.location, date=salon.day()),
    "a holiday moved": lambda salon: salon.location.holidays.update(date=salon.day()),
    "a capacity": lambda salon: Location.objects.filter(pk=salon.location.pk).update(capacity=1),
}  # fmt: skip


HEADS = {"a head in the same rooms"}
"""What changes nothing where nobody counts heads."""


@pytest.mark.parametrize("capacity", [None, 2])
def test_memory_tells_everything_that_happens_at_once(capacity):
    for name, happen in HAPPENINGS.items():
        salon = Salon(specialists=2, chairs=2, capacity=capacity)
        visit_in_another_location(salon)
        salon.stranger = stranger_at(salon)
        book(salon.slot(16, specialist=salon.specialists[0]), phone="+79990000002")
        book(salon.slot(10, specialist=salon.specialist))
        hold_slot(salon.slot(12), WEB)
        Break.objects.create(specialist=salon.specialist, date=salon.day(9))
        Holiday.objects.create(location=salon.location, date=salon.day(9))
        before = times(salon)

        happen(salon)

        remembered = times(salon)
        forget()
        assert remembered == times(salon), name
        assert (remembered != before) == (name not in HEADS or capacity is not None), name


def test_memory_is_of_one_day_and_one_location():
    salon, other = Salon(), Salon()
    book(salon.slot(10))

    shown = [[slot.start for slot in times(each, day)] for each, day in ((salon, 1), (salon, 2), (other, 1))]

    assert [each.at(10, days=day) in starts for (each, day), starts in zip(
        ((salon, 1), (salon, 2), (other, 1)), shown, strict=True
    )] == [False, True, True]  # fmt: skip


NOTHING = {"special_days": [], "absences": [], "busy": []}
NONSENSE = [
    NOTHING | {"special_days": [[1]]},
    NOTHING | {"special_days": [["2030-01-01", {"is_working": True, "evil": 1}]]},
    NOTHING | {"special_days": [["2030-01-01", {"is_working": True, "start": "x", "end": "y"}]]},
    NOTHING | {"absences": [[1, "x", "y", None, None]]},
    NOTHING | {"absences": [[1, "2030-01-01", "2030-01-01", "x", "y"]]},
    NOTHING | {"absences": [[1, "2030-01-01"]]},
    NOTHING | {"busy": [["x"] * 9]},
    NOTHING | {"busy": [[1, 2]]},
    NOTHING | {"busy": [None]},
    NOTHING | {"busy": [[1, 1, None, 1, None, None, None, None, ""]]},
    NOTHING | {"busy": [[1, 1, None, 1, 9, 5, 1, None, ""]]},
    NOTHING | {"busy": [[1, 1, None, 1, 600.5, 700, 700, None, ""]]},
    NOTHING | {"busy": [[1, 1, None, 1, True, 700, 700, None, ""]]},
    NOTHING | {"busy": [[1, 1, None, 1, 5, 9, 10**30, None, ""]]},
    NOTHING | {"busy": [[1, 1, None, 1, 5, 9, 9, "soon", ""]]},
    NOTHING | {"absences": [[1, "2030-01-01", "2030-01-01", 0, 10**12]]},
    NOTHING | {"special_days": [["2030-01-01", {"is_working": True, "start": 10**12, "end": 1.5}]]},
]


def test_memory_that_speaks_nonsense_is_not_listened_to():
    salon = Salon()
    day = salon.day()
    book(salon.slot(10))
    expected = times(salon)
    read = read_catalogue(located(salon.location.pk))
    key = facts.key_of(read, day, day, read.longest)

    assert [nonsense for nonsense in NONSENSE if times_after_hearing(salon, key, nonsense) != expected] == []


def times_after_hearing(salon: Salon, key: str, nonsense: object) -> list:
    forget_calendars()
    cache.set(key, nonsense)
    return times(salon)


def test_memory_of_nobody_weighs_something_too():
    """Or as many of them could be asked for as there are numbers."""
    nobody = make_days_of_nobody()

    assert nobody.weight > 0
    assert facts.FACTS.weight(facts.Facts({}, {}, [])) > 0


def make_days_of_nobody() -> Days:
    return Days(Place(()), {}, {})


def test_memory_of_one_service_says_nothing_about_another():
    """Both have the same people, and so share their days."""
    salon = Salon()
    other = make_service(salon.company)
    ServiceSpecialist.objects.create(service=other, specialist=salon.specialist)
    day, location = salon.day(), located(salon.location.pk)
    one = read_calendar(read_catalogue(location, [salon.service.pk]), day, day)

    unasked = one.candidates(other.pk)
    two = read_calendar(read_catalogue(location, [other.pk]), day, day)

    assert two.days is one.days
    assert unasked == []
    assert [who.person.id for who in two.candidates(other.pk)] == [salon.specialist.pk]
