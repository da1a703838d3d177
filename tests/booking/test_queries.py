"""What is shown: free times, next times, alternatives; and that looking costs the same however much there is."""

from dataclasses import replace
from datetime import datetime, time, timedelta
from itertools import product
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from booking.availability import STAFF_WAIVES
from booking.commands import book_now, hold_slot
from booking.models import Appointment, Status
from booking.queries.catalogue import read_catalogue
from booking.queries.locations import located
from booking.queries.slots import alternatives_to, free_slots, is_free, next_times
from booking.values import Slot
from catalog.models import Break, Holiday, Location, ServiceSpecialist, WorkplaceService
from tests.booking.steps import ANNA, make_overdue, manager_of, operator_of
from tests.factories import WEB, Salon, book, make_specialist

pytestmark = pytest.mark.django_db


def shown(salon: Salon, first: int = 1, last: int | None = None, **kwargs) -> list:
    """The free times of some days, counted from today."""
    days = salon.day(first), salon.day(first if last is None else last)
    openings = free_slots(located(salon.location.pk), salon.service.pk, *days, **kwargs)
    return [moment for times in openings.by_day().values() for moment in times]


def statements(query, *args, **kwargs) -> int:
    with CaptureQueriesContext(connection) as queries:
        query(*args, **kwargs)
    return len(queries)


# --- free times ------------------------------------------------------------------------------------------------------


def test_free_times_of_a_day_are_on_its_grid_and_by_the_locations_clock():
    salon = Salon(hours=(time(9), time(11)))

    assert shown(salon) == [salon.at(9), salon.at(9, 15), salon.at(9, 30), salon.at(9, 45), salon.at(10)]


def test_free_times_leave_out_what_is_booked_held_away_or_closed():
    salon = Salon(hours=(time(9), time(13)), service={"break_min": 15})
    book(salon.slot(10))
    hold_slot(salon.slot(10, days=2), WEB)
    Break.objects.create(specialist=salon.specialist, date=salon.day(3), start_time=time(10), end_time=time(12))
    Holiday.objects.create(location=salon.location, date=salon.day(4))

    found = [
        [(local.hour, local.minute) for m in shown(salon, day) for local in [m.astimezone(salon.location.zone)]]
        for day in (1, 2, 3, 4)
    ]

    around_ten = [(11, 15), (11, 30), (11, 45), (12, 0)]
    assert found == [around_ten, around_ten, [(9, 0), (12, 0)], []]


def test_free_times_show_ones_own_hold_as_free_and_anothers_as_taken():
    salon = Salon()
    hold_slot(salon.slot(10), WEB, browser_key="mine")

    assert salon.at(10) in shown(salon, browser_key="mine")
    assert salon.at(10) not in shown(salon, browser_key="other")
    assert salon.at(10) not in shown(salon)


def test_free_times_show_an_overdue_hold_as_free_before_anybody_tidied_it():
    salon = Salon(chairs=1, capacity=1)
    hold = hold_slot(salon.slot(10), WEB)
    taken = salon.at(10) not in shown(salon)

    make_overdue(hold)

    assert taken
    assert salon.at(10) in shown(salon)


def test_free_times_of_a_visit_that_moves_include_its_own():
    salon = Salon()
    visit = book(salon.slot(10))

    assert salon.at(10) in shown(salon, kept=visit.kept)
    assert salon.at(10) not in shown(salon)


def test_free_times_are_at_least_the_notice_away_to_the_second():
    """At half past nine and thirty seconds, a time at half past ten is less than an hour away."""
    salon = Salon(company=None)
    salon.company.min_notice_minutes = 60
    salon.company.save(update_fields=["min_notice_minutes"])
    location = located(salon.location.pk)

    def first_at(now):
        location.now = now
        openings = free_slots(location, salon.service.pk, salon.day(), salon.day())
        return openings.by_day()[salon.day()][0]

    assert first_at(salon.at(9, 30)) == salon.at(10, 30)
    assert first_at(salon.at(9, 30) + timedelta(seconds=30)) == salon.at(10, 45)


