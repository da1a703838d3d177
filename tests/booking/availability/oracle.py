"""What can be booked, said a second time: slowly, minute by minute, from domain §4 alone.

It shares nothing with ``booking.availability``: plain datetimes, zoneinfo and loops. Where the domain leaves a choice
open, the choice is written down at the function that makes it.
"""

from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, cached_property
from zoneinfo import ZoneInfo

A_MINUTE, A_DAY = timedelta(minutes=1), timedelta(days=1)
Moment = datetime
"""A whole minute, in UTC."""


@dataclass(frozen=True)
class Weekly:
    """A row of weekly hours; an ``end`` at or before ``start`` is on the next day."""

    weekday: int
    start: time
    end: time
    is_day_off: bool = False
    valid_from: date | None = None
    valid_until: date | None = None
    chair: int | None = None

    def is_valid_on(self, day: date) -> bool:
        return self.weekday == day.weekday() and (self.valid_from or day) <= day <= (self.valid_until or day)


@dataclass(frozen=True)
class Away:
    first: date
    last: date
    start: time | None = None
    end: time | None = None


@dataclass(frozen=True)
class Special:
    is_working: bool
    start: time | None = None
    end: time | None = None


@dataclass(frozen=True)
class Booked:
    """A visit or a live hold: of our specialist or another's, on a chair or none, in this location or another."""

    start: Moment
    length: int
    rest: int
    is_ours: bool = True
    chair: int | None = None
    is_here: bool = True

    @property
    def end(self) -> Moment:
        return self.start + self.length * A_MINUTE

    @property
    def busy_until(self) -> Moment:
        return self.end + self.rest * A_MINUTE


@dataclass(frozen=True)
class Offer:
    """How long the service takes and rests at a chair, or at none."""

    chair: int | None
    length: int
    rest: int


@dataclass(frozen=True)
class Salon:
    """One location and one specialist, and who asks."""

    zone: str
    hours: tuple[Weekly, ...]
    shifts: tuple[Weekly, ...]
    offers: tuple[Offer, ...]
    step: int
    earliest: Moment
    latest: Moment
    specials: dict[date, Special] = field(default_factory=dict)
    aways: tuple[Away, ...] = ()
    booked: tuple[Booked, ...] = ()
    mine: tuple[Booked, ...] = ()
    capacity: int | None = None
    is_active: bool = True


@dataclass(frozen=True)
class Stretch:
    """Some hours of one day, as moments."""

    day: date
    start: Moment
    end: Moment


@cache
def clock_of(zone: str, first: date, last: date) -> list[tuple[Moment, datetime]]:
    """Every minute around the days, with what a clock of the zone then shows."""
    here = ZoneInfo(zone)
    moment = datetime.combine(first - 3 * A_DAY, time(), UTC)
    until = datetime.combine(last + 4 * A_DAY, time(12), UTC)
    minutes = []
    while moment < until:
        minutes.append((moment, moment.astimezone(here).replace(tzinfo=None)))
        moment += A_MINUTE
    return minutes


@cache
def showings_of(zone: str, first: date, last: date) -> dict[datetime, Moment]:
    """When the clock first shows a time, or jumps past it: a doubled time is its first showing."""
    clock = clock_of(zone, first, last)
    result: dict[datetime, Moment] = {}
    wanted = clock[0][1]
    for moment, shown in clock:
        while wanted <= shown:
            result[wanted] = moment
            wanted += A_MINUTE
    return result


