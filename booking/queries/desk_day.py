"""Read the salon's day as its desk sees it: how many come, who is next, and a page of them."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import reduce
from operator import or_
from zoneinfo import ZoneInfo

from django.db.models import Count, Q

from accounts.values import Actor
from booking.models import TAKES_PLACE, Appointment, Status
from booking.models.appointment import AppointmentQuerySet, ClockTimestamp
from catalog.models import Location

SHOWN = (*TAKES_PLACE, Status.NO_SHOW)
"""Neither what is only being held nor what was cancelled."""
NO_ROWS = Q(pk__in=[])


@dataclass(frozen=True, slots=True)
class DeskFigures:
    """``visits`` took or will take place, ``here`` have come and not gone, ``over`` are behind us by the clock;
    ``rows`` is all that is shown, with those who did not come."""

    rows: int
    visits: int
    here: int
    missed: int
    over: int


def desk_visits(
    actor: Actor, places: Iterable[Location], day: date, specialist_id: int | None = None
) -> AppointmentQuerySet:
    """What begins on ``day`` by the clock of each of ``places``, place by place; of one specialist, or of all."""
    rows = Appointment.objects.visible_to(actor).filter(starting_on(day, places), status__in=SHOWN)
    if specialist_id is not None:
        rows = rows.filter(specialist=specialist_id)
    rows = rows.select_related("service", "specialist", "location", "client")
    return rows.order_by("location__position", "location__name", "location_id", "start_time", "pk")


def starting_on(day: date, places: Iterable[Location]) -> Q:
    by_zone: dict[str, list[int]] = defaultdict(list)
    for place in places:
        by_zone[place.timezone].append(place.pk)
    parts = []
    for name, pks in by_zone.items():
        begin, end = (datetime.combine(each, time(), ZoneInfo(name)) for each in (day, day + timedelta(days=1)))
        parts.append(Q(location__in=pks, start_time__gte=begin, start_time__lt=end))
    return reduce(or_, parts, NO_ROWS)


def desk_figures(rows: AppointmentQuerySet) -> DeskFigures:
    """One statement."""
    found = rows.order_by().aggregate(
        rows=Count("pk"),
        visits=Count("pk", filter=~Q(status=Status.NO_SHOW)),
        here=Count("pk", filter=Q(status=Status.ARRIVED)),
        missed=Count("pk", filter=Q(status=Status.NO_SHOW)),
        over=Count("pk", filter=Q(end_time__lte=ClockTimestamp())),
    )
    return DeskFigures(**found)


def next_visit(rows: AppointmentQuerySet) -> Appointment | None:
    """Who is to come next: one statement."""
    coming = rows.filter(status=Status.CONFIRMED, start_time__gt=ClockTimestamp())
    return coming.order_by("start_time", "pk").first()
