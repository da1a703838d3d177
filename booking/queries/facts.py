"""What changes from day to day: holidays, breaks, and whatever occupies time.

Redis keeps it by the versions of every calendar it came from, so a stale entry is never read, only forgotten (domain
§4). It is for showing only: whoever decides is inside a transaction and reads the tables.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple

from django.core.cache import cache
from django.db import connection
from django.db.models import Q

from booking.availability import Absence, Minute, SpecialDay, Visit
from booking.availability.wallclock import minute_of
from booking.models import OCCUPYING, Appointment
from booking.queries.catalogue import Catalogue, minutes_after_midnight
from catalog.models import Break, Holiday, Location

A_DAY = timedelta(days=1)
LONGEST_VISIT = timedelta(days=2, hours=2)
"""A visit and its break last at most a day each, and a spring day is shorter: who began earlier is gone. It lets the
index on the start serve."""
VERSIONS = """
    SELECT 'specialist', id, calendar_version FROM catalog_specialist WHERE id = ANY(%s)
    UNION ALL SELECT 'workplace', id, calendar_version FROM catalog_workplace WHERE id = ANY(%s)
"""
KEPT_FOR = 600
"""Seconds; only to forget what nobody asks for any more."""


class BusyRow(NamedTuple):
    """An appointment that occupies time, or a hold that is overdue and only seems to.

    Its times are whole minutes since the epoch, rounded outwards; ``expires_at`` is seconds since the epoch.
    """

    id: int
    specialist_id: int
    workplace_id: int | None
    location_id: int
    start: Minute
    end: Minute
    busy_until: Minute
    expires_at: float | None
    browser_key: str

    def is_overdue(self, now: datetime) -> bool:
        return self.expires_at is not None and self.expires_at <= now.timestamp()

    def as_visit(self) -> Visit:
        return Visit(self.start, self.end, self.busy_until)


@dataclass(frozen=True)
class Facts:
    """What decides about some days of a location besides its catalogue."""

    special_days: dict[date, SpecialDay]
    absences: dict[int, list[Absence]]
    busy: list[BusyRow]


def facts_of(catalogue: Catalogue, first: date, last: date) -> Facts:
    """Three statements, or one when Redis knows this version of every calendar concerned."""
    if connection.in_atomic_block:
        return read_facts(catalogue, first, last)
    key = key_of(catalogue, first, last)
    facts = unpacked(cache.get(key))
    if facts is None:
        facts = read_facts(catalogue, first, last)
        cache.set(key, packed(facts), KEPT_FOR)
    return facts


def read_facts(catalogue: Catalogue, first: date, last: date) -> Facts:
    return Facts(
        special_days=read_special_days(catalogue.location, first, last),
        absences=read_absences(catalogue.shifts, first, last),
        busy=read_busy(catalogue, first, last),
    )


def key_of(catalogue: Catalogue, first: date, last: date) -> str:
    """Named by what was asked and by the version of everything the answer rests on."""
    location = catalogue.location
    parts = [
        location.pk,
        location.calendar_version,
        location.company.calendar_version,
        first.isoformat(),
        last.isoformat(),
        sorted(versions_of(catalogue)),
    ]
    return f"slots:{hashlib.sha256(json.dumps(parts).encode()).hexdigest()}"


def versions_of(catalogue: Catalogue) -> list[tuple[str, int, int]]:
    """The versions of the specialists and workplaces concerned: one statement, the one that every page repeats."""
    with connection.cursor() as cursor:
        cursor.execute(VERSIONS, [list(catalogue.shifts), list(catalogue.workplace_ids)])
        versions: list[tuple[str, int, int]] = cursor.fetchall()
    return versions


def packed(facts: Facts) -> dict[str, Any]:
    """Plain JSON: what comes back from Redis is never executed."""
    return {
        "special_days": [[day.isoformat(), asdict(special)] for day, special in facts.special_days.items()],
        "absences": [
            [pk, each.first.isoformat(), each.last.isoformat(), each.start, each.end]
            for pk, absences in facts.absences.items()
            for each in absences
        ],
        "busy": facts.busy,
    }


def unpacked(kept: Any) -> Facts | None:
    """What was packed; None for nothing, and for anything that is not it."""
    try:
        absences: dict[int, list[Absence]] = defaultdict(list)
        for pk, first, last, *hours in kept["absences"]:
            absences[pk].append(Absence(date.fromisoformat(first), date.fromisoformat(last), *numbers(hours)))
        special_days = {date.fromisoformat(day): SpecialDay(**special) for day, special in kept["special_days"]}
        busy = [BusyRow._make([*numbers(row[:-1]), row[-1]]) for row in kept["busy"]]
        numbers(hour for special in special_days.values() for hour in (special.start, special.end))
        in_order = all(row.start < row.end <= row.busy_until for row in busy)
    except (TypeError, ValueError, KeyError):
        return None
    return Facts(special_days, absences, busy) if in_order else None


def numbers(values: Iterable[Any]) -> list[Any]:
    """The same, if they are numbers or nothing. Raises TypeError."""
    result = list(values)
    if not all(value is None or isinstance(value, int | float) for value in result):
        raise TypeError
    return result


def read_special_days(location: Location, first: date, last: date) -> dict[date, SpecialDay]:
    rows = Holiday.objects.filter(location=location, date__range=(first - A_DAY, last + 2 * A_DAY))
    return {
        row.date: SpecialDay(
            row.is_working,
            minutes_after_midnight(row.start_time),
            minutes_after_midnight(row.end_time),
            row.description,
        )
        for row in rows
    }


def read_absences(specialist_ids: Iterable[int], first: date, last: date) -> dict[int, list[Absence]]:
    begun = Q(date__lte=last + 2 * A_DAY)
    lasting = Q(date__gte=first - A_DAY) | Q(last_date__gte=first - A_DAY)
    result: dict[int, list[Absence]] = defaultdict(list)
    for row in Break.objects.filter(begun, lasting, specialist_id__in=specialist_ids):
        hours = minutes_after_midnight(row.start_time), minutes_after_midnight(row.end_time)
        result[row.specialist_id].append(Absence(row.date, row.last_date or row.date, *hours))
    return result


def read_busy(catalogue: Catalogue, first: date, last: date) -> list[BusyRow]:
    """Whatever occupies these specialists (anywhere), these workplaces, or a location that counts heads."""
    location = catalogue.location
    begin = datetime.combine(first, time(), location.zone) - LONGEST_VISIT
    end = datetime.combine(last + A_DAY, time(), location.zone) + LONGEST_VISIT
    concerned = Q(specialist_id__in=catalogue.shifts.keys())
    if catalogue.workplace_ids:
        concerned |= Q(workplace_id__in=catalogue.workplace_ids)
    if location.capacity is not None:
        concerned |= Q(location_id=location.pk)
    return busy_rows(
        Appointment.objects.filter(concerned, status__in=OCCUPYING, start_time__gte=begin, start_time__lt=end)
    )


def busy_rows(appointments: Any) -> list[BusyRow]:
    columns = "id specialist_id workplace_id location_id start_time end_time busy_until expires_at browser_key".split()
    return [
        BusyRow(
            pk, specialist, workplace, location,
            minute_of(start), round_up(end), round_up(busy_until), expires_at and expires_at.timestamp(), browser,
        )
        for pk, specialist, workplace, location, start, end, busy_until, expires_at, browser in (
            appointments.order_by().values_list(*columns)
        )
    ]  # fmt: skip


def round_up(moment: datetime) -> Minute:
    minute = minute_of(moment)
    return minute if moment.second == moment.microsecond == 0 else minute + 1
