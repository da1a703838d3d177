"""Read the pages clients see: the list of services with their next times, and one service's day strip."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db.models import Exists, Q, QuerySet

from accounts.models import Company
from accounts.values import WEB_GUEST
from booking.models import COMING, Appointment
from booking.queries.calendars import read_calendar
from booking.queries.catalogue import Catalogue, read_catalogue
from booking.queries.slots import Openings, Wish, next_times, openings_of
from booking.queries.visits import visits_known_here
from booking.values import Kept
from catalog.models import Location, Service, ServiceSpecialist, Specialist

STRIP_DAYS = 14


@dataclass(frozen=True)
class ServiceCard:
    """A service as a client meets it: what it costs and takes at least, who performs it, when it can be had next."""

    service: Service
    price_from: Decimal
    price_varies: bool
    minutes_from: int
    minutes_vary: bool
    specialists: list[Specialist]
    next_times: list[datetime] = field(default_factory=list)


@dataclass(frozen=True)
class Storefront:
    """A location's home page."""

    catalogue: Catalogue
    cards: list[ServiceCard]
    upcoming: Appointment | None
    repeat: Appointment | None
    repeat_times: list[datetime]

    @property
    def location(self) -> Location:
        return self.catalogue.location


def locations_on(host: str) -> list[Location]:
    """Every location a visitor of ``host`` may book, grouped by company: one statement.

    A host that is a company's own shows that company only (domain §1).
    """
    rows = Location.objects.visible_to(WEB_GUEST).filter(belongs_to(host)).select_related("company")
    return list(rows.order_by("company__name", "company_id", "position", "name"))


def location_with(host: str, service_id: int, specialist_id: int | None = None) -> Location | None:
    """The first location a visitor of ``host`` may book where somebody, or this specialist, performs the service."""
    return places_with(service_id, specialist_id).filter(belongs_to(host)).first()


def places_with(service_id: int, specialist_id: int | None = None) -> QuerySet[Location]:
    """Where anybody may book the service because somebody, or this specialist, performs it there."""
    who = Specialist.objects.visible_to(WEB_GUEST).filter(offers__service=service_id, offers__is_active=True)
    who = who.filter(offers__service__is_active=True, **{"pk": specialist_id} if specialist_id else {})
    rows = Location.objects.visible_to(WEB_GUEST).filter(specialist_schedules__specialist__in=who)
    return rows.distinct().order_by("position", "name", "pk")


def belongs_to(host: str) -> Q:
    """Rows of the company whose own ``host`` this is, or of any company when it is nobody's."""
    return Q(company__host=host) | ~Q(Exists(Company.objects.filter(host=host, is_active=True)))


def storefront(location: Location, browser_key: str = "", client_id: int | None = None) -> Storefront:
    """The services of a location with their next times, and the visits of this browser or client: at most thirteen
    statements, however many services."""
    catalogue = read_catalogue(location)
    cards = list(service_cards(catalogue))
    visits = visits_known_here(location, browser_key, client_id)
    repeat = next((visit for visit in visits if is_offered(visit, cards)), None)
    wishes: list[Wish] = [(card.service.pk, None) for card in cards]
    again: list[Wish] = [(repeat.service_id, repeat.specialist_id)] if repeat else []
    times = next_times(catalogue, [*wishes, *again], browser_key)
    for card in cards:
        card.next_times.extend(times[card.service.pk, None])
    return Storefront(
        catalogue=catalogue,
        cards=cards,
        upcoming=next((visit for visit in reversed(visits) if is_coming(visit, catalogue.now)), None),
        repeat=repeat,
        repeat_times=times[again[0]] if again else [],
    )


def is_coming(visit: Appointment, now: datetime) -> bool:
    return visit.status in COMING and visit.end_time > now


def is_offered(visit: Appointment, cards: list[ServiceCard]) -> bool:
    """Whether the same service with the same specialist can still be had."""
    return any(
        card.service.pk == visit.service_id and visit.specialist_id in {who.pk for who in card.specialists}
        for card in cards
    )


