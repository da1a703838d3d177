"""The ten rules of domain §4, each as the starts it permits: showing intersects them, enforcing asks them in turn."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from functools import cached_property, reduce

from booking.availability.spans import (
    Minute,
    Span,
    common,
    crowded,
    holds,
    joined,
    outside,
    starts_that_fit,
    starts_that_touch,
)
from booking.availability.wallclock import Shifts


class Reason(StrEnum):
    """Why a slot cannot be booked, in the order in which the rules are asked."""

    INACTIVE = "inactive"
    CLOSED = "closed"
    OFF_SHIFT = "off_shift"
    ON_BREAK = "on_break"
    SPECIALIST_BUSY = "specialist_busy"
    NO_WORKPLACE = "no_workplace"
    LOCATION_FULL = "location_full"
    CLIENT_BUSY = "client_busy"
    OFF_GRID = "off_grid"
    TOO_SOON = "too_soon"
    TOO_FAR = "too_far"


ORDER = {reason: position for position, reason in enumerate(Reason)}
STAFF_WAIVES = frozenset({Reason.CLIENT_BUSY, Reason.OFF_GRID, Reason.TOO_SOON, Reason.TOO_FAR})
"""Staff take walk-ins; a client's other visit is a warning to them."""
OUTSIDE_RULES = STAFF_WAIVES | {Reason.CLOSED, Reason.OFF_SHIFT, Reason.ON_BREAK}
"""With the permission and an explicit second step."""


@dataclass(frozen=True, slots=True)
class Visit:
    """An appointment as the engine sees it: ``busy_until`` is ``end`` plus the break after it."""

    start: Minute
    end: Minute
    busy_until: Minute


@dataclass(frozen=True, slots=True)
class Seat:
    """A workplace and what occupies it, breaks included."""

    id: int
    busy: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Terms:
    """How long a service takes, rests and costs with one specialist at one workplace, or at none."""

    seat: Seat | None
    length: int
    rest: int
    price: Decimal


@dataclass(frozen=True, slots=True)
class Person:
    """A specialist: where he is when in this location, and his visits at any location."""

    id: int
    shifts: Shifts
    visits: tuple[Visit, ...] = ()


@dataclass(frozen=True, slots=True)
class Candidate:
    """A specialist who may do the service, with his terms at each fit workplace, best first; no terms: he cannot."""

    person: Person
    terms: tuple[Terms, ...]
    is_active: bool = True


@dataclass(frozen=True)
class Place:
    """A location: when it is open, how many it holds and who is there (start to end, without breaks)."""

    openings: tuple[Span, ...]
    capacity: int | None = None
    presence: tuple[Span, ...] = ()
    is_active: bool = True

    @cached_property
    def full(self) -> list[Span]:
        """When nobody else may come in, the same for everybody who asks."""
        return [] if self.capacity is None else crowded(self.presence, self.capacity)


@dataclass(frozen=True, slots=True)
class Question:
    """What one asks of the engine: a place, the range of starts of interest, and the rules that bind the asker."""

    place: Place
    window: Span
    step: int
    earliest: Minute
    latest: Minute
    client_visits: tuple[Span, ...] = ()
    waived: frozenset[Reason] = field(default_factory=frozenset)


SeatsFree = Callable[[Span, Sequence[Seat], int], list[Span]]


def seats_free(window: Span, seats: Sequence[Seat], minutes: int) -> list[Span]:
    """The starts within ``window`` at which at least one of ``seats`` is free for so many ``minutes``."""
    return joined(span for seat in seats for span in outside(starts_that_touch(seat.busy, minutes), window))


def permitted(
    question: Question,
    candidate: Candidate,
    seats: Sequence[Seat],
    length: int,
    rest: int,
    seats_free: SeatsFree = seats_free,
) -> Iterator[tuple[Reason, Sequence[Span]]]:
    """For each rule but the grid, in the order of domain §4, the starts within the window that it permits.

    Somebody comes for ``length`` minutes, after which ``rest`` minutes stay free, to any of ``seats``; if none is
    given, none is needed.
    """
    place, person, window = question.place, candidate.person, question.window

    def clear_of(spans: Sequence[Span], minutes: int) -> list[Span]:
        return outside(starts_that_touch(spans, minutes), window)

    yield Reason.INACTIVE, [window] if place.is_active and candidate.is_active else []
    yield Reason.CLOSED, starts_that_fit(place.openings, length)
    yield Reason.OFF_SHIFT, starts_that_fit(person.shifts.spans, length)
    yield Reason.ON_BREAK, clear_of(person.shifts.breaks, length)
    yield Reason.SPECIALIST_BUSY, clear_of([(visit.start, visit.busy_until) for visit in person.visits], length + rest)
    if seats:
        yield Reason.NO_WORKPLACE, seats_free(window, seats, length + rest)
    yield Reason.LOCATION_FULL, clear_of(place.full, length)
    yield Reason.CLIENT_BUSY, clear_of(question.client_visits, length)


