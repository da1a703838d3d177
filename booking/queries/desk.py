"""Read what the desk asks: the free times of a day, and whether a client is somewhere else then."""

from datetime import date, timedelta

from accounts.values import Actor
from booking.availability import Reason
from booking.availability.wallclock import moment_of
from booking.models import Appointment
from booking.queries.calendars import read_calendar
from booking.queries.catalogue import read_catalogue
from booking.queries.locations import located
from booking.queries.slots import openings_of
from booking.values import FreeSlot, Kept

DESK_WAIVES = frozenset({Reason.TOO_SOON, Reason.TOO_FAR})
WALK_IN = timedelta(minutes=15)
"""Who comes in now is offered the time that has just begun."""


def times_of_day(
    location_id: int, service_id: int, day: date, specialist_id: int | None = None, kept: Kept | None = None
) -> list[FreeSlot]:
    """The times of a local day on the grid that staff may book, each with one specialist; nine at most."""
    catalogue = read_catalogue(located(location_id), [service_id]).narrowed_to(specialist_id)
    calendar = read_calendar(catalogue, day, day, kept=kept)
    openings = openings_of(calendar, service_id, specialist_id, DESK_WAIVES)
    starts = [moment_of(minute) for minute in sorted(openings.starts)]
    return [openings.slot_at(start) for start in starts if start > catalogue.now - WALK_IN]


def other_visits_then(visit: Appointment, actor: Actor) -> list[Appointment]:
    """The same client's other visits that overlap this one, as far as ``actor`` sees them: to staff a warning (domain
    §4, rule 8)."""
    if visit.client_id is None:
        return []
    others = Appointment.objects.visible_to(actor).alive().filter(client_id=visit.client_id).exclude(pk=visit.pk)
    then = others.filter(start_time__lt=visit.end_time, end_time__gt=visit.start_time)
    return list(then.with_everything_shown().order_by("start_time"))
