"""Fill days with visits at free times; the engine itself says which times are free."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from itertools import chain
from random import Random

from booking.availability import Candidate, Choice, Minute, Question, Reason, Seat, Visit, free_starts, terms_at
from booking.availability.spans import common
from booking.availability.wallclock import minute_of, moment_of
from booking.models import Appointment
from booking.queries.calendars import Calendar, read_calendar
from booking.queries.catalogue import read_catalogue
from booking.queries.locations import located
from booking.values import FreeSlot
from catalog.models import Location, Service, ServiceSpecialist, Specialist
from config.demo.business import MASTERS

PAST_OR_FAR = frozenset({Reason.CLIENT_BUSY, Reason.TOO_SOON, Reason.TOO_FAR})
HALF_AN_HOUR = 30


class Board:
    """One location's calendar while it fills: what was there, and what has been put in since."""

    def __init__(self, calendar: Calendar) -> None:
        self.calendar = calendar
        self.question = calendar.question(PAST_OR_FAR)
        self.visits = {pk: list(person.visits) for pk, person in calendar.days.people.items()}
        self.busy = {pk: list(seat.busy) for pk, seat in calendar.days.seats.items()}
        self.presence = list(calendar.days.place.presence)
        self.offers: dict[int, list[ServiceSpecialist]] = defaultdict(list)
        skills = chain.from_iterable(calendar.catalogue.offers.values())
        for offer in sorted(skills, key=lambda offer: (offer.service.position, offer.service_id)):
            self.offers[offer.specialist_id].append(offer)

    def on(self, day: date) -> Question:
        place = replace(self.calendar.days.place, presence=tuple(self.presence))
        return replace(self.question, place=place, window=self.calendar.span_of(day))

    def candidates(self, specialist_id: int) -> Iterator[tuple[Service, Candidate]]:
        """What the specialist can do, with everything taken so far."""
        for offer in self.offers[specialist_id]:
            for candidate in self.calendar.candidates(offer.service_id, specialist_id):
                yield offer.service, self.as_it_is(candidate)

    def as_it_is(self, candidate: Candidate) -> Candidate:
        person = replace(candidate.person, visits=tuple(self.visits[candidate.person.id]))
        terms = (
            replace(terms, seat=Seat(terms.seat.id, tuple(self.busy[terms.seat.id])) if terms.seat else None)
            for terms in candidate.terms
        )
        return replace(candidate, person=person, terms=tuple(terms))

    def shift_minutes(self, specialist_id: int, day: date) -> int:
        spans = self.calendar.days.people[specialist_id].shifts.spans
        return sum(end - start for start, end in common(spans, [self.calendar.span_of(day)]))

    def take(self, service_id: int, candidate: Candidate, start: Minute) -> FreeSlot:
        """Put a visit at a free ``start``; what comes later finds it there."""
        terms = terms_at(self.on(self.day_of(start)), candidate, start)
        if terms is None:
            raise ValueError(f"{moment_of(start)} is not free")
        end, busy_until = start + terms.length, start + terms.length + terms.rest
        self.visits[candidate.person.id].append(Visit(start, end, busy_until))
        self.presence.append((start, end))
        if terms.seat:
            self.busy[terms.seat.id].append((start, busy_until))
        return self.calendar.free_slot(service_id, moment_of(start), Choice(candidate, terms))

    def day_of(self, start: Minute) -> date:
        return moment_of(start).astimezone(self.calendar.location.zone).date()


def filled_days(location: Location, first: date, last: date, today: date) -> Iterator[FreeSlot]:
    """Times for new visits from ``first`` to ``last``: the days on which a master of ours has none yet, not full."""
    board = Board(read_calendar(read_catalogue(located(location.pk)), first, last))
    ours = Specialist.objects.filter(pk__in=board.calendar.days.people, name__in=[master.name for master in MASTERS])
    begun = days_begun(location, first, last)
    for day in (first + timedelta(days=number) for number in range((last - first).days + 1)):
        for specialist in ours:
            if (specialist.pk, day) not in begun:
                random = Random(f"{specialist.name} {day}")  # noqa: S311 - a demo, not a secret
                yield from filled_day(board, specialist.pk, day, fullness(day, today), random)


def filled_day(board: Board, specialist_id: int, day: date, share: float, random: Random) -> Iterator[FreeSlot]:
    """Times until ``share`` of the shift is taken or nothing more fits."""
    left = share * board.shift_minutes(specialist_id, day)
    while left > 0:
        question = board.on(day)
        asked = (
            (service, candidate, free_starts(question, candidate))
            for service, candidate in board.candidates(specialist_id)
        )
        free = [found for found in asked if found[2]]
        if not free:
            return
        popularity = [1 / (1 + service.position) for service, _, _ in free]
        service, candidate, starts = random.choices(free, popularity)[0]
        slot = board.take(service.pk, candidate, random.choice(at_half_hours(starts)))
        left -= minute_of(slot.busy_until) - minute_of(slot.start)
        yield slot


def fullness(day: date, today: date) -> float:
    """How much of a shift to fill: of past days much, of those ahead less and less."""
    ahead = (day - today).days
    return 0.65 if ahead < 0 else max(0.2, 0.5 - 0.03 * ahead)


def at_half_hours(starts: Sequence[Minute]) -> Sequence[Minute]:
    """The starts people like to choose, if any of them is free."""
    return [start for start in starts if start % HALF_AN_HOUR == 0] or starts


def days_begun(location: Location, first: date, last: date) -> set[tuple[int, date]]:
    """Specialists' local days that have any appointment: they are left as they are."""
    begin = datetime.combine(first, time(), location.zone)
    end = datetime.combine(last + timedelta(days=1), time(), location.zone)
    rows = Appointment.objects.filter(location=location, start_time__gte=begin, start_time__lt=end)
    return {
        (pk, start.astimezone(location.zone).date()) for pk, start in rows.values_list("specialist_id", "start_time")
    }
