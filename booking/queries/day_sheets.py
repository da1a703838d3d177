"""Read a specialist's days: when he works, who comes, when he is away, and what is still free (experience §3.5).

Everything by the clock of each location where he works: four statements, however many days, locations and visits.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.db.models import Q

from accounts.values import Actor
from booking.availability import Absence, Hours, SpecialDay, openings, shifts_of
from booking.availability.spans import Minute, Span, common, joined, outside
from booking.availability.wallclock import days_between, minute_at, minute_of, moment_of, span_on
from booking.models import COMING, OCCUPYING, Appointment, Status
from booking.models.appointment import LONGEST_VISIT, ClockTimestamp
from booking.queries.catalogue import minutes_after_midnight, weekly
from booking.queries.columns import Column, DayOff, DaySheet, Kind, Line, Off, PlaceDay
from booking.queries.facts import FAR, round_up
from catalog.models import Break, Holiday, Location, LocationSchedule

A_DAY = timedelta(days=1)
AROUND = timedelta(hours=15)
"""By how much any local day can begin before, or end after, the same day in UTC."""


@dataclass(frozen=True)
class Opened:
    """When a location is open: its weekly hours, and the days unlike their weekday."""

    location: Location
    hours: list[Hours]
    special_days: dict[date, SpecialDay]


@dataclass(frozen=True)
class Calendar:
    """What one location and the specialist's shifts there make of some days; ``breaks`` are parts of days."""

    location: Location
    special_days: dict[date, SpecialDay]
    shifts: list[Span]
    working: list[Span]
    breaks: list[Span]


@dataclass(frozen=True)
class Diary:
    """Some days of a specialist as they were read."""

    column: Column
    visits: list[Appointment]
    absences: list[Break]
    calendars: list[Calendar]

    @property
    def busy(self) -> list[Span]:
        """What takes his time, wherever it is."""
        occupying = (visit for visit in self.visits if visit.status in OCCUPYING)
        return joined((minute_of(visit.start_time), round_up(visit.busy_until)) for visit in occupying)


def day_sheets(column: Column, actor: Actor, first: date, last: date) -> list[DaySheet]:
    """His days from ``first`` to ``last``, one after the other. ``actor`` is himself."""
    diary = diary_of(column, actor, first, last)
    return [sheet_of(day, diary) for day in days_between(first, last)]


def day_sheet(column: Column, actor: Actor, day: date) -> DaySheet:
    return day_sheets(column, actor, day, day)[0]


def visits_in_break(column: Column, actor: Actor, row: Break) -> list[Appointment]:
    """Coming visits that a part-day break falls upon, by the clock of each one's location: one statement."""
    absence = absence_of(row)
    if absence.start is None or absence.end is None:
        return []
    return [
        visit
        for visit in visits_around(column, actor, row.date, row.date + A_DAY)
        if visit.status in COMING
        and is_within(visit, span_on(visit.location.zone, row.date, absence.start, absence.end))
    ]


# What is read ---------------------------------------------------------------------------------------------------------


def diary_of(column: Column, actor: Actor, first: date, last: date) -> Diary:
    visits = visits_around(column, actor, first, last)
    absences = breaks_around(column, actor, first, last)
    shifts = column.shifts | {visit.location: [] for visit in visits if visit.location not in column.shifts}
    calendars = [
        calendar_of(place, shifts[place.location], absences, (first, last))
        for place in opened(shifts, actor, first, last)
    ]
    return Diary(column, visits, absences, calendars)


def visits_around(column: Column, actor: Actor, first: date, last: date) -> list[Appointment]:
    """Whatever is or was his: visits in any state but cancelled, and times being held."""
    begin, end = (datetime.combine(day, time(), UTC) for day in (first, last + A_DAY))
    rows = Appointment.objects.visible_to(actor).filter(
        specialist=column.specialist,
        start_time__gte=begin - AROUND - LONGEST_VISIT,
        start_time__lt=end + AROUND,
        busy_until__gt=begin - AROUND,
    )
    living = Q(status__in=OCCUPYING) | Q(status=Status.NO_SHOW)
    rows = rows.filter(living).exclude(status=Status.HOLD, expires_at__lte=ClockTimestamp())
    return list(rows.select_related("service", "location", "client").order_by("start_time", "pk"))


def breaks_around(column: Column, actor: Actor, first: date, last: date) -> list[Break]:
    rows = Break.objects.visible_to(actor).filter(specialist=column.specialist, date__lte=last + A_DAY)
    rows = rows.filter(Q(date__gte=first - A_DAY) | Q(last_date__gte=first - A_DAY))
    return list(rows.order_by("date", "start_time", "pk"))


def opened(locations: Iterable[Location], actor: Actor, first: date, last: date) -> list[Opened]:
    """Two statements."""
    locations = list(locations)
    hours: dict[int, list[Hours]] = defaultdict(list)
    for row in LocationSchedule.objects.visible_to(actor).filter(location__in=locations):
        hours[row.location_id].append(weekly(row))
    special: dict[int, dict[date, SpecialDay]] = defaultdict(dict)
    around = (first - A_DAY, last + 2 * A_DAY)
    for holiday in Holiday.objects.visible_to(actor).filter(location__in=locations, date__range=around):
        special[holiday.location_id][holiday.date] = special_day(holiday)
    return [Opened(location, hours[location.pk], special[location.pk]) for location in locations]


