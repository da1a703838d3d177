"""Read what can be booked: the next times of every service, the times of a day, the alternatives to a taken one."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from heapq import nsmallest
from itertools import islice

from booking.availability import (
    Candidate,
    Choice,
    Minute,
    Question,
    Reason,
    Span,
    by_preference,
    choose,
    rejection,
    terms_at,
)
from booking.availability.wallclock import days_between, minute_of, moment_of
from booking.models import Appointment
from booking.queries.calendars import Calendar, read_calendar, seat_of
from booking.queries.catalogue import Catalogue, last_day_in, read_catalogue, today_in
from booking.queries.locations import located
from booking.values import FreeSlot, Kept, Slot
from catalog.models import Location

SHORT_LOOK = 7
"""Days read first for the next times: most services have room within a week, and rows of two months are not free."""
NEXT_TIMES = 3
ALTERNATIVES = 6
NEAR = 120
"""Minutes."""
REACH = timedelta(days=3660)
"""Nobody books or corrects anything further away than ten years; near the ends of the calendar arithmetic fails."""
DAYS_OF_ALTERNATIVES = 7


@dataclass(frozen=True)
class Openings:
    """When a service can be booked within a calendar, and by whom; ``starts`` maps each start to its candidates."""

    calendar: Calendar
    service_id: int
    question: Question
    starts: dict[Minute, list[Candidate]]

    def by_day(self) -> dict[date, list[datetime]]:
        """Local days that have room, each with its starts, ascending."""
        starts = sorted(self.starts)
        days = ((day, within(starts, self.calendar.span_of(day))) for day in local_days(self.calendar))
        return {day: [moment_of(minute) for minute in minutes] for day, minutes in days if minutes}

    def slots_at(self, start: datetime) -> list[FreeSlot]:
        """One slot for everybody who can take ``start``, in the salon's order."""
        return [self.calendar.free_slot(self.service_id, start, choice) for choice in self.choices_at(start)]

    def slot_at(self, start: datetime) -> FreeSlot:
        """The slot at a listed ``start``, with whom the company's policy prefers."""
        day = self.calendar.span_of(start.astimezone(self.calendar.location.zone).date())
        policy = self.calendar.location.company.assignment_policy
        choice = choose(policy, self.choices_at(start), minute_of(start), day)
        return self.calendar.free_slot(self.service_id, start, choice)

    def choices_at(self, start: datetime) -> list[Choice]:
        minute = minute_of(start)
        found = ((who, terms_at(self.question, who, minute)) for who in self.starts.get(minute, ()))
        return [Choice(who, terms) for who, terms in found if terms]

    def every_slot(self) -> Iterator[FreeSlot]:
        """What ``slots_at`` says of every start, soonest first; the engine is asked once for each specialist and
        workplace, not for each start."""
        starts: dict[int, dict[int | None, set[Minute]]] = {}
        for minute in sorted(self.starts):
            for who in self.starts[minute]:
                pk = who.person.id
                if pk not in starts:
                    starts[pk] = self.calendar.starts_by_seat(who, self.question)
                terms = next(each for each in by_preference(who, minute) if minute in starts[pk][seat_of(each)])
                yield self.calendar.free_slot(self.service_id, moment_of(minute), Choice(who, terms))


def openings_of(
    calendar: Calendar,
    service_id: int,
    specialist_id: int | None = None,
    waived: frozenset[Reason] = frozenset(),
) -> Openings:
    """When ``service_id`` can be booked within ``calendar``, with one specialist or with any."""
    question = calendar.question(waived)
    starts: dict[Minute, list[Candidate]] = {}
    for candidate, minutes in calendar.free_starts(service_id, specialist_id, waived):
        for minute in minutes:
            starts.setdefault(minute, []).append(candidate)
    return Openings(calendar, service_id, question, starts)


def free_slots(
    location: Location,
    service_id: int,
    first: date,
    last: date,
    *,
    specialist_id: int | None = None,
    browser_key: str = "",
    kept: Kept | None = None,
) -> Openings:
    """The free times of a service from ``first`` to ``last``, local days included: eight statements, two if remembered.

    ``location`` comes from ``located``.
    """
    catalogue = read_catalogue(location, [service_id]).narrowed_to(specialist_id)
    calendar = read_calendar(catalogue, first, last, ignore_browser=browser_key, kept=kept)
    return openings_of(calendar, service_id, specialist_id)


def slots_by_day(
    location: Location,
    service_id: int,
    first: date,
    last: date,
    *,
    specialist_id: int | None = None,
    browser_key: str = "",
) -> dict[date, list[FreeSlot]]:
    """What clients can book from ``first`` to ``last``, soonest first, each start with everybody who can take it.

    Statements as in ``free_slots``; days that are over or too far ahead have nothing.
    """
    first, last = max(first, today_in(location)), min(last, last_day_in(location))
    if first > last:
        return {}
    openings = free_slots(location, service_id, first, last, specialist_id=specialist_id, browser_key=browser_key)
    slots: dict[date, list[FreeSlot]] = {}
    for slot in openings.every_slot():
        slots.setdefault(slot.start.astimezone(location.zone).date(), []).append(slot)
    return slots


Wish = tuple[int, int | None]
"""A service and, if it matters, a specialist."""


