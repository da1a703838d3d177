"""Read everything the engine needs about one location and a range of days, in a fixed number of SQL statements."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from operator import attrgetter
from typing import Any, TypeVar

from booking.availability import (
    Candidate,
    Choice,
    Minute,
    Person,
    Place,
    Question,
    Reason,
    Seat,
    Span,
    Terms,
    Visit,
    free_starts,
    openings,
    seats_free,
    shifts_of,
)
from booking.availability.wallclock import minute_at, minute_of
from booking.queries.catalogue import Catalogue
from booking.queries.facts import BusyRow, Facts, facts_of, round_up
from booking.queries.memory import Memory
from booking.values import FreeSlot, Kept
from catalog.models import Location, ServiceSpecialist

Given = TypeVar("Given")

MINUTE = timedelta(minutes=1)
CLOCK_RULES = frozenset({Reason.TOO_SOON, Reason.TOO_FAR})


@dataclass(frozen=True)
class Days:
    """Some days of a location as the engine sees them, whatever the clock says, and what it has answered so far."""

    place: Place
    people: dict[int, Person]
    seats: dict[int, Seat]
    answers: dict[Hashable, Any] = field(default_factory=dict, repr=False, compare=False)

    def remember(self, question: Hashable, answer: Callable[[], Given]) -> Given:
        """The engine is pure: what it has said once about these days it would say again."""
        if question not in self.answers:
            self.answers[question] = answer()
        found: Given = self.answers[question]
        return found

    def seats_free(self, window: Span, seats: Sequence[Seat], minutes: int) -> list[Span]:
        """The engine's answer, the same for everybody who could sit there."""
        question = ("seats", window, tuple(seat.id for seat in seats), minutes)
        return self.remember(question, lambda: seats_free(window, seats, minutes))

    def starts_of(self, candidate: Candidate, question: Question) -> list[Minute]:
        """The engine's answer, the same for all services of the same length at the same workplaces."""
        terms = tuple((seat_of(terms), terms.length, terms.rest) for terms in candidate.terms)
        return self.remember(
            ("starts", candidate.person.id, candidate.is_active, terms, question.waived),
            lambda: free_starts(question, candidate, self.seats_free),
        )

    @property
    def weight(self) -> int:
        """Roughly how many numbers it is, the answers to come included: a shift has about forty starts."""
        return 1000 + sum(len(person.visits) + 40 * len(person.shifts.spans) for person in self.people.values())


DAYS: Memory[tuple[str, frozenset[int]], Days] = Memory(capacity=1_000_000, weight=attrgetter("weight"))
"""What this process knows of days, by their facts and by the appointments that are in nobody's way."""


@dataclass(frozen=True)
class Calendar:
    """One location from ``first`` to ``last``: what the engine is asked with, and the facts it was made from."""

    catalogue: Catalogue
    first: date
    last: date
    facts: Facts
    days: Days
    kept: Kept | None = None

    @property
    def location(self) -> Location:
        return self.catalogue.location

    @property
    def now(self) -> datetime:
        return self.catalogue.now

    def question(self, waived: frozenset[Reason] = frozenset(), client_visits: Iterable[BusyRow] = ()) -> Question:
        """The question of whoever is bound by all rules but ``waived``, about every start from first to last."""
        company, now = self.location.company, minute_of(self.now)
        return Question(
            place=self.days.place,
            window=(self.span_of(self.first)[0], self.span_of(self.last)[1]),
            step=company.slot_step,
            earliest=round_up(self.now) + company.min_notice,
            latest=now + company.horizon * 24 * 60,
            client_visits=tuple((row.start, row.end) for row in client_visits),
            waived=waived,
        )

    def span_of(self, day: date) -> Span:
        """A local day, however long its night is."""
        zone = self.location.zone
        return minute_at(zone, day, 0), minute_at(zone, day + timedelta(days=1), 0)

    def free_slot(self, service_id: int, start: datetime, choice: Choice) -> FreeSlot:
        start = start.astimezone(UTC)
        end = start + choice.terms.length * MINUTE
        return FreeSlot(
            location_id=self.location.pk,
            service_id=service_id,
            specialist_id=choice.candidate.person.id,
            workplace_id=seat_of(choice.terms),
            start=start,
            end=end,
            busy_until=end + choice.terms.rest * MINUTE,
            price=choice.terms.price,
            reason=choice.reason,
            specialist_name=self.catalogue.name_of(service_id, choice.candidate.person.id),
        )

    def free_starts(
        self, service_id: int, specialist_id: int | None = None, waived: frozenset[Reason] = frozenset()
    ) -> Iterator[tuple[Candidate, list[Minute]]]:
        """Who performs the service here and when he can begin it, in the salon's order, whoever the client is."""
        question = self.question(waived)
        for candidate in self.candidates(service_id, specialist_id):
            yield candidate, in_time(self.starts_of(candidate, service_id, question), question)

    def starts_of(self, candidate: Candidate, service_id: int, question: Question) -> list[Minute]:
        """Neither too soon nor too far is asked here: the days stay the same while the clock goes on."""
        return self.days.remember(
            ("starts of service", service_id, candidate.person.id, question.waived, self.kept),
            lambda: self.days.starts_of(candidate, replace(question, waived=question.waived | CLOCK_RULES)),
        )

    def starts_by_seat(self, candidate: Candidate, question: Question) -> dict[int | None, set[Minute]]:
        """When he can begin at each workplace, as if there were no others, neither too soon nor too far being asked."""
        question = replace(question, waived=question.waived | CLOCK_RULES)
        return {
            seat_of(terms): set(self.days.starts_of(replace(candidate, terms=(terms,)), question))
            for terms in candidate.terms
        }

    def candidates(self, service_id: int, specialist_id: int | None = None) -> list[Candidate]:
        """Who performs the service here, in the salon's order, each with his terms at every fit workplace."""
        if service_id not in self.catalogue.offers:  # of these days, but not of this catalogue
            return []
        everybody = self.days.remember(
            ("candidates", service_id, self.kept), lambda: list(self.candidates_for(service_id))
        )
        return [candidate for candidate in everybody if specialist_id in (None, candidate.person.id)]

    def candidates_for(self, service_id: int) -> Iterator[Candidate]:
        for offer in self.catalogue.offers[service_id]:
            if offer.specialist_id in self.days.people:
                yield Candidate(
                    person=self.days.people[offer.specialist_id],
                    terms=tuple(self.terms(offer)),
                    is_active=offer.is_active and offer.specialist.is_active and offer.service.is_active,
                )

    def terms(self, offer: ServiceSpecialist) -> Iterator[Terms]:
        """The catalogue's terms with what occupies each workplace; the kept ones with the specialist who gave them."""
        kept = self.kept if self.kept and self.kept.specialist_id == offer.specialist_id else None
        for terms in self.catalogue.terms(offer):
            seat = self.days.seats[terms.seat.id] if terms.seat else None
            numbers = kept or terms
            yield Terms(seat, numbers.length, numbers.rest, numbers.price)


