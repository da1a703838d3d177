"""Read everything the engine needs about one location and a range of days, in a fixed number of SQL statements."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from booking.availability import (
    Absence,
    Candidate,
    Choice,
    Minute,
    Person,
    Place,
    Question,
    Reason,
    Seat,
    Span,
    SpecialDay,
    Terms,
    Visit,
    free_starts,
    openings,
    shifts_of,
)
from booking.availability.wallclock import minute_at, minute_of
from booking.queries.catalogue import Catalogue
from booking.queries.facts import BusyRow, facts_of, round_up
from booking.values import FreeSlot, Kept
from catalog.models import Location, ServiceSpecialist

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Calendar:
    """One location from ``first`` to ``last``: what the engine is asked with, and the rows it was made from."""

    catalogue: Catalogue
    first: date
    last: date
    place: Place
    people: dict[int, Person]
    seats: dict[int, Seat]
    special_days: dict[date, SpecialDay]
    absences: dict[int, list[Absence]]
    busy: tuple[BusyRow, ...] = field(default=(), repr=False)
    kept: Kept | None = None
    memory: dict[object, list[Minute]] = field(default_factory=dict, repr=False, compare=False)

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
            place=self.place,
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
        end = start + choice.terms.length * MINUTE
        return FreeSlot(
            location_id=self.location.pk,
            service_id=service_id,
            specialist_id=choice.candidate.person.id,
            workplace_id=choice.terms.seat.id if choice.terms.seat else None,
            start=start,
            end=end,
            busy_until=end + choice.terms.rest * MINUTE,
            price=choice.terms.price,
            reason=choice.reason,
            specialist_name=self.catalogue.name_of(service_id, choice.candidate.person.id),
        )

    def free_starts(self, question: Question, candidate: Candidate) -> list[Minute]:
        """The engine's answer, asked once for all services of the same length at the same workplaces."""
        terms = tuple((terms.seat.id if terms.seat else None, terms.length, terms.rest) for terms in candidate.terms)
        key = (question.waived, candidate.person.id, candidate.is_active, terms)
        if key not in self.memory:
            self.memory[key] = free_starts(question, candidate)
        return self.memory[key]

    def candidates(self, service_id: int, specialist_id: int | None = None) -> list[Candidate]:
        """Who performs the service here, in the salon's order, each with his terms at every fit workplace."""
        return [
            Candidate(
                person=self.people[offer.specialist_id],
                terms=tuple(self.terms(offer)),
                is_active=offer.is_active and offer.specialist.is_active and offer.service.is_active,
            )
            for offer in self.catalogue.offers.get(service_id, ())
            if offer.specialist_id in self.people and specialist_id in (None, offer.specialist_id)
        ]

    def terms(self, offer: ServiceSpecialist) -> Iterator[Terms]:
        """The catalogue's terms with what occupies each workplace; the kept ones with the specialist who gave them."""
        kept = self.kept if self.kept and self.kept.specialist_id == offer.specialist_id else None
        for terms in self.catalogue.terms(offer):
            seat = self.seats[terms.seat.id] if terms.seat else None
            numbers = kept or terms
            yield Terms(seat, numbers.length, numbers.rest, numbers.price)


def read_calendar(
    catalogue: Catalogue,
    first: date,
    last: date,
    *,
    ignore_browser: str = "",
    kept: Kept | None = None,
    released: frozenset[int] = frozenset(),
) -> Calendar:
    """Everything that decides about ``first`` to ``last``: three statements more, however many people and days, or one
    when Redis remembers them.

    Holds of ``ignore_browser``, the ``kept`` appointment and those about to be ``released`` are not in the way of their
    owner; overdue holds are in nobody's, but stay in ``busy`` for whoever writes and must expire them.
    """
    location, zone = catalogue.location, catalogue.location.zone
    facts = facts_of(catalogue, first, last)
    in_the_way = [
        row for row in facts.busy if row.id not in released and not is_ignored(row, catalogue.now, ignore_browser, kept)
    ]
    visits_of, visits_at = by_resource(in_the_way)
    return Calendar(
        catalogue=catalogue,
        first=first,
        last=last,
        place=Place(
            openings=tuple(openings(zone, catalogue.hours, facts.special_days, first, last)),
            capacity=location.capacity,
            presence=tuple(presence_in(location, in_the_way)),
            is_active=location.is_active and location.company.is_active,
        ),
        people={
            pk: Person(pk, shifts_of(zone, hours, facts.absences[pk], first, last), tuple(visits_of[pk]))
            for pk, hours in catalogue.shifts.items()
        },
        seats={pk: Seat(pk, tuple(visits_at[pk])) for pk in catalogue.workplace_ids},
        special_days=facts.special_days,
        absences=facts.absences,
        busy=tuple(facts.busy),
        kept=kept,
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
