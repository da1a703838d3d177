"""Read when the desk could book somebody: the handful of times that fits into a chat, and every day with room."""

from datetime import date, datetime, timedelta

from booking.queries.calendars import read_calendar
from booking.queries.catalogue import last_day_in, read_catalogue, today_in
from booking.queries.desk import DESK_WAIVES, WALK_IN
from booking.queries.moving import Room
from booking.queries.nearest import A_FEW, a_few
from booking.queries.slots import REACH, SHORT_LOOK, openings_of
from booking.values import FreeSlot
from catalog.models import Location


def room_at_desk(
    location: Location, service_id: int, first: date, last: date, *, specialist_id: int | None = None
) -> Room:
    """When staff may book a service from ``first`` to ``last``: bound neither by the notice nor by the horizon, and
    whoever comes in now is taken. Eight statements at most.

    ``location`` comes from ``located``; days that are over have nothing.
    """
    first = max(first, today_in(location))
    if first > last:
        return Room({})
    catalogue = read_catalogue(location, [service_id]).narrowed_to(specialist_id)
    openings = openings_of(read_calendar(catalogue, first, last), service_id, specialist_id, DESK_WAIVES)
    earliest = catalogue.now - WALK_IN
    days = {day: [start for start in starts if start > earliest] for day, starts in openings.by_day().items()}
    return Room({day: starts for day, starts in days.items() if starts}, openings)


def nearest_at_desk(location: Location, service_id: int, specialist_id: int | None = None) -> list[FreeSlot]:
    """Up to six times, soonest first, as ``nearest_slots`` chooses them for clients: sixteen statements at most."""
    today, found = today_in(location), list[FreeSlot]()
    for last in (today + timedelta(days=SHORT_LOOK), max(last_day_in(location), today)):
        room = room_at_desk(location, service_id, today, last, specialist_id=specialist_id)
        found = [slot for moment in a_few(room.days) if (slot := room.slot_at(moment))]
        if len(found) == A_FEW:
            break
    return found


def slot_at_desk(location: Location, service_id: int, start: datetime, specialist_id: int | None) -> FreeSlot | None:
    """What a tap on a time would book, with its price; None when it is not free any more, or nobody can mean it."""
    if abs(start - location.now) > REACH:  # type: ignore[attr-defined]  # see located()
        return None
    day = start.astimezone(location.zone).date()
    return room_at_desk(location, service_id, day, day, specialist_id=specialist_id).slot_at(start)
