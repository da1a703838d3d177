"""Reminders: found by looking, never by a timer laid in advance (domain §8)."""

from datetime import datetime

from django.db import IntegrityError, transaction

from accounts.values import SYSTEM
from booking.commands.record import in_utc, record_event
from booking.models import Appointment, EventType, Status
from booking.queries.visits import database_time
from notifications.models import Reminder
from notifications.queries import Coming, coming_visits
from notifications.timing import due_at, is_quiet


def remind() -> int:
    """Record a reminder event for every visit and lead that is due now; how many.

    Running it twice, or in two workers at once, changes nothing. Of several leads that are due at once, because nobody
    looked for hours, only the shortest is given out. Two statements, and a few for each reminder.
    """
    now = database_time()
    return sum(record_reminder(visit) for visit in coming_visits(now) if is_due(visit, now))


def is_due(visit: Coming, now: datetime) -> bool:
    """Due, not already past when the visit got this time, and not overtaken by the next reminder or by the night."""
    due = due_at(visit.start, visit.lead, visit.quiet, visit.zone)
    until = visit.start if visit.shorter is None else due_at(visit.start, visit.shorter, visit.quiet, visit.zone)
    return visit.since <= due <= now < until and not is_quiet(now, visit.quiet, visit.zone)


def record_reminder(coming: Coming) -> bool:
    """Whether it was ours to record: a twin that came first has its row there, and a visit that was moved or cancelled
    since it was read is another one."""
    minutes = int(coming.lead.total_seconds() // 60)
    try:
        with transaction.atomic():
            visit = still_coming(coming)
            if visit is None:
                return False
            event = record_event(
                visit, EventType.BOOKING_REMINDER, SYSTEM, lead_minutes=minutes, start_time=in_utc(coming.start)
            )
            Reminder.objects.create(appointment=visit, start_time=coming.start, lead_minutes=minutes, event=event)
    except IntegrityError:
        return False
    return True


def still_coming(coming: Coming) -> Appointment | None:
    """Locked until the commit, so that nobody moves it under the reminder."""
    rows = Appointment.objects.select_for_update(no_key=True)
    return rows.filter(pk=coming.pk, start_time=coming.start, status=Status.CONFIRMED).first()
