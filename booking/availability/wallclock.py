"""Weekly hours, holidays and breaks as spans: the only place where a wall clock becomes minutes of UTC."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from booking.availability.spans import Minute, Span, disjoint, joined, outside

A_DAY = 24 * 60
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Hours:
    """An interval of a weekday in minutes after midnight; an ``end`` at or before ``start`` is on the next day."""

    weekday: int
    start: int = 0
    end: int = 0
    is_day_off: bool = False
    valid_from: date | None = None
    valid_until: date | None = None
    workplace_id: int | None = None

    def applies_on(self, day: date) -> bool:
        return (
            self.weekday == day.weekday()
            and (self.valid_from is None or self.valid_from <= day)
            and (self.valid_until is None or day <= self.valid_until)
        )


@dataclass(frozen=True, slots=True)
class SpecialDay:
    """A holiday: closed, or open with its own hours, or open as on any such weekday."""

    is_working: bool
    start: int | None = None
    end: int | None = None
    name: str = ""


@dataclass(frozen=True, slots=True)
class Absence:
    """A specialist's break on each day from ``first`` to ``last``: whole days when it has no hours."""

    first: date
    last: date
    start: int | None = None
    end: int | None = None


def minute_of(moment: datetime) -> Minute:
    """Whole minutes since the epoch, rounded down."""
    return int((moment - EPOCH).total_seconds() // 60)


def moment_of(minute: Minute) -> datetime:
    return EPOCH + timedelta(minutes=minute)


@lru_cache(maxsize=65536)
def minute_at(zone: ZoneInfo, day: date, minutes: int) -> Minute:
    """The moment when the wall clock of ``zone`` shows ``minutes`` after the midnight of ``day``.

    A time shown twice in autumn is its first showing; one that spring skips is the moment of the skip.
    """
    shown = datetime(day.year, day.month, day.day) + timedelta(minutes=minutes)  # noqa: DTZ001 - a wall clock has no zone
    minute = minute_of(shown.replace(tzinfo=zone))
    if moment_of(minute).astimezone(zone).replace(tzinfo=None) == shown:
        return minute
    return moment_of_skip(zone, minute_of(shown.replace(tzinfo=zone, fold=1)), minute)


def moment_of_skip(zone: ZoneInfo, before: Minute, after: Minute) -> Minute:
    """The minute between ``before`` and ``after`` at which the clock of ``zone`` jumps."""
    offset_before = moment_of(before).astimezone(zone).utcoffset()
    while after - before > 1:
        middle = (before + after) // 2
        if moment_of(middle).astimezone(zone).utcoffset() == offset_before:
            before = middle
        else:
            after = middle
    return after


def span_on(zone: ZoneInfo, day: date, start: int, end: int) -> Span:
    return minute_at(zone, day, start), minute_at(zone, day, end if end > start else end + A_DAY)


def wall_clock_of(zone: ZoneInfo, span: Span) -> tuple[date, int, int] | None:
    """The day and the minutes after its midnight of which ``span_on`` makes ``span``.

    None in the hour that autumn shows twice, where no wall clock says which of the two is meant.
    """
    begin, end = (moment_of(minute).astimezone(zone) for minute in span)
    day, minutes = begin.date(), (begin.hour * 60 + begin.minute, end.hour * 60 + end.minute)
    return (day, *minutes) if span_on(zone, day, *minutes) == span else None


def days_between(first: date, last: date) -> Iterator[date]:
    for number in range(first.toordinal(), last.toordinal() + 1):
        yield date.fromordinal(number)


def around(first: date, last: date) -> Iterator[date]:
    """The days from ``first`` to ``last`` and their neighbours, whose hours may pass midnight."""
    return days_between(first - timedelta(days=1), last + timedelta(days=2))


def by_weekday(hours: Iterable[Hours]) -> list[list[Hours]]:
    week: list[list[Hours]] = [[] for _ in range(7)]
    for interval in hours:
        week[interval.weekday].append(interval)
    return week


def hours_on(week: list[list[Hours]], day: date) -> list[Hours]:
    """The intervals that begin on ``day``; none when one of them declares a day off."""
    today = [interval for interval in week[day.weekday()] if interval.applies_on(day)]
    return [] if any(interval.is_day_off for interval in today) else today


def openings(
    zone: ZoneInfo, hours: Iterable[Hours], special_days: Mapping[date, SpecialDay], first: date, last: date
) -> list[Span]:
    """When a location is open from ``first`` to ``last``, each working interval by itself.

    A holiday speaks for the intervals that begin on its day: a night begun the day before runs to its end.
    """
    week = by_weekday(hours)
    spans: list[Span] = []
    for day in around(first, last):
        usual = [span_on(zone, day, interval.start, interval.end) for interval in hours_on(week, day)]
        special = special_days.get(day)
        spans += usual if special is None else special_spans(zone, day, special, usual)
    return disjoint(spans)


def special_spans(zone: ZoneInfo, day: date, special: SpecialDay, usual: list[Span]) -> list[Span]:
    if not special.is_working:
        return []
    if special.start is not None and special.end is not None:
        return [span_on(zone, day, special.start, special.end)]
    return usual or [span_on(zone, day, 0, A_DAY)]


@dataclass(frozen=True, slots=True)
class Shifts:
    """A specialist's time in one location: when he is there, at which workplace, and when he is away."""

    spans: tuple[Span, ...]
    workplaces: tuple[tuple[Span, int], ...]
    breaks: tuple[Span, ...]

    def workplace_at(self, moment: Minute) -> int | None:
        """The usual workplace of the shift that ``moment`` falls into."""
        return next((workplace for (start, end), workplace in self.workplaces if start <= moment < end), None)


def shifts_of(zone: ZoneInfo, hours: Iterable[Hours], absences: Iterable[Absence], first: date, last: date) -> Shifts:
    """A specialist's shifts and breaks from ``first`` to ``last`` by the clock of the location he works in."""
    week = by_weekday(hours)
    beginning: dict[date, list[Span]] = {}
    workplaces: list[tuple[Span, int]] = []
    for day in around(first, last):
        beginning[day] = []
        for interval in hours_on(week, day):
            span = span_on(zone, day, interval.start, interval.end)
            beginning[day].append(span)
            if interval.workplace_id is not None:
                workplaces.append((span, interval.workplace_id))
    breaks = [
        span
        for absence in absences
        for day in days_between(max(absence.first, min(beginning)), min(absence.last, max(beginning)))
        for span in absence_on(zone, day, absence, beginning)
    ]
    spans = disjoint(span for day in beginning.values() for span in day)
    return Shifts(tuple(spans), tuple(workplaces), tuple(joined(breaks)))


def absence_on(zone: ZoneInfo, day: date, absence: Absence, beginning: Mapping[date, list[Span]]) -> list[Span]:
    """When ``absence`` takes the specialist away because of ``day``.

    A whole day means the shifts that begin on it, to their end, and the rest of the calendar day, but not the tail of
    a night that began the day before.
    """
    if absence.start is not None and absence.end is not None:
        return [span_on(zone, day, absence.start, absence.end)]
    tail = joined(beginning.get(day - timedelta(days=1), ()))
    return joined([*beginning.get(day, ()), *outside(tail, span_on(zone, day, 0, A_DAY))])
