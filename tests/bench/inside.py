"""What the process with the application in it can be asked (``processes.Inside``)."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from random import Random
from typing import Any

import pgtrigger
from django.db import connection, transaction
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext

from booking.availability.wallclock import moment_of
from booking.queries.calendars import read_busy, read_calendar
from booking.queries.catalogue import MEMORY, located, read_catalogue
from booking.queries.slots import free_slots, openings_of
from catalog.models import Location
from tests.bench import salon
from tests.bench.browser import token_in
from tests.bench.load import LOOPBACK
from tests.bench.values import FreeTime, Salon, Timing

HALF_AN_HOUR = 30
DAYS_AHEAD = 50
"""Of the sixty that may be booked."""
MANY, FEW_DAYS = 100, 10
"""Of so many specialists fewer days have free times enough."""
A_MONTH = 30
# Children before parents.
WRITTEN = (
    "booking_appointmentevent",
    "booking_oncekey",
    "booking_appointment",
    "accounts_device",
    "accounts_client",
)
QUIETLY = (
    "booking.AppointmentEvent:history_is_kept",
    "booking.Appointment:raises_calendar_versions",
)


# --- what there is ------------------------------------------------------------------------------------------------------


def measured(specialists: int, seed: int, at_most: int) -> Salon:
    """The salon and its free half hours."""
    location = located(slug=salon.slug_of(specialists))
    service = location.company.services.get(position=salon.FOR_ALL)
    free = list(free_times(location, service.pk))
    Random(seed).shuffle(free)
    return Salon(specialists, location.slug, location.pk, service.pk, free[:at_most])


def free_times(location: Location, service_id: int) -> Iterator[FreeTime]:
    today = read_catalogue(location).today
    days = DAYS_AHEAD if location.company.specialists.count() < MANY else FEW_DAYS
    openings = free_slots(location, service_id, today + timedelta(days=1), today + timedelta(days=days))
    free_from: dict[int, int] = {}
    for minute in sorted(openings.starts):
        for who in openings.starts[minute]:
            if minute >= free_from.get(who.person.id, 0):
                free_from[who.person.id] = minute + HALF_AN_HOUR
                yield FreeTime(moment_of(minute).isoformat(), who.person.id)


def write_slots(of: Salon) -> int:
    """The free times in a table, for pgbench; how many."""
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS bench_slot")
        cursor.execute("CREATE TABLE bench_slot (id integer PRIMARY KEY, specialist_id bigint, start_time timestamptz)")
        with cursor.copy("COPY bench_slot FROM STDIN") as rows:
            for number, free in enumerate(of.free):
                rows.write_row((number, free.specialist_id, free.start))
        cursor.execute("ANALYZE bench_slot")
    return len(of.free)


# --- putting back what was measured with -----------------------------------------------------------------------------------


def mark() -> None:
    """Remember the last row of each table that bookings write."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bench_mark (name text, last bigint)")
        for table in WRITTEN:
            cursor.execute(f"INSERT INTO bench_mark SELECT '{table}', coalesce(max(id), 0) FROM {table}")  # noqa: S608 - ours


@transaction.atomic
def restore() -> int:
    """Delete everything that was booked since ``mark``; how many appointments."""
    booked = 0
    with pgtrigger.ignore(*QUIETLY), connection.cursor() as cursor:
        for table in WRITTEN:
            cursor.execute(f"DELETE FROM {table} WHERE id > (SELECT last FROM bench_mark WHERE name = '{table}')")  # noqa: S608 - ours
            booked = cursor.rowcount if table == "booking_appointment" else booked
    return booked


