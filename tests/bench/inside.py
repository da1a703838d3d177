"""What the process with the application in it can be asked (``processes.Inside``)."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from random import Random
from typing import Any

from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext

from booking.availability.wallclock import moment_of
from booking.queries.locations import located
from booking.queries.slots import free_slots
from booking.queries.visits import database_time
from catalog.models import Location
from tests.bench import shape
from tests.bench.browser import token_in
from tests.bench.load import LOOPBACK
from tests.bench.upkeep import restore
from tests.bench.values import FreeTime, Salon, Timing
from tests.booking.remembered import forget, forget_calendars

HALF_AN_HOUR = 30
DAYS_AHEAD = 50
"""Of the sixty that may be booked."""
MANY, FEW_DAYS = 100, 10
"""Of so many specialists fewer days have free times enough."""
A_MONTH = 30


# --- what there is ---------------------------------------------------------------------------------------------------


def measured(specialists: int, seed: int, at_most: int) -> Salon:
    """The salon and its free half hours."""
    location = located(Location.objects.get(slug=shape.slug_of(specialists)).pk)
    service = location.company.services.get(position=shape.FOR_ALL)
    free = list(free_times(location, service.pk))
    Random(seed).shuffle(free)
    return Salon(specialists, location.slug, location.pk, service.pk, free[:at_most])


def free_times(location: Location, service_id: int) -> Iterator[FreeTime]:
    today = today_in(location)
    days = DAYS_AHEAD if location.company.specialists.count() < MANY else FEW_DAYS
    openings = free_slots(location, service_id, today + timedelta(days=1), today + timedelta(days=days))
    free_from: dict[int, int] = {}
    for minute in sorted(openings.starts):
        for who in openings.starts[minute]:
            if minute >= free_from.get(who.person.id, 0):
                free_from[who.person.id] = minute + HALF_AN_HOUR
                yield FreeTime(moment_of(minute).isoformat(), who.person.id)


def today_in(location: Location) -> date:
    return database_time().astimezone(location.zone).date()


# --- work to be timed ------------------------------------------------------------------------------------------------


def timed(work: Callable[[int], object], seconds: float, before: Callable[[], object] | None = None) -> Timing:
    """Call ``work`` with 0, 1, 2 … for so long; ``before`` each, and not counted, something else."""
    samples, cpu, end = list[float](), 0.0, time.perf_counter() + seconds
    while not samples or time.perf_counter() < end:
        if before:
            before()
        began, computed = time.perf_counter(), time.process_time()
        work(len(samples))
        samples.append(time.perf_counter() - began)
        cpu += time.process_time() - computed
    return Timing(samples, cpu)


FORGETTING = {"uncached": forget, "after a booking": forget_calendars, "warm": None}


def a_day(of: Salon) -> Callable[[int], object]:
    """Free times of one specialist on one day, another one each time."""
    asked = [(free.specialist_id, date.fromisoformat(free.start[:10])) for free in of.free]

    def work(number: int) -> object:
        who, day = asked[number % len(asked)]
        return free_slots(located(of.location_id), of.service_id, day, day, specialist_id=who)

    return work


def a_month(of: Salon, position: int = shape.FOR_ALL) -> Callable[[int], object]:
    """Free times of everybody who performs a service, thirty days from tomorrow."""
    location = located(of.location_id)
    service_id = location.company.services.get(position=position).pk
    first = today_in(location) + timedelta(days=1)
    last = first + timedelta(days=A_MONTH - 1)
    return lambda number: free_slots(located(of.location_id), service_id, first, last)


def a_page(path: str) -> Callable[[int], object]:
    """A page for somebody who has been here before, through all middleware but without the network."""
    reader = browser()

    def work(number: int) -> object:
        return page(path, reader)

    return work


WORK = {"a_day": a_day, "a_month": a_month, "a_page": a_page}


def time_of(work: str, *about: Any, seconds: float, state: str = "warm") -> Timing:
    """How long ``work`` takes in that state of the memory."""
    one = WORK[work](*about)
    one(0)
    return timed(one, seconds, FORGETTING[state])


def browser() -> Browser:
    return Browser(enforce_csrf_checks=True, headers={"host": LOOPBACK, "accept-language": "ru"})


def page(path: str, reader: Browser) -> Any:
    response = reader.get(path)
    assert response.status_code == 200, f"{path}: {response.status_code}"
    return response


# --- SQL -------------------------------------------------------------------------------------------------------------


@contextmanager
def counted() -> Iterator[list[str]]:
    """Every statement sent, BEGIN and COMMIT left out."""
    sent: list[str] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        sent.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield sent


def statements_of(work: str, *about: Any, state: str = "warm") -> int:
    """How many statements ``work`` sends in that state of the memory."""
    one = WORK[work](*about)
    one(0)
    if forgetting := FORGETTING[state]:
        forgetting()
    with counted() as sent:
        one(0)
    return len(sent)


def reads_of(work: str, *about: Any) -> list[str]:
    """The SELECTs of ``work`` with their values, when the catalogue is in mind and nothing else."""
    one = WORK[work](*about)
    one(0)
    forget_calendars()
    with CaptureQueriesContext(connection) as captured:
        one(0)
    sent = [query["sql"].strip() for query in captured.captured_queries]
    return [sql for sql in sent if sql.startswith("SELECT")]


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