def test_free_times_end_with_the_horizon():
    salon = Salon()
    salon.company.horizon_days = 3
    salon.company.save(update_fields=["horizon_days"])

    days = {moment.astimezone(salon.location.zone).date() for moment in shown(salon, 1, 10)}

    assert salon.day(2) in days
    assert not days - {salon.day(1), salon.day(2), salon.day(3)}


def test_a_free_slot_is_what_a_hold_of_it_becomes():
    salon = Salon(specialists=3, chairs=2, service={"break_min": 10})
    ServiceSpecialist.objects.filter(specialist=salon.specialists[1]).update(custom_duration=45, custom_price=700)
    WorkplaceService.objects.filter(workplace=salon.chairs[1]).update(price=800)
    book(salon.slot(10, specialist=salon.specialists[0]))
    openings = free_slots(located(salon.location.pk), salon.service.pk, salon.day(), salon.day())

    slot = openings.slot_at(salon.at(10))

    hold = hold_slot(salon.slot(10), WEB)
    same = ("specialist_id", "workplace_id", "price", "busy_until")
    assert [getattr(slot, name) for name in same] == [getattr(hold, name) for name in same]
    assert (slot.start, slot.end, slot.reason) == (hold.start_time, hold.end_time, hold.assignment_reason)


def test_every_slot_is_what_is_said_of_each_start():
    """Asked for all at once or one by one: usual workplaces, their prices and lengths, visits in between."""
    salon = Salon(specialists=2, chairs=2, service={"break_min": 10}, capacity=2)
    salon.specialists.append(make_specialist(salon.location, salon.service, workplace=salon.chairs[1], position=9))
    ServiceSpecialist.objects.filter(specialist=salon.specialists[1]).update(custom_duration=45, custom_price=700)
    WorkplaceService.objects.filter(workplace=salon.chairs[1]).update(price=800, duration_min=90)
    for hour, who in ((10, 0), (11, 1), (15, 2)):
        book(salon.slot(hour, specialist=salon.specialists[who]))
    Break.objects.create(specialist=salon.specialists[0], date=salon.day(2), start_time=time(12), end_time=time(14))
    openings = free_slots(located(salon.location.pk), salon.service.pk, salon.day(0), salon.day(5))

    one_by_one = [slot for times in openings.by_day().values() for start in times for slot in openings.slots_at(start)]

    assert list(openings.every_slot()) == one_by_one
    assert {slot.workplace_id for slot in one_by_one} == {chair.pk for chair in salon.chairs}
    assert len({slot.price for slot in one_by_one}) == 3


# --- next times, alternatives ----------------------------------------------------------------------------------------


def test_next_times_are_the_first_of_the_next_days():
    salon = Salon()
    Holiday.objects.create(location=salon.location, date=salon.day(2))
    Break.objects.create(specialist=salon.specialist, date=salon.day(1), start_time=time(9), end_time=time(12))
    Holiday.objects.create(location=salon.location, date=salon.day(0))

    found = next_times(read_catalogue(located(salon.location.pk)), [(salon.service.pk, None)])

    assert found == {(salon.service.pk, None): [salon.at(12), salon.at(9, days=3), salon.at(9, days=4)]}


def test_next_times_look_as_far_as_the_horizon():
    salon = Salon()
    for days in range(30):
        Holiday.objects.create(location=salon.location, date=salon.day(days))

    found = next_times(read_catalogue(located(salon.location.pk)), [(salon.service.pk, salon.specialist.pk)])

    assert found[salon.service.pk, salon.specialist.pk][0] == salon.at(9, days=30)


def test_alternatives_are_near_with_the_same_then_at_the_same_time_with_others_then_on_other_days():
    salon = Salon(specialists=2)
    first, second = salon.specialists
    book(salon.slot(12, specialist=first))

    found = alternatives_to(salon.slot(12, specialist=first))

    near = [(salon.at(11), first.pk), (salon.at(13), first.pk), (salon.at(10, 45), first.pk)]
    same_time = [(salon.at(12), second.pk)]
    assert [(slot.start, slot.specialist_id) for slot in found[:4]] == near + same_time
    assert {slot.start.astimezone(salon.location.zone).time() for slot in found[4:]} == {time(12)}