@dataclass
class Oracle:
    """Answers about every minute of the local days from ``first`` to ``last``."""

    salon: Salon
    first: date
    last: date

    @property
    def clock(self) -> list[tuple[Moment, datetime]]:
        return clock_of(self.salon.zone, self.first, self.last)

    @cached_property
    def minutes(self) -> list[Moment]:
        return [moment for moment, _ in self.clock]

    @cached_property
    def position(self) -> dict[Moment, int]:
        return {moment: number for number, moment in enumerate(self.minutes)}

    @property
    def showings(self) -> dict[datetime, Moment]:
        return showings_of(self.salon.zone, self.first, self.last)

    @cached_property
    def days(self) -> list[date]:
        """The days, two before and two after: hours and vacations reach from one into the next."""
        return [self.first + number * A_DAY for number in range(-2, (self.last - self.first).days + 3)]

    def moments_of(self, first: date, last: date) -> list[Moment]:
        begin, end = self.stretch(first, time(), time()), self.stretch(last, time(), time())
        return self.between(begin.start, end.end)

    def between(self, start: Moment, end: Moment) -> list[Moment]:
        return self.minutes[bisect_left(self.minutes, start) : bisect_left(self.minutes, end)]

    def stretch(self, day: date, start: time, end: time) -> Stretch:
        next_day = day if end > start else day + A_DAY
        return Stretch(day, self.showings[datetime.combine(day, start)], self.showings[datetime.combine(next_day, end)])

    def weekly(self, rows: tuple[Weekly, ...], day: date) -> list[Stretch]:
        valid = [row for row in rows if row.is_valid_on(day)]
        if any(row.is_day_off for row in valid):
            return []
        return [self.stretch(day, row.start, row.end) for row in valid]

    @cached_property
    def openings(self) -> list[Stretch]:
        """A holiday speaks for the hours that begin on its day."""
        result = []
        for day in self.days:
            usual, special = self.weekly(self.salon.hours, day), self.salon.specials.get(day)
            if special is None:
                result += usual
            elif special.is_working and special.start is not None and special.end is not None:
                result.append(self.stretch(day, special.start, special.end))
            elif special.is_working:
                result += usual or [self.stretch(day, time(), time())]
        return result

    @cached_property
    def shifts(self) -> list[Stretch]:
        return [stretch for day in self.days for stretch in self.weekly(self.salon.shifts, day)]

    def minutes_of(self, stretches: list[Stretch]) -> set[Moment]:
        return {moment for s in stretches for moment in self.between(s.start, s.end)}

    @cached_property
    def open_minutes(self) -> set[Moment]:
        return self.minutes_of(self.openings)

    @cached_property
    def shift_minutes(self) -> set[Moment]:
        return self.minutes_of(self.shifts)

    @cached_property
    def away_minutes(self) -> set[Moment]:
        """A whole day off: the shifts that begin on it and the calendar day, without the night before's tail."""
        result: set[Moment] = set()
        for away in self.salon.aways:
            for day in (day for day in self.days if away.first <= day <= away.last):
                if away.start is not None and away.end is not None:
                    result |= self.minutes_of([self.stretch(day, away.start, away.end)])
                    continue
                tail = self.minutes_of([s for s in self.shifts if s.day == day - A_DAY])
                result |= self.minutes_of([self.stretch(day, time(), time())]) - tail
                result |= self.minutes_of([s for s in self.shifts if s.day == day])
        return result

    @cached_property
    def full_minutes(self) -> set[Moment]:
        """When as many as the location holds are there, breaks not counted."""
        if self.salon.capacity is None:
            return set()
        here = [row for row in self.salon.booked if row.is_here]
        heads = Counter(moment for row in here for moment in self.between(row.start, row.end))
        return {moment for moment in self.minutes if heads[moment] >= self.salon.capacity}

    @cached_property
    def own_minutes(self) -> set[Moment]:
        return {moment for row in self.salon.mine for moment in self.between(row.start, row.end)}

    @cached_property
    def on_grid(self) -> set[Moment]:
        """Counted from the start of each working interval. Where two touch, the second begins anew; where two rows
        overlap, they are one."""
        result: set[Moment] = set()
        origin = None
        for moment in self.minutes:
            if moment not in self.open_minutes or moment not in self.shift_minutes:
                origin = None
                continue
            if origin is None or self.begins_anew(self.openings, moment) or self.begins_anew(self.shifts, moment):
                origin = moment
            if (moment - origin) % (self.salon.step * A_MINUTE) == timedelta():
                result.add(moment)
        return result

    def begins_anew(self, stretches: list[Stretch], moment: Moment) -> bool:
        begins = any(s.start == moment < s.end for s in stretches)
        return begins and not any(s.start < moment < s.end for s in stretches)

    def reason(self, start: Moment) -> str | None:
        """The first rule that rejects ``start``; with several chairs, at the chair that comes furthest."""
        reasons = [self.reason_at(offer, start) for offer in self.salon.offers]
        if not reasons:
            return "inactive"
        return None if None in reasons else max((r for r in reasons if r), key=RULES.index)

    def reason_at(self, offer: Offer, start: Moment) -> str | None:
        return next((rule for rule in RULES if getattr(self, f"is_{rule}")(offer, start)), None)

    def during(self, offer: Offer, start: Moment) -> list[Moment]:
        """Every minute of the visit, without the break after it."""
        first = self.position[start]
        return self.minutes[first : first + offer.length]

    def meets(self, offer: Offer, start: Moment, rows: list[Booked]) -> bool:
        """Breaks after visits included, on both sides."""
        until = start + (offer.length + offer.rest) * A_MINUTE
        return any(start < row.busy_until and row.start < until for row in rows)

    def is_inactive(self, offer: Offer, start: Moment) -> bool:
        return not self.salon.is_active

    def is_closed(self, offer: Offer, start: Moment) -> bool:
        return not self.open_minutes.issuperset(self.during(offer, start))

    def is_off_shift(self, offer: Offer, start: Moment) -> bool:
        return not self.shift_minutes.issuperset(self.during(offer, start))

    def is_on_break(self, offer: Offer, start: Moment) -> bool:
        return not self.away_minutes.isdisjoint(self.during(offer, start))

    def is_specialist_busy(self, offer: Offer, start: Moment) -> bool:
        return self.meets(offer, start, [row for row in self.salon.booked if row.is_ours])

    def is_no_workplace(self, offer: Offer, start: Moment) -> bool:
        taken = [row for row in self.salon.booked if row.chair is not None and row.chair == offer.chair]
        return self.meets(offer, start, taken)

    def is_location_full(self, offer: Offer, start: Moment) -> bool:
        return not self.full_minutes.isdisjoint(self.during(offer, start))

    def is_client_busy(self, offer: Offer, start: Moment) -> bool:
        return not self.own_minutes.isdisjoint(self.during(offer, start))

    def is_off_grid(self, offer: Offer, start: Moment) -> bool:
        return start not in self.on_grid

    def is_too_soon(self, offer: Offer, start: Moment) -> bool:
        return start < self.salon.earliest

    def is_too_far(self, offer: Offer, start: Moment) -> bool:
        return start > self.salon.latest


RULES = [
    "inactive",
    "closed",
    "off_shift",
    "on_break",
    "specialist_busy",
    "no_workplace",
    "location_full",
    "client_busy",
    "off_grid",
    "too_soon",
    "too_far",
]
