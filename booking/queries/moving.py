"""Read when a visit could be instead of when it is."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from booking.models import Appointment
from booking.queries.calendars import read_calendar
from booking.queries.catalogue import last_day_in, read_catalogue, today_in
from booking.queries.desk import DESK_WAIVES, WALK_IN
from booking.queries.slots import Openings, openings_of
from booking.values import FreeSlot


@dataclass(frozen=True)
class Room:
    """Local days on which the visit could be, each with its starts, ascending."""

    days: dict[date, list[datetime]]
    openings: Openings | None = None

    def slot_at(self, start: datetime) -> FreeSlot | None:
        """With its price; None when it is not among them."""
        is_there = any(start in starts for starts in self.days.values())
        return self.openings.slot_at(start) if self.openings and is_there else None


def room_for_move(visit: Appointment, first: date, last: date, *, by_staff: bool = False) -> Room:
    """When the same specialist could have ``visit`` instead, from ``first`` to ``last``: eight statements at most. Staff
    are not bound by the notice, and take who comes in now.

    ``visit`` comes from ``with_its_place``; days that are over or beyond the horizon have nothing.
    """
    first, last = max(first, today_in(visit.location)), min(last, last_day_in(visit.location))
    if first > last:
        return Room({})
    catalogue = read_catalogue(visit.location, [visit.service_id]).narrowed_to(visit.specialist_id)
    calendar = read_calendar(catalogue, first, last, kept=visit.kept)
    openings = openings_of(calendar, visit.service_id, visit.specialist_id, DESK_WAIVES if by_staff else frozenset())
    earliest = catalogue.now - (WALK_IN if by_staff else timedelta(0))
    days = {
        day: [start for start in starts if start > earliest and start != visit.start_time]
        for day, starts in openings.by_day().items()
    }
    return Room({day: starts for day, starts in days.items() if starts}, openings)
