"""Fill the measured locations with years of visits behind and nine weeks ahead, two thirds full.

`demo --scale` gives the other businesses, each of them with eleven weeks only, at 0.3 s for a thousand visits. Here one
stretch of weeks is drawn with a seed and copied back in time inside the database, so that every week looks like every
other one: what is queried looks alike at every size. Runs inside the application (``processes.Inside``).
"""

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

import pgtrigger
from django.db import DatabaseError, connection, transaction

from accounts.models import Client
from booking.queries.visits import database_time
from catalog.models import Location, Service
from tests.bench import shape

WEEKS_AHEAD = 9
"""Beyond the sixty days of the horizon; the rest is for a database that is used again some days later."""
BEGIN, END, GRID = 10 * 60, 19 * 60, 15
PAUSES = (0, 15, 15, 30, 45)
"""Minutes between two visits: beside visits of an hour they leave about a third of the day."""
CLIENTS_PER_SPECIALIST = 75

Drawn = tuple[int, int, int, int, int, int, int | None, int, int]
"""Day, minute, length, rest, specialist, service, workplace, client, price: a row of the pattern."""
PATTERN = """
    CREATE TEMP TABLE pattern (
        day integer, minute integer, length integer, rest integer, specialist_id bigint, service_id bigint,
        workplace_id bigint, client_id bigint, price numeric
    ) ON COMMIT DROP
"""
# Every eighth visit that is over was cancelled, every eighth was missed; two thirds were booked on the web.
APPOINTMENTS = """
    INSERT INTO booking_appointment (
        company_id, location_id, service_id, specialist_id, workplace_id, client_id, contact_name, contact_phone,
        start_time, end_time, busy_until, status, priority, price, discount, paid, late_fee_percent, hold_extended,
        browser_key, hold_token, visit_token, source, assignment_reason, outside_rules, notes, version, sequence,
        created_at, updated_at
    )
    SELECT client.company_id, %s, service_id, specialist_id, workplace_id, client.id, first_name, phone,
        start, start + length * interval '1 minute', start + (length + rest) * interval '1 minute',
        CASE WHEN start > now() THEN 'CONFIRMED'
            ELSE coalesce((ARRAY['CANCELLED', 'NO_SHOW'])[1 + (client.id + day) %% 8], 'COMPLETED') END,
        'NORMAL', price, 0, 0, 0, false,
        CASE WHEN client.id %% 3 > 0 THEN encode(sha256(phone::bytea), 'hex') ELSE '' END,
        gen_random_uuid()::text, gen_random_uuid()::text, CASE WHEN client.id %% 3 > 0 THEN 'web' ELSE 'admin' END,
        'least_busy', false, '', 3, 0, start - interval '4 days', start - interval '4 days'
    FROM pattern JOIN accounts_client AS client ON client.id = client_id, LATERAL (
        SELECT (%s::date + day + minute * interval '1 minute') AT TIME ZONE 'Europe/Moscow'
    ) AS begins (start)
    WHERE day >= %s
    ORDER BY start
"""
EVENTS = """
    INSERT INTO booking_appointmentevent (appointment_id, event_type, initiated_by, payload, created_at, dispatched_at)
    SELECT id, event_type, '{"user_id": null, "role": "client", "channel": "web"}', payload, created_at, created_at
    FROM booking_appointment AS visit, LATERAL (VALUES
        ('hold_placed', jsonb_build_object(
            'status', 'HOLD', 'location_id', location_id, 'service_id', service_id, 'specialist_id', specialist_id,
            'workplace_id', workplace_id, 'start_time', start_time, 'end_time', end_time, 'busy_until', busy_until,
            'price', price::text, 'outside_rules', false)),
        ('booking_created', '{"changed": {"status": ["HOLD", "CONFIRMED"]}}'),
        ('booking_' || lower(status), jsonb_build_object('changed', jsonb_build_object('status', status)))
    ) AS step (event_type, payload)
    WHERE id > %s AND event_type <> 'booking_confirmed'
    ORDER BY id, event_type DESC
"""


