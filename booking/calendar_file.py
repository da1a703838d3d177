"""A visit as a calendar file (RFC 5545): the library folds lines by octets and escapes text."""

from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.urls import reverse
from icalendar import Alarm, Calendar, Event

from booking.models import Appointment, Status

ALARM_BEFORE = timedelta(hours=2)


def calendar_file(visit: Appointment) -> bytes:
    """One event whose UID is stable for life and whose SEQUENCE rises with each move and with the cancellation."""
    cancelled = visit.status == Status.CANCELLED
    calendar = Calendar()
    calendar.add("prodid", "-//Okno//Appointments//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "CANCEL" if cancelled else "PUBLISH")
    calendar.add_component(event_of(visit, cancelled))
    return bytes(calendar.to_ical())


def event_of(visit: Appointment, cancelled: bool) -> Event:
    event = Event()
    event.add("uid", f"appointment-{visit.pk}@{urlsplit(settings.PUBLIC_URL).hostname}")
    event.add("sequence", visit.sequence + cancelled)
    event.add("status", "CANCELLED" if cancelled else "CONFIRMED")
    event.add("summary", f"{visit.service.name} · {visit.location.company.name}")
    event.add("dtstart", visit.start_time.astimezone(UTC))
    event.add("dtend", visit.end_time.astimezone(UTC))
    event.add("dtstamp", visit.updated_at.astimezone(UTC))
    event.add("last-modified", visit.updated_at.astimezone(UTC))
    event.add("location", ", ".join(filter(None, (visit.location.name, visit.location.address))))
    event.add("description", f"{visit.specialist.name}\n{manage_url(visit)}")
    event.add("url", manage_url(visit))
    if not cancelled:
        event.add_component(alarm(visit))
    return event


def alarm(visit: Appointment) -> Alarm:
    reminder = Alarm()
    reminder.add("action", "DISPLAY")
    reminder.add("description", visit.service.name)
    reminder.add("trigger", -ALARM_BEFORE)
    return reminder


def manage_url(visit: Appointment) -> str:
    return f"{settings.PUBLIC_URL}{reverse('booking:visit', args=[visit.visit_token])}"


def google_times(start: datetime, end: datetime) -> str:
    """The span in the form of Google Calendar's link."""
    return "/".join(f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}" for moment in (start, end))
