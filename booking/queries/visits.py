"""Read appointments: by their links, of a browser, and what happened to them."""

from datetime import datetime

from django.db import connection

from booking.models import Appointment, Status
from booking.models.appointment import ClockTimestamp


def database_time() -> datetime:
    """The one clock that decides (domain §6)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        moment: datetime = cursor.fetchone()[0]
        return moment


def held_by_link(token: str) -> Appointment:
    """The appointment behind ``/hold/<token>/``, with ``now``. Raises Appointment.DoesNotExist."""
    return Appointment.objects.with_everything_shown().annotate(now=ClockTimestamp()).get(hold_token=token)


def visit_by_link(token: str) -> Appointment:
    """The visit behind ``/v/<token>/``, with ``now``; a hold is not a visit yet. Raises Appointment.DoesNotExist."""
    return Appointment.objects.booked().with_everything_shown().annotate(now=ClockTimestamp()).get(visit_token=token)


def visits_of_browser(browser_key: str, location_id: int) -> list[Appointment]:
    """The browser's next visit and its last one in a location, nearest to now first: one statement."""
    if not browser_key:
        return []
    visits = Appointment.objects.booked().filter(browser_key=browser_key, location_id=location_id)
    visits = visits.filter(status__in=(Status.CONFIRMED, Status.ARRIVED, Status.COMPLETED))
    return list(visits.with_everything_shown().annotate(now=ClockTimestamp()).order_by("-start_time")[:5])
