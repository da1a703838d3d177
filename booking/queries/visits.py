"""Read appointments: by their links, of a browser, and what happened to them."""

from datetime import datetime, timedelta
from functools import reduce
from operator import or_

from django.db import connection
from django.db.models import CharField, Exists, OuterRef, Q
from django.db.models.functions import Reverse

from accounts.statements import rows
from accounts.values import Role
from booking.models import COMING, TAKES_PLACE, Appointment, AppointmentEvent, EventType
from booking.models.appointment import ClockTimestamp
from booking.queries.locations import located
from catalog.models import Location

# Only a hold has a deadline. Asked by its status too, PostgreSQL would rather walk through everybody's holds.
LIVE_HOLDS = """
    SELECT id FROM booking_appointment
    WHERE company_id = %(company)s AND expires_at > clock_timestamp()
        AND (browser_key = %(browser)s AND browser_key <> '' OR client_id = %(client)s)
"""


def database_time() -> datetime:
    """The one clock that decides (domain §6)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        moment: datetime = cursor.fetchone()[0]
        return moment


def live_holds(company_id: int, client_id: int | None, browser_key: str) -> list[Appointment]:
    """What this client or this browser holds now, oldest first."""
    held = [pk for (pk,) in rows(LIVE_HOLDS, company=company_id, client=client_id, browser=browser_key)]
    return list(Appointment.objects.filter(pk__in=held).order_by("pk")) if held else []


def visits_of_strangers(company_id: int, phone: str) -> int:
    """How many visits people who had not proved ``phone`` booked with it, that are to come or were booked within a day:
    whoever cancels them at once has had the salon write to its owner as well."""
    ours = {"initiated_by__role": Role.CLIENT.lower(), "initiated_by__client_id__isnull": True}
    booked = AppointmentEvent.objects.filter(appointment=OuterRef("pk"), event_type=EventType.BOOKING_CREATED, **ours)
    to_come = Q(status__in=COMING, end_time__gt=ClockTimestamp())
    lately = Q(created_at__gt=ClockTimestamp() - timedelta(days=1))
    visits = Appointment.objects.alias(reversed_phone=Reverse("contact_phone", output_field=CharField()))
    visits = visits.filter(to_come | lately, Exists(booked), company_id=company_id, reversed_phone=phone[::-1])
    return visits.count()


def held_by_link(token: str) -> Appointment:
    """The appointment behind ``/hold/<token>/``, with ``now``. Raises Appointment.DoesNotExist."""
    return with_its_place(Appointment.objects.get(hold_token=token))


def visit_by_link(token: str) -> Appointment:
    """The visit behind ``/v/<token>/``, with ``now``; a hold is not a visit yet. Raises Appointment.DoesNotExist."""
    return with_its_place(Appointment.objects.booked().with_what_is_booked().get(visit_token=token))


def with_its_place(appointment: Appointment) -> Appointment:
    """The same with its location and company and, as ``now``, the database's clock."""
    appointment.location = located(appointment.location_id)
    appointment.company = appointment.location.company
    appointment.now = appointment.location.now  # type: ignore[attr-defined]  # see located()
    return appointment


def visits_known_here(location: Location, browser_key: str, client_id: int | None) -> list[Appointment]:
    """The next visit and the last one in a ``located`` location, nearest to now first, of this browser and of the
    client who has signed in: one statement, none for a stranger."""
    known = {"browser_key": browser_key, "client": client_id}
    whose = [Q(**{name: value}) for name, value in known.items() if value]
    if not whose:
        return []
    visits = Appointment.objects.booked().filter(reduce(or_, whose), location=location)
    visits = visits.filter(status__in=TAKES_PLACE)
    found = list(visits.with_what_is_booked().order_by("-start_time")[:5])
    for visit in found:
        visit.location, visit.company = location, location.company
    return found