def test_alternatives_to_a_time_without_a_salon_or_past_the_horizon_are_few_and_no_error():
    salon = Salon()

    assert alternatives_to(Slot(salon.location.pk + 1000, salon.service.pk, salon.at(10))) == []
    assert alternatives_to(Slot(salon.location.pk, salon.service.pk + 1000, salon.at(10))) == []
    assert all(slot.start < salon.at(0, days=62) for slot in alternatives_to(salon.slot(10, days=400)))


# --- what looking costs ----------------------------------------------------------------------------------------------


def fill(salon: Salon, visits: int) -> None:
    """Visits an hour long, one after another, over days and specialists."""
    places = product(range(1, 29), range(9, 19), salon.specialists)
    Appointment.objects.bulk_create(
        Appointment(
            company=salon.company,
            location=salon.location,
            service=salon.service,
            specialist=specialist,
            start_time=salon.at(hour, days=days),
            end_time=salon.at(hour + 1, days=days),
            busy_until=salon.at(hour + 1, days=days),
            price=1000,
            status=Status.CONFIRMED,
            source="admin",
        )
        for _, (days, hour, specialist) in zip(range(visits), places, strict=False)
    )


def salon_of(specialists: int, visits: int) -> Salon:
    salon = Salon(specialists=specialists, chairs=specialists, capacity=30)
    fill(salon, visits)
    for specialist in salon.specialists:
        Break.objects.create(specialist=specialist, date=salon.day(2))
    return salon


SIZES = [(1, 0), (20, 0), (20, 200)]


def test_free_times_cost_the_same_whatever_the_number_of_people_days_and_visits():
    def look(salon: Salon, last) -> None:
        free_slots(located(salon.location.pk), salon.service.pk, tomorrow, last)

    salons = {size: salon_of(*size) for size in SIZES}
    tomorrow, in_a_month = Salon().day(1), Salon().day(30)

    costs = {(size, last): statements(look, salons[size], last) for size in SIZES for last in (tomorrow, in_a_month)}

    assert set(costs.values()) == {8}, costs


def test_next_times_cost_the_same_whatever_the_number_of_people_services_and_visits():
    def look(salon: Salon) -> None:
        wishes = [(salon.service.pk, pk) for pk in (None, *(specialist.pk for specialist in salon.specialists))]
        next_times(read_catalogue(located(salon.location.pk)), wishes)

    costs = {size: statements(look, salon_of(*size)) for size in SIZES}

    assert set(costs.values()) == {8}, costs


def test_next_times_cost_three_statements_more_when_the_first_week_is_full():
    costs = {}
    for specialists in (1, 20):
        salon = Salon(specialists=specialists)
        for days in range(10):
            Holiday.objects.create(location=salon.location, date=salon.day(days))
        wishes = [(salon.service.pk, specialist.pk) for specialist in salon.specialists]
        costs[specialists] = statements(next_times, read_catalogue(located(salon.location.pk)), wishes)

    assert costs == {1: 6, 20: 6}


def test_alternatives_cost_the_same_whatever_the_number_of_people_and_visits():
    slots = {size: salon_of(*size).slot(10) for size in SIZES}

    costs = {size: statements(alternatives_to, slot) for size, slot in slots.items()}

    assert costs == {(1, 0): 11, (20, 0): 8, (20, 200): 11}, "the day itself, and the week when it is not enough"


def test_a_hold_costs_the_same_whatever_the_number_of_people_and_visits():
    salons = {size: salon_of(*size) for size in ((1, 0), (20, 0), (20, 199))}
    slots = {size: salon.slot(10, days=5, specialist=salon.specialists[-1]) for size, salon in salons.items()}

    costs = {size: statements(hold_slot, slot, WEB) for size, slot in slots.items()}

    assert len(set(costs.values())) == 1, costs


# --- the catalogue is remembered by its version ----------------------------------------------------------------------

