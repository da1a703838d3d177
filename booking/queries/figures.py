"""Read what a salon did in some days: how many visits, how full it was, what it earned."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from operator import add
from typing import Any, Self
from zoneinfo import ZoneInfo

from django.db.models import Q

from accounts.statements import rows
from booking.availability import Absence, Hours, Span, SpecialDay
from booking.availability.spans import common, outside
from booking.availability.wallclock import minute_at, moment_of, openings, shifts_of
from booking.models import TAKES_PLACE
from booking.queries.catalogue import minutes_after_midnight, weekly
from booking.queries.visits import database_time
from catalog.models import Break, Holiday, Location, LocationSchedule, SpecialistSchedule

A_DAY = timedelta(days=1)
NOTHING = Decimal(0)

# By the index on location and start, and for each visit by that on client and start. Who comes first of all is new.
VISITS = """
    SELECT place.id,
        count(*) FILTER (WHERE takes_place),
        coalesce(sum(minutes) FILTER (WHERE takes_place), 0),
        coalesce(sum(paid), 0),
        coalesce(sum(greatest(price - discount - paid, 0)) FILTER (WHERE takes_place), 0),
        count(*) FILTER (WHERE status = 'NO_SHOW'),
        count(*) FILTER (WHERE takes_place AND client_id IS NOT NULL AND NOT EXISTS (
            SELECT FROM booking_appointment AS earlier
            WHERE earlier.client_id = visit.client_id AND earlier.status = ANY(%(takes_place)s)
                AND (earlier.start_time, earlier.id) < (visit.start_time, visit.id)
        ))
    FROM unnest(%(places)s::bigint[], %(begins)s::timestamptz[], %(ends)s::timestamptz[]) AS place(id, begins, ends)
    CROSS JOIN LATERAL (
        SELECT id, client_id, start_time, status, price, discount, paid, status = ANY(%(takes_place)s) AS takes_place,
            (extract(epoch FROM end_time - start_time) / 60)::int AS minutes
        FROM booking_appointment
        WHERE location_id = place.id AND start_time >= place.begins AND start_time < place.ends
            AND status NOT IN ('HOLD', 'EXPIRED')
    ) AS visit
    GROUP BY place.id
"""


@dataclass(frozen=True, slots=True)
class Figures:
    """Of the visits that begin within some days.

    How many took or take place and the minutes they occupy; the minutes that are worked; what was paid for all of them,
    the cancelled ones too, and what is still to be paid; who did not come; whose first visit it is.
    """

    visits: int = 0
    booked: int = 0
    worked: int = 0
    paid: Decimal = NOTHING
    due: Decimal = NOTHING
    no_shows: int = 0
    newcomers: int = 0

    def __add__(self, other: "Figures") -> "Figures":
        return Figures(*map(add, astuple(self), astuple(other)))

    @property
    def utilisation(self) -> int | None:
        """Of a hundred minutes worked how many are booked; None where nobody works."""
        return round(100 * self.booked / self.worked) if self.worked else None


@dataclass(frozen=True, slots=True)
class Period:
    """Whole days of one location's clock."""

    zone: ZoneInfo
    first: date
    last: date

    @classmethod
    def until_today(cls, place: Location, now: datetime, days: int) -> Self:
        """So many days, of which today is the last."""
        today = now.astimezone(place.zone).date()
        return cls(place.zone, today - (days - 1) * A_DAY, today)

    @property
    def span(self) -> Span:
        return minute_at(self.zone, self.first, 0), minute_at(self.zone, self.last + A_DAY, 0)


def figures_of(places: Sequence[Location], days: int) -> dict[int, Figures]:
    """For each location its figures of so many days, today the last of them, by its own clock: six statements."""
    if not places:
        return {}
    now = database_time()
    periods = {place.pk: Period.until_today(place, now, days) for place in places}
    spans = [period.span for period in periods.values()]
    visits = rows(
        VISITS,
        places=list(periods),
        begins=[moment_of(begin) for begin, _end in spans],
        ends=[moment_of(end) for _begin, end in spans],
        takes_place=list(TAKES_PLACE),
    )
    of_visits = {pk: (count, booked, *sums) for pk, count, booked, *sums in visits}
    worked = worked_in(periods)
    return {pk: figures_from(of_visits.get(pk), worked[pk]) for pk in periods}


def figures_from(of_visits: tuple[Any, ...] | None, worked: int) -> Figures:
    count, booked, *sums = of_visits or (0, 0)
    return Figures(count, booked, worked, *sums)


# --- the minutes that are worked --------------------------------------------------------------------------------------


def worked_in(periods: Mapping[int, Period]) -> dict[int, int]:
    """Of each location: the shifts of whoever is active, while it is open, without breaks; four statements."""
    first = min(period.first for period in periods.values()) - A_DAY
    last = max(period.last for period in periods.values()) + 2 * A_DAY
    hours, special_days = hours_of(periods), special_days_of(periods, first, last)
    shifts = shifts_by_place(periods)
    absences = absences_of({who for people in shifts.values() for who in people}, first, last)
    return {
        pk: sum(
            minutes_at_work(period, openings_in(period, hours[pk], special_days[pk]), weekly_shifts, absences[who])
            for who, weekly_shifts in shifts[pk].items()
        )
        for pk, period in periods.items()
    }


def openings_in(period: Period, hours: list[Hours], special_days: dict[date, SpecialDay]) -> list[Span]:
    spans = openings(period.zone, hours, special_days, period.first, period.last)
    return common(spans, [period.span])


def minutes_at_work(period: Period, open_: list[Span], shifts: list[Hours], absences: list[Absence]) -> int:
    """Of one specialist."""
    of_his = shifts_of(period.zone, shifts, absences, period.first, period.last)
    at_work = (part for span in common(open_, of_his.spans) for part in outside(of_his.breaks, span))
    return sum(end - start for start, end in at_work)


def hours_of(places: Iterable[int]) -> dict[int, list[Hours]]:
    found: dict[int, list[Hours]] = defaultdict(list)
    for row in LocationSchedule.objects.filter(location__in=places):
        found[row.location_id].append(weekly(row))
    return found


def special_days_of(places: Iterable[int], first: date, last: date) -> dict[int, dict[date, SpecialDay]]:
    found: dict[int, dict[date, SpecialDay]] = defaultdict(dict)
    for row in Holiday.objects.filter(location__in=places, date__range=(first, last)):
        start, end = minutes_after_midnight(row.start_time), minutes_after_midnight(row.end_time)
        found[row.location_id][row.date] = SpecialDay(row.is_working, start, end)
    return found


def shifts_by_place(places: Iterable[int]) -> dict[int, dict[int, list[Hours]]]:
    """By location and specialist."""
    found: dict[int, dict[int, list[Hours]]] = defaultdict(lambda: defaultdict(list))
    for row in SpecialistSchedule.objects.filter(location__in=places, specialist__is_active=True):
        found[row.location_id][row.specialist_id].append(weekly(row))
    return found


def absences_of(people: Iterable[int], first: date, last: date) -> dict[int, list[Absence]]:
    found: dict[int, list[Absence]] = defaultdict(list)
    reaches = Q(last_date__gte=first) | Q(last_date__isnull=True, date__gte=first)
    for row in Break.objects.filter(reaches, specialist__in=people, date__lte=last):
        start, end = minutes_after_midnight(row.start_time), minutes_after_midnight(row.end_time)
        found[row.specialist_id].append(Absence(row.date, row.last_date or row.date, start, end))
    return found
