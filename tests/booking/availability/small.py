"""A small salon as plain values: open and staffed from nine to six on one day, a visit takes an hour."""

from datetime import UTC, datetime
from decimal import Decimal

from booking.availability import Candidate, Person, Place, Question, Seat, Terms, Visit
from booking.availability.wallclock import Shifts, minute_of

DAY = datetime(2030, 1, 7, tzinfo=UTC)


def at(hour: int, minute: int = 0) -> int:
    """That time of the day, in the engine's minutes."""
    return minute_of(DAY) + hour * 60 + minute


def span(start: int, end: int) -> tuple[int, int]:
    return at(start), at(end)


NINE_TO_SIX = (span(9, 18),)
WHOLE_DAY = span(0, 24)


def make_visit(start: int, end: int, *, rest: int = 0) -> Visit:
    return Visit(start, end, end + rest)


def make_terms(seat: Seat | None = None, length: int = 60, rest: int = 0, price: int = 1000) -> Terms:
    return Terms(seat, length, rest, Decimal(price))


def make_candidate(
    pk: int = 1, *, shifts=NINE_TO_SIX, workplaces=(), breaks=(), visits=(), terms=None, **fields
) -> Candidate:
    person = Person(pk, Shifts(tuple(shifts), tuple(workplaces), tuple(breaks)), tuple(visits))
    return Candidate(person, tuple([make_terms()] if terms is None else terms), **fields)


def make_place(**fields) -> Place:
    return Place(**{"openings": NINE_TO_SIX} | fields)


def ask(place: Place | None = None, **fields) -> Question:
    """From now until the end of that day, every quarter of an hour."""
    defaults = {"window": WHOLE_DAY, "step": 15, "earliest": at(0), "latest": at(48)}
    return Question(place or make_place(), **defaults | fields)