def deadlines(question: Question) -> Iterator[tuple[Reason, Sequence[Span]]]:
    """The last rules: not too soon, not too far."""
    yield Reason.TOO_SOON, [(question.earliest, max(question.window[1], question.earliest) + 1)]
    yield Reason.TOO_FAR, [(min(question.window[0], question.latest), question.latest + 1)]


def working(question: Question, candidate: Candidate) -> list[Span]:
    """The working intervals, from whose starts the grid counts: open and on shift, never moved by visits or breaks."""
    return common(question.place.openings, candidate.person.shifts.spans)


def on_grid(question: Question, candidate: Candidate, start: Minute) -> bool:
    return any(
        begin <= start < end and (start - begin) % question.step == 0 for begin, end in working(question, candidate)
    )


def free_starts(question: Question, candidate: Candidate, seats_free: SeatsFree = seats_free) -> list[Minute]:
    """Every minute of the window at which the candidate can begin, ascending. What is listed can be booked.

    Whoever asks for many candidates at the same seats may bring a ``seats_free`` that remembers.
    """
    allowed = joined(
        span
        for (length, rest), seats in by_length(candidate.terms).items()
        for span in allowed_starts(question, candidate, seats, length, rest, seats_free)
    )
    if Reason.OFF_GRID in question.waived:
        return [minute for start, end in allowed for minute in range(start, end)]
    return [
        minute
        for (begin, _), start, end in pieces(working(question, candidate), allowed)
        for minute in range(begin + -(-(start - begin) // question.step) * question.step, end, question.step)
    ]


def by_length(terms: Iterable[Terms]) -> dict[tuple[int, int], list[Seat]]:
    """The seats at which a visit takes equally long and rests equally long; no seats where none is needed."""
    alike: dict[tuple[int, int], list[Seat]] = {}
    for each in terms:
        alike.setdefault((each.length, each.rest), []).extend([each.seat] if each.seat else [])
    return alike


def allowed_starts(
    question: Question, candidate: Candidate, seats: Sequence[Seat], length: int, rest: int, seats_free: SeatsFree
) -> list[Span]:
    """The starts that every rule but the grid permits; the rules with the least to permit are asked first."""
    rules = [*permitted(question, candidate, seats, length, rest, seats_free), *deadlines(question)]
    binding = [starts for reason, starts in rules if reason not in question.waived]
    return reduce(common, sorted(binding, key=len), [question.window])


def pieces(intervals: Sequence[Span], allowed: Sequence[Span]) -> Iterator[tuple[Span, Minute, Minute]]:
    """What of ``allowed`` lies in each of ``intervals``, with the interval it lies in."""
    i = j = 0
    while i < len(intervals) and j < len(allowed):
        start, end = max(intervals[i][0], allowed[j][0]), min(intervals[i][1], allowed[j][1])
        if start < end:
            yield intervals[i], start, end
        if intervals[i][1] <= allowed[j][1]:
            i += 1
        else:
            j += 1


def rejection(question: Question, candidate: Candidate, start: Minute) -> Reason | None:
    """The first rule that rejects ``start``, or None when it can be booked.

    With several workplaces the one that comes furthest speaks: a busy chair is no reason while another is free.
    """
    if not candidate.terms:
        return Reason.INACTIVE
    reasons = [rejection_on(question, candidate, terms, start) for terms in candidate.terms]
    return None if None in reasons else max((r for r in reasons if r), key=ORDER.__getitem__)


def rejection_on(question: Question, candidate: Candidate, terms: Terms, start: Minute) -> Reason | None:
    seats = (terms.seat,) if terms.seat else ()
    for reason, starts in permitted(question, candidate, seats, terms.length, terms.rest):
        if reason not in question.waived and not holds(starts, start):
            return reason
    if Reason.OFF_GRID not in question.waived and not on_grid(question, candidate, start):
        return Reason.OFF_GRID
    for reason, starts in deadlines(question):
        if reason not in question.waived and not holds(starts, start):
            return reason
    return None


def terms_at(question: Question, candidate: Candidate, start: Minute) -> Terms | None:
    """The terms on which ``start`` can be booked: the usual workplace of that shift first, else the first free one."""
    preferred = by_preference(candidate, start)
    return next((terms for terms in preferred if rejection_on(question, candidate, terms, start) is None), None)


def by_preference(candidate: Candidate, start: Minute) -> list[Terms]:
    """The usual workplace of that shift first, then the others in the salon's order."""
    usual = candidate.person.shifts.workplace_at(start)
    return sorted(candidate.terms, key=lambda terms: terms.seat is None or terms.seat.id != usual)