def next_times(catalogue: Catalogue, wishes: Iterable[Wish], browser_key: str = "") -> dict[Wish, list[datetime]]:
    """For each wish its next free times, on different days where there are: eight statements at most for all.

    A second, long look is taken only for wishes that the first week did not satisfy.
    """
    wanted, found = list(wishes), dict[Wish, list[datetime]]()
    for last in (min(catalogue.today + timedelta(days=SHORT_LOOK), catalogue.last_day), catalogue.last_day):
        asked = catalogue.of_services({service_id for service_id, _ in wanted})
        calendar = read_calendar(asked, catalogue.today, last, ignore_browser=browser_key)
        found |= {wish: firsts(calendar, wish) or spread(openings_of(calendar, *wish).by_day()) for wish in wanted}
        wanted = [wish for wish in wanted if len(found[wish]) < NEXT_TIMES]
        if not wanted or last == catalogue.last_day:
            break
    return found


def firsts(calendar: Calendar, wish: Wish) -> list[datetime]:
    """The first time of each of the next days with room, if there are days enough; without listing every other time."""
    everybody = [starts for _, starts in calendar.free_starts(*wish)]
    found: list[datetime] = []
    for day in local_days(calendar):
        span = calendar.span_of(day)
        firsts_of_day = [minutes[0] for starts in everybody if (minutes := within(starts, span, at_most=1))]
        if firsts_of_day:
            found.append(moment_of(min(firsts_of_day)))
        if len(found) == NEXT_TIMES:
            return found
    return []


def within(starts: Sequence[Minute], span: Span, at_most: int | None = None) -> Sequence[Minute]:
    """Those of the ascending ``starts`` that lie in ``span``."""
    begin = bisect_left(starts, span[0])
    end = bisect_left(starts, span[1], lo=begin)
    return starts[begin : end if at_most is None else min(end, begin + at_most)]


def local_days(calendar: Calendar) -> Iterator[date]:
    return days_between(calendar.first, calendar.last)


def spread(days: dict[date, list[datetime]]) -> list[datetime]:
    """The first time of each of the next days with room; of fewer days, later times of the first."""
    firsts = [times[0] for times in days.values()][:NEXT_TIMES]
    rest = [moment for times in days.values() for moment in times[1:]]
    return sorted(firsts + rest[: NEXT_TIMES - len(firsts)])


def alternatives_to(slot: Slot, browser_key: str = "", kept: Kept | None = None) -> list[FreeSlot]:
    """Up to six times instead of ``slot``: the same specialist within two hours, the same time with others, the same
    time on the next days, then the next free times."""
    try:
        location = located(slot.location_id)
    except Location.DoesNotExist:
        return []
    catalogue = read_catalogue(location, [slot.service_id])
    if abs(slot.start - catalogue.now) > REACH:
        return []
    day = max(slot.start.astimezone(location.zone).date(), catalogue.today)
    day = min(day, catalogue.last_day)
    for last in (day, min(day + timedelta(days=DAYS_OF_ALTERNATIVES), catalogue.last_day)):
        calendar = read_calendar(catalogue, day, last, ignore_browser=browser_key, kept=kept)
        openings = openings_of(calendar, slot.service_id)
        found = distinct([*near(openings, slot), *openings.slots_at(slot.start)])
        if len(found) >= ALTERNATIVES:  # the best of them are of the day itself: nobody looks further
            return found[:ALTERNATIVES]
    return distinct([*found, *same_time_later(openings, slot), *next_free(openings)])[:ALTERNATIVES]


def near(openings: Openings, slot: Slot) -> list[FreeSlot]:
    """The same specialist within two hours, the nearest first."""
    wanted = minute_of(slot.start)
    close = sorted((m for m in openings.starts if abs(m - wanted) <= NEAR), key=lambda m: (abs(m - wanted), m))
    slots = (found for minute in close for found in openings.slots_at(moment_of(minute)))
    same = (found for found in slots if slot.specialist_id in (None, found.specialist_id))
    return list(islice(same, ALTERNATIVES // 2))


def same_time_later(openings: Openings, slot: Slot) -> list[FreeSlot]:
    zone = openings.calendar.location.zone
    wall = slot.start.astimezone(zone).replace(tzinfo=None)
    days = ((wall + timedelta(days=n)).replace(tzinfo=zone) for n in range(1, DAYS_OF_ALTERNATIVES + 1))
    return [openings.slot_at(moment) for moment in days if minute_of(moment) in openings.starts]


def next_free(openings: Openings) -> Iterator[FreeSlot]:
    return (openings.slot_at(moment_of(minute)) for minute in nsmallest(ALTERNATIVES, openings.starts))


def distinct(slots: Iterable[FreeSlot]) -> list[FreeSlot]:
    """Without repetitions of a time with the same specialist, in the given order."""
    return list({(slot.start, slot.specialist_id): slot for slot in slots}.values())


def next_times_again(visit: Appointment, browser_key: str = "") -> list[datetime]:
    """When the same service can be had next with the same specialist: thirteen statements at most."""
    location = located(visit.location_id)
    if not (location.is_active and location.company.is_active):
        return []
    wish: Wish = (visit.service_id, visit.specialist_id)
    catalogue = read_catalogue(location, [visit.service_id]).narrowed_to(visit.specialist_id)
    return next_times(catalogue, [wish], browser_key)[wish]


def is_free(slot: Slot, kept: Kept | None = None, waived: frozenset[Reason] = frozenset()) -> bool:
    """Whether ``slot`` could be booked now; nine statements, or two when the day is remembered."""
    catalogue = read_catalogue(located(slot.location_id), [slot.service_id]).narrowed_to(slot.specialist_id)
    day = slot.start.astimezone(catalogue.location.zone).date()
    calendar = read_calendar(catalogue, day, day, kept=kept)
    question, minute = calendar.question(waived), minute_of(slot.start)
    return any(
        rejection(question, who, minute) is None for who in calendar.candidates(slot.service_id, slot.specialist_id)
    )
