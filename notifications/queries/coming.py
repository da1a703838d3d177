"""Which visits are to be reminded of."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from accounts.statements import rows

# For every lead of its company: a confirmed visit that is near enough, and has had neither this reminder nor a shorter
# one. Quiet hours bring a reminder forward by their own length at most, and by what a changed clock adds.
TO_REMIND_OF = """
    SELECT visit.id, visit.start_time, lead.hours, company.reminder_hours, company.quiet_from, company.quiet_until,
        location.timezone, coalesce(history.since, visit.created_at)
    FROM accounts_company AS company
    CROSS JOIN LATERAL (SELECT DISTINCT hours FROM unnest(company.reminder_hours) AS hours) AS lead
    JOIN booking_appointment AS visit ON visit.company_id = company.id AND visit.status = 'CONFIRMED'
        AND visit.start_time > %(now)s AND visit.start_time <= %(now)s + make_interval(
            hours => (lead.hours + mod(company.quiet_until - company.quiet_from + 24, 24) + 2)::int
        )
    JOIN catalog_location AS location ON location.id = visit.location_id
    LEFT JOIN LATERAL (
        SELECT max(created_at) AS since FROM booking_appointmentevent
        WHERE appointment_id = visit.id AND event_type IN ('booking_created', 'booking_rescheduled')
    ) AS history ON true
    WHERE company.is_active AND NOT EXISTS (
        SELECT FROM notifications_reminder AS given
        WHERE given.appointment_id = visit.id AND given.start_time = visit.start_time
            AND given.lead_minutes <= lead.hours * 60
    )
    ORDER BY visit.start_time, visit.id, lead.hours
"""


@dataclass(frozen=True, slots=True)
class Coming:
    """A visit that may have to be reminded of: at which ``lead`` before its start, and by which the next, ``shorter``
    one follows; ``since`` when it has had this start; ``quiet`` hours (from, until) of the local clock."""

    pk: int
    start: datetime
    lead: timedelta
    shorter: timedelta | None
    quiet: tuple[int, int]
    zone: ZoneInfo
    since: datetime


def coming_visits(now: datetime) -> list[Coming]:
    """Of all companies, soonest first: one statement."""
    return [
        Coming(pk, start, timedelta(hours=hours), shorter_than(hours, leads), (begin, end), ZoneInfo(zone), since)
        for pk, start, hours, leads, begin, end, zone, since in rows(TO_REMIND_OF, now=now)
    ]


def shorter_than(hours: int, leads: Iterable[int]) -> timedelta | None:
    """The next lead after that of ``hours``, if there is one."""
    shorter = [lead for lead in leads if lead < hours]
    return timedelta(hours=max(shorter)) if shorter else None