def tidy() -> None:
    """Rows that were deleted must not burden the next round."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM " + ", ".join((*WRITTEN, "catalog_specialist", "catalog_workplace")))


# --- work to be timed ----------------------------------------------------------------------------------------------------


def timed(work: Callable[[int], object], seconds: float) -> Timing:
    """Call ``work`` with 0, 1, 2 … for so long."""
    samples, cpu, end = list[float](), time.process_time(), time.perf_counter() + seconds
    while not samples or time.perf_counter() < end:
        began = time.perf_counter()
        work(len(samples))
        samples.append(time.perf_counter() - began)
    return Timing(samples, time.process_time() - cpu)


def a_day(of: Salon, *, cold: bool = False) -> Callable[[int], object]:
    """Free times of one specialist on one day, another one each time; ``cold``: the catalogue is read too."""
    asked = [(free.specialist_id, date.fromisoformat(free.start[:10])) for free in of.free]

    def work(number: int) -> object:
        who, day = asked[number % len(asked)]
        if cold:
            MEMORY.kept.clear()
        return free_slots(located(pk=of.location_id), of.service_id, day, day, specialist_id=who)

    return work


def a_month(of: Salon, position: int = salon.FOR_ALL) -> Callable[[int], object]:
    """Free times of everybody who performs a service, thirty days from tomorrow."""
    location = located(pk=of.location_id)
    service_id = location.company.services.get(position=position).pk
    first = read_catalogue(location).today + timedelta(days=1)
    last = first + timedelta(days=A_MONTH - 1)
    return lambda number: free_slots(located(pk=of.location_id), service_id, first, last)


def time_day(of: Salon, seconds: float, *, cold: bool) -> Timing:
    return timed(a_day(of, cold=cold), seconds)


def time_month(of: Salon, seconds: float, position: int = salon.FOR_ALL) -> Timing:
    return timed(a_month(of, position), seconds)


def parts_of_month(of: Salon, position: int = salon.FOR_ALL) -> dict[str, float]:
    """Milliseconds of each part of one month: reading the busy rows, turning hours into spans, applying the rules."""
    catalogue = read_catalogue(located(pk=of.location_id), [service_at(of, position)])
    first = catalogue.today + timedelta(days=1)
    last = first + timedelta(days=A_MONTH - 1)
    seats = {offer.workplace_id for rows in catalogue.seat_offers.values() for offer in rows}
    reading = timed(lambda n: read_busy(catalogue.location, catalogue.shifts, seats, first, last), 0.1).ms()
    calendar = read_calendar(catalogue, first, last)
    making = timed(lambda n: read_calendar(catalogue, first, last), 0.1).ms()
    rules = timed(lambda n: openings_of(calendar, service_at(of, position)), 0.1).ms()
    return {"busy rows": reading, "spans": making - reading, "rules": rules, "rows": float(len(calendar.busy))}


def service_at(of: Salon, position: int) -> int:
    pk: int = located(pk=of.location_id).company.services.values_list("pk", flat=True).get(position=position)
    return pk


# --- SQL -----------------------------------------------------------------------------------------------------------------


@contextmanager
def counted() -> Iterator[list[str]]:
    """Every statement sent, BEGIN and COMMIT left out."""
    sent: list[str] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        sent.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield sent


def statements(work: str, of: Salon, **options: Any) -> int:
    """How many statements ``a_day`` or ``a_month`` sends."""
    one = {"a_day": a_day, "a_month": a_month}[work](of, **options)
    one(0)
    with counted() as sent:
        one(1)
    return len(sent)


def reads(work: str, of: Salon, **options: Any) -> list[str]:
    """The SELECTs of ``a_month`` or of a page (its path), with their values."""
    one = (lambda n: page(work)) if work.startswith("/") else {"a_day": a_day, "a_month": a_month}[work](of, **options)
    one(0)
    with CaptureQueriesContext(connection) as captured:
        one(1)
    return [query["sql"] for query in captured.captured_queries if query["sql"].startswith("SELECT")]


def browser() -> Browser:
    return Browser(enforce_csrf_checks=True, headers={"host": LOOPBACK, "accept-language": "ru"})


def page(path: str, reader: Browser | None = None) -> Any:
    response = (reader or browser()).get(path)
    assert response.status_code == 200, f"{path}: {response.status_code}"
    return response


def statements_of_page(path: str) -> int:
    """For a browser that has been here before, with the catalogue in mind."""
    reader = browser()
    page(path, reader)
    with counted() as sent:
        page(path, reader)
    return len(sent)


def statements_of_booking(of: Salon) -> tuple[int, int]:
    """Of the POST that holds and of the POST that confirms."""
    free, reader = of.free[0], browser()
    shop = f"/{of.slug}/{of.service_id}/"
    token = token_in(page(f"/{of.slug}/", reader).content)
    with counted() as to_hold:
        held = reader.post(shop, {"csrfmiddlewaretoken": token, "slot": free.start, "specialist": free.specialist_id})
    with counted() as to_confirm:
        typed = {"csrfmiddlewaretoken": token, "name": "Ирина", "phone": "+79161234567", "comment": ""}
        booked = reader.post(held["location"], typed)
    restore()
    assert (held.status_code, booked.status_code) == (302, 302)
    return len(to_hold), len(to_confirm)
