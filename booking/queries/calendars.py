"""Read everything the engine needs about one location and a range of days, in a fixed number of SQL statements."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import NamedTuple, TypeVar

from django.db.models import Q

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
    openings,
    shifts_of,
)
from booking.availability.wallclock import minute_at, minute_of
from booking.models import OCCUPYING, Appointment
from booking.queries.catalogue import Catalogue, minutes_after_midnight
from booking.values import FreeSlot, Kept
from catalog.models import (
    Break,
    Holiday,
    Location,
    ServiceSpecialist,
)

MINUTE = timedelta(minutes=1)
Given = TypeVar("Given")
LONGEST_VISIT = timedelta(days=2, hours=2)
"""A visit and its break last at most a day each, and a spring day is shorter: who began earlier is gone. It lets the
index on the start serve."""


class BusyRow(NamedTuple):
    """An appointment that occupies time, or a hold that is overdue and only seems to."""

    id: int
    specialist_id: int
    workplace_id: int | None
    location_id: int
    start_time: datetime
    end_time: datetime
    busy_until: datetime
    expires_at: datetime | None
    browser_key: str

    def is_overdue(self, now: datetime) -> bool:
        return self.expires_at is not None and self.expires_at <= now

    def as_visit(self) -> Visit:
        return Visit(minute_of(self.start_time), round_up(self.end_time), round_up(self.busy_until))


def round_up(moment: datetime) -> Minute:
    minute = minute_of(moment)
    return minute if moment.second == moment.microsecond == 0 else minute + 1


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
            client_visits=tuple((minute_of(row.start_time), round_up(row.end_time)) for row in client_visits),
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
        """The catalogue's terms, with what occupies each workplace; the kept ones with the specialist they were given by."""
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
    """Everything that decides about ``first`` to ``last``: three statements more, however many people and days.

    Holds of ``ignore_browser``, the ``kept`` appointment and those about to be ``released`` are not in the way of their
    owner; overdue holds are in nobody's, but stay in ``busy`` for whoever writes and must expire them.
    """
    location, zone = catalogue.location, catalogue.location.zone
    workplace_ids = {offer.workplace_id for rows in catalogue.seat_offers.values() for offer in rows}
    special_days = read_special_days(location, first, last)
    absences = read_absences(catalogue.shifts, first, last)
    busy = read_busy(location, catalogue.shifts, workplace_ids, first, last)
    in_the_way = [
        row for row in busy if row.id not in released and not is_ignored(row, catalogue.now, ignore_browser, kept)
    ]
    visits_of, visits_at = by_resource(in_the_way)
    return Calendar(
        catalogue=catalogue,
        first=first,
        last=last,
        place=Place(
            openings=tuple(openings(zone, catalogue.hours, special_days, first, last)),
            capacity=location.capacity,
            presence=tuple(presence_in(location, in_the_way)),
            is_active=location.is_active and location.company.is_active,
        ),
        people={
            pk: Person(pk, shifts_of(zone, hours, absences[pk], first, last), tuple(visits_of[pk]))
            for pk, hours in catalogue.shifts.items()
        },
        seats={pk: Seat(pk, tuple(visits_at[pk])) for pk in workplace_ids},
        special_days=special_days,
        absences=absences,
        busy=tuple(busy),
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
                yield minute_of(row.start_time), round_up(row.end_time)


def read_special_days(location: Location, first: date, last: date) -> dict[date, SpecialDay]:
    a_day = timedelta(days=1)
    rows = Holiday.objects.filter(location=location, date__range=(first - a_day, last + 2 * a_day))
    return {
        row.date: SpecialDay(
            row.is_working,
            minutes_after_midnight(row.start_time),
            minutes_after_midnight(row.end_time),
            row.description,
        )
        for row in rows
    }


def read_absences(specialist_ids: Iterable[int], first: date, last: date) -> dict[int, list[Absence]]:
    a_day = timedelta(days=1)
    begun = Q(date__lte=last + 2 * a_day)
    lasting = Q(date__gte=first - a_day) | Q(last_date__gte=first - a_day)
    result: dict[int, list[Absence]] = defaultdict(list)
    for row in Break.objects.filter(begun, lasting, specialist_id__in=specialist_ids):
        hours = minutes_after_midnight(row.start_time), minutes_after_midnight(row.end_time)
        result[row.specialist_id].append(Absence(row.date, row.last_date or row.date, *hours))
    return result


def read_busy(
    location: Location, specialist_ids: Iterable[int], workplace_ids: Iterable[int], first: date, last: date
) -> list[BusyRow]:
    """Whatever occupies these specialists (anywhere), these workplaces, or a location that counts heads."""
    zone = location.zone
    begin = datetime.combine(first, time(), zone) - LONGEST_VISIT
    end = datetime.combine(last + timedelta(days=1), time(), zone) + LONGEST_VISIT
    concerned = Q(specialist_id__in=specialist_ids)
    if workplace_ids:
        concerned |= Q(workplace_id__in=workplace_ids)
    if location.capacity is not None:
        concerned |= Q(location_id=location.pk)
    rows = Appointment.objects.filter(concerned, status__in=OCCUPYING, start_time__gte=begin, start_time__lt=end)
    return [BusyRow(*row) for row in rows.order_by().values_list(*BusyRow._fields)]