def special_day(holiday: Holiday) -> SpecialDay:
    start, end = minutes_after_midnight(holiday.start_time), minutes_after_midnight(holiday.end_time)
    return SpecialDay(holiday.is_working, start, end, holiday.description)


def absence_of(row: Break) -> Absence:
    start, end = minutes_after_midnight(row.start_time), minutes_after_midnight(row.end_time)
    return Absence(row.date, row.last_date or row.date, start, end)


def calendar_of(place: Opened, weeks: Sequence[Hours], absences: Sequence[Break], days: tuple[date, date]) -> Calendar:
    """``weeks`` are the specialist's shifts there."""
    zone = place.location.zone
    whole_days = [absence_of(row) for row in absences if row.start_time is None]
    parts = [absence_of(row) for row in absences if row.start_time is not None]
    there = shifts_of(zone, weeks, whole_days, *days)
    shifts = joined(there.spans)
    open_spans = joined(openings(zone, place.hours, place.special_days, *days))
    return Calendar(
        location=place.location,
        special_days=place.special_days,
        shifts=shifts,
        working=without(there.breaks, common(open_spans, shifts)),
        breaks=list(shifts_of(zone, weeks, parts, *days).breaks),
    )


def without(occupied: Sequence[Span], spans: Iterable[Span]) -> list[Span]:
    """What of ``spans`` lies in none of the joined ``occupied``."""
    return [piece for span in spans for piece in outside(occupied, span)]


# What it makes of a day -----------------------------------------------------------------------------------------------


def sheet_of(day: date, diary: Diary) -> DaySheet:
    places = [place_day(day, calendar, diary) for calendar in diary.calendars]
    shown = [place for place in places if place.working or place.lines]
    return DaySheet(day, sorted(shown, key=first_moment), day_off(day, places, diary))


def first_moment(place: PlaceDay) -> datetime:
    return min([*(line.start for line in place.lines), *(moment_of(start) for start, _ in place.working)])


def place_day(day: date, calendar: Calendar, diary: Diary) -> PlaceDay:
    today = span_of(day, calendar.location)
    working = common(calendar.working, [today])
    free = without(joined([*diary.busy, *calendar.breaks]), working)
    here = [visit for visit in diary.visits if visit.location == calendar.location and is_within(visit, today)]
    lines = [
        *map(line_of, here),
        *breaks_on(day, calendar, diary.absences),
        *gaps(free, working, diary.column.specialist.company.slot_step),
    ]
    ahead = common(free, [(round_up(diary.column.now), FAR)])
    return PlaceDay(calendar.location, working, sorted(lines, key=lambda line: (line.start, line.end)), ahead)


def span_of(day: date, location: Location) -> Span:
    """A local day, however long its night is."""
    return minute_at(location.zone, day, 0), minute_at(location.zone, day + A_DAY, 0)


def is_within(visit: Appointment, span: Span) -> bool:
    """Some of it."""
    return bool(visit.start_time < moment_of(span[1]) and visit.end_time > moment_of(span[0]))


def line_of(visit: Appointment) -> Line:
    kind = Kind.HELD if visit.status == Status.HOLD else Kind.VISIT
    return Line(kind, visit.start_time, visit.end_time, visit=visit)


def breaks_on(day: date, calendar: Calendar, absences: Iterable[Break]) -> Iterator[Line]:
    """Parts of this day, or of the night before it, in which he would work in this location."""
    today = span_of(day, calendar.location)
    for row in absences:
        absence = absence_of(row)
        if absence.start is None or absence.end is None:
            continue
        for begin in days_between(max(absence.first, day - A_DAY), min(absence.last, day)):
            span = span_on(calendar.location.zone, begin, absence.start, absence.end)
            if common(common([span], [today]), calendar.shifts):
                yield Line(Kind.AWAY, moment_of(span[0]), moment_of(span[1]), absence=row)


def gaps(free: Sequence[Span], working: Sequence[Span], shortest: Minute) -> Iterator[Line]:
    """Free time between two things, neither before the first nor after the last of a shift."""
    edges = {edge for span in working for edge in span}
    for start, end in free:
        if end - start >= shortest and edges.isdisjoint((start, end)):
            yield Line(Kind.GAP, moment_of(start), moment_of(end))


def day_off(day: date, places: Sequence[PlaceDay], diary: Diary) -> DayOff | None:
    """Why he does not work on ``day``, if he does not: his own absence first, then the salon's reasons."""
    for row in diary.absences:
        last = row.last_date or row.date
        if row.start_time is None and row.date <= day <= last:
            return DayOff(Off.AWAY, row.reason, last if last > day else None)
    if any(place.working for place in places):
        return None
    for calendar in diary.calendars:
        begin, end = span_of(day, calendar.location)
        if any(begin <= start < end for start, _ in calendar.shifts):
            special = calendar.special_days.get(day)
            return DayOff(Off.HOLIDAY, special.name) if special else DayOff(Off.CLOSED)
    return DayOff(Off.NO_SHIFT)
