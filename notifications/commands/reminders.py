"""Reminders and a specialist's morning: found by looking, never by a timer laid in advance (domain §8)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef

from accounts.models import Company
from accounts.values import SYSTEM
from booking.commands.record import in_utc, record_event
from booking.models import Appointment, AppointmentEvent, EventType, Status
from booking.queries.visits import database_time
from notifications.models import Reminder
from notifications.timing import FARTHEST_AHEAD, due_at, is_quiet

GAVE_IT_ITS_TIME = (EventType.BOOKING_CREATED, EventType.BOOKING_RESCHEDULED)


@dataclass(frozen=True)
class Rules:
    """When a company reminds: ``leads`` ascending, ``quiet`` as hours from and until of the local clock."""

    leads: tuple[timedelta, ...]
    quiet: tuple[int, int]


def remind() -> int:
    """Record a reminder event for every visit and lead that is due now; how many.

    Running it twice, or in two workers at once, changes nothing. Of several leads that are due at once, because nobody
    looked for hours, only the shortest is given out. At most four statements a company, and one for each reminder.
    """
    now = database_time()
    return sum(remind_of_company(company, now) for company in Company.objects.filter(is_active=True).order_by("pk"))


def remind_of_company(company: Company, now: datetime) -> int:
    leads = tuple(sorted({timedelta(hours=hours) for hours in company.reminder_hours}))
    rules = Rules(leads, (company.quiet_from, company.quiet_until))
    given = 0
    for number, lead in enumerate(rules.leads):
        shorter = rules.leads[number - 1] if number else None
        for visit in candidates(company, lead, now):
            if is_due(visit, lead, shorter, rules, now):
                given += record_reminder(visit, lead)
    return given


def candidates(company: Company, lead: timedelta, now: datetime) -> Iterator[Appointment]:
    """Confirmed visits near enough that have had neither this reminder nor a shorter one, with, as ``since``, the
    moment at which they got their time."""
    given = Reminder.objects.filter(
        appointment=OuterRef("pk"), start_time=OuterRef("start_time"), lead_minutes__lte=minutes(lead)
    )
    history = AppointmentEvent.objects.filter(appointment=OuterRef("pk"), event_type__in=GAVE_IT_ITS_TIME)
    rows = Appointment.objects.filter(
        ~Exists(given),
        company=company,
        status=Status.CONFIRMED,
        start_time__gt=now,
        start_time__lte=now + lead + FARTHEST_AHEAD,
    )
    since = history.order_by("-pk").values("created_at")[:1]
    return rows.select_related("location").annotate(since=since).order_by("start_time", "pk").iterator()


def is_due(visit: Appointment, lead: timedelta, shorter: timedelta | None, rules: Rules, now: datetime) -> bool:
    """Due, not already past when the visit got this time, and not overtaken by the next reminder or by the night."""
    zone = visit.location.zone
    due = due_at(visit.start_time, lead, rules.quiet, zone)
    until = visit.start_time if shorter is None else due_at(visit.start_time, shorter, rules.quiet, zone)
    since = visit.since or visit.created_at  # type: ignore[attr-defined]  # annotated by candidates()
    return since <= due <= now < until and not is_quiet(now, rules.quiet, zone)


def record_reminder(visit: Appointment, lead: timedelta) -> bool:
    """Whether it was ours to record: a twin that came first has its row there."""
    try:
        with transaction.atomic():
            event = record_event(
                visit,
                EventType.BOOKING_REMINDER,
                SYSTEM,
                lead_minutes=minutes(lead),
                start_time=in_utc(visit.start_time),
            )
            Reminder.objects.create(
                appointment=visit, start_time=visit.start_time, lead_minutes=minutes(lead), event=event
            )
    except IntegrityError:
        return False
    return True


def minutes(lead: timedelta) -> int:
    return int(lead.total_seconds() // 60)
