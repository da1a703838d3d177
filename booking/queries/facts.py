"""What changes from day to day: holidays, breaks, and whatever occupies time.

Redis keeps it by the versions of every calendar it came from, so a stale entry is never read, only forgotten (domain
§4). It is for showing only: whoever decides is inside a transaction and reads the tables.
"""

import hashlib
import json
import math
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NamedTuple

from django.core.cache import cache
from django.db import connection

from accounts.statements import rows
from booking.availability import Absence, Minute, SpecialDay, Visit
from booking.availability.wallclock import minute_of
from booking.models import OCCUPYING, Appointment
from booking.models.appointment import LONGEST_VISIT
from booking.queries.catalogue import Catalogue, minutes_after_midnight
from booking.queries.memory import Memory
from catalog.models import Location

A_DAY = timedelta(days=1)
A_MINUTE_OF_DAY = range(24 * 60 + 1)
FAR = 2**40
"""Minutes: no calendar reaches so far."""
KEPT_FOR = 600
"""Seconds; only to forget what nobody asks for any more."""

# Plain columns by statements that are composed once: every booking and most pages read them.
VERSIONS = """
    SELECT 'specialist', id, calendar_version FROM catalog_specialist WHERE id = ANY(%(specialists)s)
    UNION ALL SELECT 'workplace', id, calendar_version FROM catalog_workplace WHERE id = ANY(%(workplaces)s)
"""
SPECIAL_DAYS = """
    SELECT date, is_working, description, start_time, end_time FROM catalog_holiday
    WHERE location_id = %(location)s AND date BETWEEN %(first)s AND %(last)s
"""
ABSENCES = """
    SELECT specialist_id, date, coalesce(last_date, date), start_time, end_time FROM catalog_break
    WHERE specialist_id = ANY(%(specialists)s) AND date <= %(last)s AND coalesce(last_date, date) >= %(first)s
"""
BUSY = """
    SELECT id, specialist_id, workplace_id, location_id,
        floor(extract(epoch FROM start_time) / 60)::bigint,
        ceil(extract(epoch FROM end_time) / 60)::bigint,
        ceil(extract(epoch FROM busy_until) / 60)::bigint,
        extract(epoch FROM expires_at)::float8, browser_key
    FROM booking_appointment
    WHERE status = ANY(%(occupying)s) AND busy_until > %(begin)s
        AND start_time >= %(begin)s - %(longest)s AND start_time < %(end)s
"""
OF_THE_CALENDAR = """
    specialist_id = ANY(%(specialists)s) OR workplace_id = ANY(%(workplaces)s)
    OR location_id = %(location)s AND %(counts_heads)s
"""
OF_THE_CLIENT = "client_id = %(client)s AND status <> 'HOLD'"


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
    key: str = field(default="", compare=False)
    """Their name, when they may be remembered; those read inside a transaction have none."""


FACTS: Memory[str, Facts] = Memory(capacity=50_000, weight=lambda facts: 50 + len(facts.busy))
"""What this process has read or fetched from Redis, by key; limited by the number of busy rows."""


def facts_of(catalogue: Catalogue, first: date, last: date, longest: int) -> Facts:
    """Four statements, or one when this process or Redis knows this version of every calendar concerned.

    ``longest`` is minutes: how long what begins on these days may occupy.
    """
    if connection.in_atomic_block:
        return read_facts(catalogue, first, last, longest)
    key = key_of(catalogue, first, last, longest)
    return FACTS.recall(key) or remembered(key, lambda: read_facts(catalogue, first, last, longest))


def remembered(key: str, read: Callable[[], Facts]) -> Facts:
    facts = unpacked(cache.get(key))
    if facts is None:
        facts = read()
        cache.set(key, packed(facts), KEPT_FOR)
    facts = replace(facts, key=key)
    FACTS.keep(key, facts)
    return facts


def read_facts(catalogue: Catalogue, first: date, last: date, longest: int) -> Facts:
    return Facts(
        special_days=read_special_days(catalogue.location, first, last),
        absences=read_absences(catalogue.shifts, first, last),
        busy=read_busy(catalogue, first, last, longest),
    )


def key_of(catalogue: Catalogue, first: date, last: date, longest: int) -> str:
    """Named by what was asked and by the version of everything the answer rests on."""
    location = catalogue.location
    parts = [
        location.pk,
        location.calendar_version,
        location.company.calendar_version,
        first.isoformat(),
        last.isoformat(),
        longest,
        sorted(versions_of(catalogue)),
    ]
    return f"slots:{hashlib.sha256(json.dumps(parts).encode()).hexdigest()}"