def seat_of(terms: Terms) -> int | None:
    return terms.seat.id if terms.seat else None


def in_time(starts: list[Minute], question: Question) -> list[Minute]:
    """Those of the ascending ``starts`` that are neither too soon nor too far for whoever is bound by that."""
    begin = 0 if Reason.TOO_SOON in question.waived else bisect_left(starts, question.earliest)
    end = len(starts) if Reason.TOO_FAR in question.waived else bisect_right(starts, question.latest)
    return starts[begin:end]


def read_calendar(
    catalogue: Catalogue,
    first: date,
    last: date,
    *,
    ignore_browser: str = "",
    kept: Kept | None = None,
    released: frozenset[int] = frozenset(),
) -> Calendar:
    """Everything that decides about ``first`` to ``last``: four statements more, however many people and days, or one
    when they are remembered.

    Holds of ``ignore_browser``, the ``kept`` appointment and those about to be ``released`` are not in the way of their
    owner; overdue holds are in nobody's, but stay in ``facts`` for whoever writes and must expire them.
    """
    longest = max(catalogue.longest, kept.length + kept.rest if kept else 0)
    facts = facts_of(catalogue, first, last, longest)
    ignored = released | {row.id for row in facts.busy if is_ignored(row, catalogue.now, ignore_browser, kept)}
    return Calendar(catalogue, first, last, facts, remembered_days(catalogue, first, last, facts, ignored), kept)


def remembered_days(catalogue: Catalogue, first: date, last: date, facts: Facts, ignored: frozenset[int]) -> Days:
    """The days these facts make, remembered when the facts are."""
    days = DAYS.recall((facts.key, ignored)) if facts.key else None
    if days is None:
        days = make_days(catalogue, first, last, facts, ignored)
        if facts.key:
            DAYS.keep((facts.key, ignored), days)
    return days


def make_days(catalogue: Catalogue, first: date, last: date, facts: Facts, ignored: frozenset[int]) -> Days:
    location, zone = catalogue.location, catalogue.location.zone
    in_the_way = [row for row in facts.busy if row.id not in ignored]
    visits_of, visits_at = by_resource(in_the_way)
    return Days(
        place=Place(
            openings=tuple(openings(zone, catalogue.hours, facts.special_days, first, last)),
            capacity=location.capacity,
            presence=tuple(presence_in(location, in_the_way)),
            is_active=location.is_active and location.company.is_active,
        ),
        people={
            pk: Person(pk, shifts_of(zone, hours, facts.absences.get(pk, ()), first, last), tuple(visits_of[pk]))
            for pk, hours in catalogue.shifts.items()
        },
        seats={pk: Seat(pk, tuple(visits_at[pk])) for pk in catalogue.workplace_ids},
    )


def is_ignored(row: BusyRow, now: datetime, browser: str, kept: Kept | None) -> bool:
    if row.is_overdue(now) or (kept and row.id == kept.appointment_id):
        return True
    return bool(browser and row.expires_at and row.browser_key == browser)


def by_resource(rows: Iterable[BusyRow]) -> tuple[dict[int, list[Visit]], dict[int | None, list[Span]]]:
    """Visits by specialist, and what occupies each workplace."""
    visits_of: dict[int, list[Visit]] = defaultdict(list)
    visits_at: dict[int | None, list[Span]] = defaultdict(list)
    for row in rows:
        visit = row.as_visit()
        visits_of[row.specialist_id].append(visit)
        visits_at[row.workplace_id].append((visit.start, visit.busy_until))
    return visits_of, visits_at


def presence_in(location: Location, rows: Iterable[BusyRow]) -> Iterator[Span]:
    """From start to end, without the break: who waits for a clean chair is not there yet."""
    if location.capacity is not None:
        for row in rows:
            if row.location_id == location.pk:
                yield row.start, row.end
