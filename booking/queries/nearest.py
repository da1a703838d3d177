"""Read the handful of times that fits into a chat: the nearest, on different days, each with somebody."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import islice

from booking.models import Appointment
from booking.queries.calendars import read_calendar
from booking.queries.catalogue import read_catalogue
from booking.queries.locations import located
from booking.queries.slots import SHORT_LOOK, openings_of
from booking.values import FreeSlot
from catalog.models import Location

A_FEW = 6
OF_A_DAY = 2
CLOSE = timedelta(hours=2)
"""To the hour somebody usually comes at."""
WEEKS_AHEAD = 4


def nearest_slots(location: Location, service_id: int, specialist_id: int | None = None) -> list[FreeSlot]:
    """Up to six free times, soonest first: two on each of the next days with room, an hour or more apart where that
    goes; more of a day when there are fewer days. Eight statements at most, and eight more when a week has too few.

    ``location`` comes from ``located``.
    """
    catalogue = read_catalogue(location, [service_id]).narrowed_to(specialist_id)
    found: list[FreeSlot] = []
    for last in (min(catalogue.today + timedelta(days=SHORT_LOOK), catalogue.last_day), catalogue.last_day):
        openings = openings_of(read_calendar(catalogue, catalogue.today, last), service_id, specialist_id)
        found = [openings.slot_at(moment) for moment in a_few(openings.by_day())]
        if len(found) == A_FEW or last == catalogue.last_day:
            break
    return found


def a_few(days: dict[date, list[datetime]]) -> list[datetime]:
    apart = [moment for moments in days.values() for moment in islice(hourly(moments), OF_A_DAY)][:A_FEW]
    rest = (moment for moments in days.values() for moment in moments if moment not in apart)
    return sorted([*apart, *islice(rest, A_FEW - len(apart))])


def hourly(moments: list[datetime]) -> Iterator[datetime]:
    """Those that are an hour or more after the one before."""
    last: datetime | None = None
    for moment in moments:
        if last is None or moment - last >= timedelta(hours=1):
            yield moment
            last = moment


def usual_slot(visit: Appointment) -> FreeSlot | None:
    """The time for the same once more: the soonest on the usual weekday within two hours of the usual hour, there the
    closest to it; else the next that is free. Nine statements at most."""
    location = located(visit.location_id)
    catalogue = read_catalogue(location, [visit.service_id]).narrowed_to(visit.specialist_id)
    last = min(catalogue.today + timedelta(weeks=WEEKS_AHEAD), catalogue.last_day)
    calendar = read_calendar(catalogue, catalogue.today, last)
    openings = openings_of(calendar, visit.service_id, visit.specialist_id)
    days = openings.by_day()
    chosen = next(usual_times(days, visit.start_time.astimezone(location.zone)), None)
    moment = chosen or next((moments[0] for moments in days.values()), None)
    return openings.slot_at(moment) if moment else None


def usual_times(days: dict[date, list[datetime]], usual: datetime) -> Iterator[datetime]:
    """Of each day with the weekday of ``usual`` the time that is closest to its hour, if any is close."""
    for day, moments in days.items():
        wanted = datetime.combine(day, usual.time(), usual.tzinfo)
        close = [moment for moment in moments if abs(moment - wanted) <= CLOSE]
        if day.weekday() == usual.weekday() and close:
            yield min(close, key=lambda moment: (abs(moment - wanted), moment))
