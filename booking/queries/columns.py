"""A specialist's own column: who he is, where he works, and what a day of his consists of (experience §3.5)."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import chain
from zoneinfo import ZoneInfo

from accounts.errors import NotAllowed
from accounts.values import Actor, Role
from booking.availability import Hours
from booking.availability.spans import Span, joined
from booking.models import TAKES_PLACE, Appointment
from booking.models.appointment import ClockTimestamp
from booking.queries.catalogue import weekly
from booking.values import whole_minutes
from catalog.models import Break, Location, Specialist, SpecialistSchedule


class Kind(StrEnum):
    VISIT = "visit"
    HELD = "held"
    """Somebody is booking this time right now."""
    AWAY = "away"
    GAP = "gap"


@dataclass(frozen=True, slots=True)
class Line:
    """Something in the course of a day; a visit of the night may have begun the day before."""

    kind: Kind
    start: datetime
    end: datetime
    visit: Appointment | None = None
    absence: Break | None = None


class Off(StrEnum):
    """Why somebody does not work on a day."""

    AWAY = "away"
    HOLIDAY = "holiday"
    CLOSED = "closed"
    NO_SHIFT = "no_shift"


@dataclass(frozen=True, slots=True)
class DayOff:
    """``note`` is what somebody wrote about it, ``until`` the last day of an absence of several."""

    why: Off
    note: str = ""
    until: date | None = None


@dataclass(frozen=True)
class PlaceDay:
    """A day in one location: when he works there, what is in it, and what is still free from now on."""

    location: Location
    working: list[Span]
    lines: list[Line]
    free: list[Span]


@dataclass(frozen=True)
class DaySheet:
    """``places`` are those where he works or somebody comes that day."""

    day: date
    places: list[PlaceDay]
    off: DayOff | None

    @property
    def visits(self) -> list[Appointment]:
        """Those that begin on this day, and took or will take place."""
        visits = (line.visit for place in self.places for line in place.lines)
        return [visit for visit in visits if visit and visit.status in TAKES_PLACE and starts_on(visit, self.day)]

    @property
    def booked_minutes(self) -> int:
        return whole_minutes(sum((visit.duration for visit in self.visits), timedelta()))

    @property
    def free_minutes(self) -> int:
        """Still free, from now on."""
        spans = joined(chain.from_iterable(place.free for place in self.places))
        return sum(end - start for start, end in spans)


@dataclass(frozen=True)
class Column:
    """A specialist as he sees himself: where he has shifts, and the database's clock."""

    specialist: Specialist
    now: datetime
    shifts: dict[Location, list[Hours]]

    @property
    def zone(self) -> ZoneInfo:
        """The clock he lives by: that of his locations if they have one, else the company's."""
        zones = {location.timezone for location in self.shifts}
        return ZoneInfo(zones.pop()) if len(zones) == 1 else self.specialist.company.zone

    @property
    def today(self) -> date:
        return self.now.astimezone(self.zone).date()


def starts_on(visit: Appointment, day: date) -> bool:
    """By the clock of its location."""
    return visit.start_time.astimezone(visit.location.zone).date() == day


def specialist_of(actor: Actor) -> Specialist:
    """Who acts, with his company and, as ``now``, the database's clock: one statement.

    Raises NotAllowed for whoever is no specialist, was switched off, or was given another role a moment ago.
    """
    rows = Specialist.objects.visible_to(actor).filter(
        user=actor.user_id, user__role=Role.SPECIALIST, user__is_active=True, is_active=True, company__is_active=True
    )
    specialist = rows.select_related("company").annotate(now=ClockTimestamp()).first()
    if actor.role != Role.SPECIALIST or specialist is None:
        raise NotAllowed
    return specialist


def column_of(actor: Actor) -> Column:
    """The column of the specialist who acts: two statements. Raises NotAllowed."""
    specialist = specialist_of(actor)
    shifts: dict[Location, list[Hours]] = defaultdict(list)
    found = SpecialistSchedule.objects.visible_to(actor).filter(specialist=specialist, location__is_active=True)
    for row in found.select_related("location").order_by("location__position", "location__name", "location_id"):
        shifts[row.location].append(weekly(row))
    now: datetime = specialist.now  # type: ignore[attr-defined]  # see specialist_of()
    return Column(specialist, now, dict(shifts))