CHANGES = {
    "service price": lambda salon: change(salon.service, price=5),
    "service length": lambda salon: change(salon.service, duration_min=45),
    "service break": lambda salon: change(salon.service, break_min=45),
    "service switched off": lambda salon: change(salon.service, is_active=False),
    "own price": lambda salon: change(salon.service.offers.first(), custom_price=7),
    "own length": lambda salon: change(salon.service.offers.first(), custom_duration=35),
    "skill gone": lambda salon: salon.service.offers.all().delete(),
    "skill learned": lambda salon: make_specialist(salon.location, salon.service),
    "specialist switched off": lambda salon: change(salon.specialist, is_active=False),
    "specialist renamed": lambda salon: change(salon.specialist, name="Another"),
    "specialists in another order": lambda salon: change(salon.specialist, position=9),
    "shift changed": lambda salon: change(salon.specialist.schedules.first(), end_time=time(12)),
    "shift gone": lambda salon: salon.specialist.schedules.all().delete(),
    "usual chair": lambda salon: salon.specialist.schedules.update(workplace=salon.chairs[1]),
    "hours changed": lambda salon: salon.location.schedules.update(start_time=time(12)),
    "hours gone": lambda salon: salon.location.schedules.all().delete(),
    "chair switched off": lambda salon: change(salon.chairs[0], is_active=False),
    "chair gone": lambda salon: salon.chairs[0].delete(),
    "chairs in another order": lambda salon: change(salon.chairs[0], position=9),
    "chair no longer fit": lambda salon: salon.chairs[0].offers.update(is_active=False),
    "chair's own price": lambda salon: salon.chairs[0].offers.update(price=3),
    "zone": lambda salon: Location.objects.update(timezone="Asia/Tokyo"),
    "capacity": lambda salon: Location.objects.update(capacity=7),
    "location switched off": lambda salon: Location.objects.update(is_active=False),
}  # fmt: skip


def change(row, **fields) -> None:
    for name, value in fields.items():
        setattr(row, name, value)
    row.save(update_fields=list(fields))


def company_version(salon: Salon) -> int:
    salon.company.refresh_from_db()
    return salon.company.calendar_version


@pytest.mark.parametrize("name", CHANGES)
def test_every_change_of_the_catalogue_raises_the_version_it_is_remembered_by(name):
    salon = Salon(specialists=2, chairs=2)
    before = company_version(salon)

    CHANGES[name](salon)

    assert company_version(salon) > before


def test_visits_and_breaks_leave_the_catalogues_version_alone():
    salon = Salon(specialists=2, chairs=2, capacity=3)
    before = company_version(salon)

    book(salon.slot(10))
    book_now(salon.slot(21), manager_of(salon), ANNA, outside_rules=True)
    book_now(salon.slot(12), operator_of(salon), ANNA)
    Break.objects.create(specialist=salon.specialist, date=salon.day())
    Holiday.objects.create(location=salon.location, date=salon.day())

    assert company_version(salon) == before


def test_a_night_visit_sees_what_begins_after_the_clock_was_changed():
    """From 23:45 until 03:45 on the night on which Berlin skips an hour; somebody comes at half past three."""
    berlin = ZoneInfo("Europe/Berlin")
    salon = Salon(timezone="Europe/Berlin", hours=(time(0), time(0)), service={"duration_min": 180})
    salon.specialist.schedules.update(start_time=time(0), end_time=time(0))
    night = Slot(salon.location.pk, salon.service.pk, datetime(2027, 3, 27, 23, 45, tzinfo=berlin))
    morning = replace(night, start=datetime(2027, 3, 28, 3, 30, tzinfo=berlin))
    assert is_free(night, waived=STAFF_WAIVES)

    book_now(morning, operator_of(salon), ANNA)

    assert not is_free(night, waived=STAFF_WAIVES)


def test_a_slot_begins_at_a_moment():
    with pytest.raises(ValueError, match="offset"):
        Slot(1, 1, datetime.fromisoformat("2027-03-28T03:30"))