def versions_of(catalogue: Catalogue) -> list[tuple[str, int, int]]:
    """The versions of the specialists and workplaces concerned: one statement, the one that every page repeats."""
    return rows(VERSIONS, specialists=list(catalogue.shifts), workplaces=list(catalogue.workplace_ids))


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
        absences: dict[int, list[Absence]] = {}
        for pk, first, last, *hours in kept["absences"]:
            absence = Absence(date.fromisoformat(first), date.fromisoformat(last), *hours_of_day(*hours))
            absences.setdefault(pk, []).append(absence)
        special_days = {date.fromisoformat(day): SpecialDay(**special) for day, special in kept["special_days"]}
        for special in special_days.values():
            hours_of_day(special.start, special.end)
        busy = [busy_row(*row) for row in kept["busy"]]
    except (TypeError, ValueError, KeyError):
        return None
    return Facts(special_days, absences, busy)


def hours_of_day(*minutes: Any) -> tuple[int | None, ...]:
    """The same, if they are minutes of a day or nothing. Raises ValueError."""
    if not all(minute is None or (type(minute) is int and minute in A_MINUTE_OF_DAY) for minute in minutes):
        raise ValueError
    return minutes


def busy_row(*columns: Any) -> BusyRow:
    """Raises TypeError or ValueError for anything that no row of the table would give."""
    row = BusyRow(*columns)
    whole = (row.id, row.specialist_id, row.workplace_id or 0, row.location_id, row.start, row.end, row.busy_until)
    expires = 0.0 if row.expires_at is None else row.expires_at
    if not all(type(number) is int for number in whole) or type(expires) not in (int, float):
        raise TypeError
    if not (math.isfinite(expires) and row.start < row.end <= row.busy_until <= FAR and type(row.browser_key) is str):
        raise ValueError
    return row


def read_special_days(location: Location, first: date, last: date) -> dict[date, SpecialDay]:
    found = rows(SPECIAL_DAYS, location=location.pk, first=first - A_DAY, last=last + 2 * A_DAY)
    return {
        day: SpecialDay(is_working, minutes_after_midnight(start), minutes_after_midnight(end), name)
        for day, is_working, name, start, end in found
    }


def read_absences(specialist_ids: Iterable[int], first: date, last: date) -> dict[int, list[Absence]]:
    found = rows(ABSENCES, specialists=list(specialist_ids), first=first - A_DAY, last=last + 2 * A_DAY)
    result: dict[int, list[Absence]] = {}
    for specialist_id, begin, end, *hours in found:
        result.setdefault(specialist_id, []).append(Absence(begin, end, *map(minutes_after_midnight, hours)))
    return result


def read_busy(catalogue: Catalogue, first: date, last: date, longest: int) -> list[BusyRow]:
    """Whatever occupies these specialists (anywhere), these workplaces, or a location that counts heads."""
    location = catalogue.location
    return busy_rows(
        OF_THE_CALENDAR,
        *bounds(location, first, last, longest),
        specialists=list(catalogue.shifts),
        workplaces=list(catalogue.workplace_ids),
        location=location.pk,
        counts_heads=location.capacity is not None,
    )


def visits_of_client(location: Location, client_id: int, day: date, longest: int) -> list[BusyRow]:
    """What a proved client has booked around ``day``, wherever in the company; holds are no visits yet."""
    return busy_rows(OF_THE_CLIENT, *bounds(location, day, day, longest), client=client_id)


def busy_around(visit: Appointment, location: Location) -> list[BusyRow]:
    """Whatever occupies the specialist or the workplace of ``visit`` meanwhile, or a location that counts heads."""
    return busy_rows(
        OF_THE_CALENDAR,
        visit.start_time,
        visit.busy_until,
        specialists=[visit.specialist_id],
        workplaces=[visit.workplace_id] if visit.workplace_id else [],
        location=location.pk,
        counts_heads=location.capacity is not None,
    )


def bounds(location: Location, first: date, last: date, longest: int) -> tuple[datetime, datetime]:
    """From when to when something can be in the way of what begins from ``first`` to ``last``."""
    begin, end = (datetime.combine(day, time(), location.zone).astimezone(UTC) for day in (first, last + A_DAY))
    return begin, end + timedelta(minutes=longest)


def busy_rows(whose: str, begin: datetime, end: datetime, **values: Any) -> list[BusyRow]:
    found = rows(
        f"{BUSY} AND ({whose})", occupying=list(OCCUPYING), begin=begin, end=end, longest=LONGEST_VISIT, **values
    )
    return list(map(BusyRow._make, found))


def round_up(moment: datetime) -> Minute:
    minute = minute_of(moment)
    return minute if moment.second == moment.microsecond == 0 else minute + 1