def fill(specialists: int, visits_behind: int, seed: int, weeks_ahead: int = WEEKS_AHEAD) -> int:
    """Coming visits of the salon of so many ``specialists``, and about ``visits_behind``; how many in all."""
    location = Location.objects.get(slug=shape.slug_of(specialists))
    clients = write_clients(location, specialists * CLIENTS_PER_SPECIALIST)
    today = database_time().astimezone(location.zone).date()
    monday = today - timedelta(days=today.weekday())
    with transaction.atomic(), pgtrigger.ignore("booking.Appointment:raises_calendar_versions"):
        load_quickly()
        drawn = draw(location, clients, weeks_ahead, Random(seed))
        a_week = drawn / weeks_ahead
        weeks_behind = round(visits_behind / a_week)
        return sum(
            copy(location, monday - timedelta(weeks=weeks), max(0, 7 * (weeks - weeks_behind)))
            for weeks in beginnings(weeks_behind, weeks_ahead)
        )


def beginnings(weeks_behind: int, weeks_ahead: int) -> list[int]:
    """How many weeks ago each stretch begins, the oldest first; the last one begins this week."""
    return list(range(0, weeks_behind + weeks_ahead, weeks_ahead))[::-1] if weeks_behind else [0]


def load_quickly() -> None:
    """Without the checks of foreign keys where we may: what is written points to what was just read."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
    except DatabaseError:
        return  # no superuser: slower


def write_clients(location: Location, count: int) -> list[int]:
    rows = Client.objects.bulk_create(
        Client(
            company_id=location.company_id,
            first_name=f"Клиент {number}",
            phone=f"+7903{number:07}",
            language="ru",
        )
        for number in range(count)
    )
    return [row.pk for row in rows]


def draw(location: Location, clients: list[int], weeks: int, random: Random) -> int:
    """Put a stretch of weeks into a temporary table; how many visits it has."""
    drawn = list(Stretch(location, clients, random).visits(weeks))
    with connection.cursor() as cursor:
        cursor.execute(PATTERN)
        with cursor.copy("COPY pattern FROM STDIN") as rows:
            for row in drawn:
                rows.write_row(row)
    return len(drawn)


class Stretch:
    """Weeks of visits that overlap nowhere, drawn day by day."""

    def __init__(self, location: Location, clients: list[int], random: Random) -> None:
        self.clients, self.random = clients, random
        self.people = list(location.company.specialists.order_by("position").values_list("pk", flat=True))
        self.services = list(location.company.services.order_by("position"))
        self.chairs = list(location.workplaces.order_by("position").values_list("pk", flat=True))

    def visits(self, weeks: int) -> Iterator[Drawn]:
        for day in range(weeks * 7):
            self.taken: dict[int, list[tuple[int, int]]] = {chair: [] for chair in self.chairs}
            for number, specialist in enumerate(self.people):
                if day % 7 in shape.WORKING_WEEK and day % 7 != shape.day_off(number):
                    for minute, service, chair in self.working_day(number):
                        terms = service.duration_min, service.break_min, specialist, service.pk, chair
                        yield day, minute, *terms, self.random.choice(self.clients), int(service.price)

    def working_day(self, number: int) -> Iterator[tuple[int, Service, int | None]]:
        """Minute, service and chair of each visit of a specialist."""
        minute = BEGIN + self.random.choice(PAUSES)
        while True:
            service, chair = self.choice(number, minute)
            if minute + service.duration_min > END:
                return
            until = minute + service.duration_min + service.break_min
            if chair:
                self.taken[chair].append((minute, until))
            yield minute, service, chair
            minute = -(-until // GRID) * GRID + self.random.choice(PAUSES)

    def choice(self, number: int, minute: int) -> tuple[Service, int | None]:
        """What the specialist does at that minute; where no chair is free, the service that needs none."""
        service = self.services[self.random.choice(shape.skills_of(number))]
        if service.position not in shape.ON_A_CHAIR:
            return service, None
        until = minute + service.duration_min + service.break_min
        free = (chair for chair, spans in self.taken.items() if all(e <= minute or b >= until for b, e in spans))
        chair = next(free, None)
        return (service, chair) if chair else (self.services[shape.FOR_ALL], None)


def copy(location: Location, monday: date, from_day: int) -> int:
    """Write the stretch as it would have been from ``monday`` on, its first days left out; how many visits."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(id), 0) FROM booking_appointment")
        last = cursor.fetchone()[0]
        cursor.execute(APPOINTMENTS, [location.pk, monday, from_day])
        written: int = cursor.rowcount
        cursor.execute(EVENTS, [last])
    return written
