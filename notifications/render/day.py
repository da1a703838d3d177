"""A specialist's day as its summary tells it."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby

from django.utils.translation import gettext as _

from accounts.models import User
from accounts.values import Actor, Channel, Role
from booking.models import COMING, Appointment
from booking.wording import clock, offset
from notifications.render.text import one_line
from notifications.render.times import is_abroad

AROUND = timedelta(hours=15)
"""By how much any local day can begin before, or end after, the same day in UTC."""
MOST_LISTED = 30
NAME = 40
"""Letters at most: a line for each visit."""


@dataclass(frozen=True, slots=True)
class PlaceTold:
    name: str
    lines: list[str]


@dataclass(frozen=True, slots=True)
class DayTold:
    """``first`` is the clock of the first visit; ``left_out`` of the list are so many."""

    count: int
    first: str
    places: list[PlaceTold]
    left_out: int


def day_told(user: User, day: date) -> DayTold:
    """The visits of ``day`` that are to come or have begun, in all his locations; one statement."""
    visits = visits_on(user, day)
    listed = sorted(visits[:MOST_LISTED], key=lambda visit: visit.location_id)
    places = [list(there) for _, there in groupby(listed, key=lambda visit: visit.location_id)]
    places.sort(key=lambda there: there[0].start_time)
    return DayTold(
        count=len(visits),
        first=clock(visits[0].start_time, visits[0].location.zone) if visits else "",
        places=[PlaceTold(name_of(there[0]), [line(visit) for visit in there]) for there in places],
        left_out=len(visits) - len(listed),
    )


def visits_on(user: User, day: date) -> list[Appointment]:
    """In the order of their start; a day is the local one of each location."""
    himself = Actor(Role.SPECIALIST, Channel.SYSTEM, user_id=user.pk, company_id=user.company_id)
    midnight = datetime.combine(day, time(), UTC)
    rows = Appointment.objects.visible_to(himself).filter(
        start_time__gte=midnight - AROUND,
        start_time__lt=midnight + timedelta(days=1) + AROUND,
        status__in=COMING,
    )
    found = rows.with_everything_shown().order_by("start_time", "pk")
    return [visit for visit in found if visit.start_time.astimezone(visit.location.zone).date() == day]


def name_of(visit: Appointment) -> str:
    name = one_line(visit.location.name, NAME)
    return f"{name} ({offset(visit.start_time, visit.location.zone)})" if is_abroad(visit) else name


def line(visit: Appointment) -> str:
    """10:00–11:00 Иванова И. — Стрижка."""
    zone = visit.location.zone
    person = one_line(visit.person, NAME) or _("Guest")
    times = f"{clock(visit.start_time, zone)}–{clock(visit.end_time, zone)}"
    return f"{times} {person} — {one_line(visit.service.name, NAME)}"