def service_cards(catalogue: Catalogue) -> Iterator[ServiceCard]:
    """A card for each active service that somebody performs here, in the salon's order."""
    for offers in sorted(catalogue.offers.values(), key=lambda rows: (rows[0].service.position, rows[0].service.name)):
        performed = [offer for offer in offers if is_performed(offer, catalogue)]
        if performed:
            yield service_card(catalogue, performed)


def service_card(catalogue: Catalogue, offers: list[ServiceSpecialist]) -> ServiceCard:
    terms = [terms for offer in offers for terms in catalogue.terms(offer)]
    prices, lengths = {each.price for each in terms}, {each.length for each in terms}
    return ServiceCard(
        service=offers[0].service,
        price_from=min(prices),
        price_varies=len(prices) > 1,
        minutes_from=min(lengths),
        minutes_vary=len(lengths) > 1,
        specialists=[offer.specialist for offer in offers],
    )


def is_performed(offer: ServiceSpecialist, catalogue: Catalogue) -> bool:
    """Whether clients can be offered this skill here: all active, and the specialist has shifts in this location."""
    active = offer.is_active and offer.service.is_active and offer.specialist.is_active
    return active and offer.specialist_id in catalogue.shifts


@dataclass(frozen=True)
class DayStrip:
    """Fourteen days of one service: how many times each has, and the times of the chosen one."""

    card: ServiceCard
    openings: Openings
    first: date
    chosen: date | None
    days: dict[date, list[datetime]]
    next_day: date | None
    """The next day with room, when these fourteen have none."""

    @property
    def strip(self) -> list[tuple[date, int]]:
        return [(day, len(self.days.get(day, ()))) for day in days_from(self.first, STRIP_DAYS)]

    @property
    def times(self) -> list[datetime]:
        return self.days.get(self.chosen, []) if self.chosen else []

    @property
    def last_day(self) -> date:
        """The last day that can be booked."""
        return self.openings.calendar.catalogue.last_day

    @property
    def nearest(self) -> date | None:
        """The next day with room after the chosen one, or else the first of all."""
        after = (day for day in self.days if self.chosen is None or day > self.chosen)
        return next(after, self.next_day or next(iter(self.days), None))

    @property
    def earlier(self) -> date | None:
        """Where the previous fourteen days begin."""
        today = self.openings.calendar.catalogue.today
        return max(today, self.first - timedelta(days=STRIP_DAYS)) if self.first > today else None

    @property
    def later(self) -> date | None:
        following = self.first + timedelta(days=STRIP_DAYS)
        return following if following <= self.openings.calendar.catalogue.last_day else None


def day_strip(
    location: Location,
    service_id: int,
    *,
    wanted: date | None = None,
    specialist_id: int | None = None,
    browser_key: str = "",
    kept: Kept | None = None,
) -> DayStrip | None:
    """The strip that shows ``wanted``, or the first day with room: twelve statements at most. None: nobody performs it.

    ``location`` comes from ``location_on`` or ``located``.
    """
    catalogue = read_catalogue(location, [service_id])
    card = next(service_cards(catalogue), None)
    if card is None:
        return None
    wanted = min(max(wanted, catalogue.today), catalogue.last_day) if wanted else None
    first = beginning_of_strip(catalogue.today, wanted)
    last = min(first + timedelta(days=STRIP_DAYS - 1), catalogue.last_day)
    catalogue = catalogue.narrowed_to(specialist_id)
    calendar = read_calendar(catalogue, first, last, ignore_browser=browser_key, kept=kept)
    openings = openings_of(calendar, service_id, specialist_id)
    days = openings.by_day()
    chosen = wanted or next(iter(days), None)
    next_day = None
    if not days and last < catalogue.last_day:
        further = read_calendar(
            catalogue, last + timedelta(days=1), catalogue.last_day, ignore_browser=browser_key, kept=kept
        )
        next_day = next(iter(openings_of(further, service_id, specialist_id).by_day()), None)
    return DayStrip(card, openings, first, chosen, days, next_day)


def beginning_of_strip(today: date, wanted: date | None) -> date:
    """Strips begin every fourteen days from today, so that paging there and back shows the same days."""
    if wanted is None:
        return today
    return today + timedelta(days=(wanted - today).days // STRIP_DAYS * STRIP_DAYS)


def days_from(first: date, count: int) -> list[date]:
    return [first + timedelta(days=number) for number in range(count)]
