"""The engine alone, on facts made up here: no database. Runs inside the application (``processes.Inside``)."""

from datetime import date, timedelta
from decimal import Decimal
from random import Random
from zoneinfo import ZoneInfo

from booking.availability import (
    Candidate,
    Hours,
    Person,
    Place,
    Question,
    Terms,
    Visit,
    free_starts,
    openings,
    shifts_of,
)
from booking.availability.wallclock import minute_at
from tests.bench.inside import timed
from tests.bench.values import Timing

SPECIALISTS, DAYS = 50, 60
ZONE, FIRST = ZoneInfo("Europe/Moscow"), date(2026, 11, 23)
LAST = FIRST + timedelta(days=DAYS - 1)
OPEN = [Hours(weekday, 9 * 60, 21 * 60) for weekday in range(6)]
SHIFT = [Hours(weekday, 10 * 60, 19 * 60) for weekday in range(6)]
HALF_AN_HOUR = Terms(seat=None, length=30, rest=0, price=Decimal(900))


def visits(random: Random) -> tuple[Visit, ...]:
    """Six a day, two thirds of the shift."""
    starts = [
        minute_at(ZONE, FIRST + timedelta(days=day), 10 * 60 + 90 * number + random.choice((0, 15, 30)))
        for day in range(DAYS)
        for number in range(6)
    ]
    return tuple(Visit(start, start + 50, start + 60) for start in starts)


def compute(booked: list[tuple[Visit, ...]]) -> int:
    """From weekly hours and visits to every free start of everybody; how many."""
    place = Place(tuple(openings(ZONE, OPEN, {}, FIRST, LAST)))
    window = minute_at(ZONE, FIRST, 0), minute_at(ZONE, LAST + timedelta(days=1), 0)
    question = Question(place, window, step=15, earliest=window[0], latest=window[1])
    people = (Person(pk, shifts_of(ZONE, SHIFT, (), FIRST, LAST), own) for pk, own in enumerate(booked))
    return sum(len(free_starts(question, Candidate(person, (HALF_AN_HOUR,)))) for person in people)


def time_engine(seconds: float) -> Timing:
    random = Random(50)
    booked = [visits(random) for _ in range(SPECIALISTS)]
    return timed(lambda number: compute(booked), seconds)
