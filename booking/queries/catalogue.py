"""What of a location does not depend on the date: who does what there, at which terms, on which weekly hours."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import cached_property
from itertools import chain
from typing import TypeVar

from django.db import connection

from booking.availability import Hours, Seat, Terms
from booking.queries.memory import Memory
from catalog.models import Location, LocationSchedule, ServiceSpecialist, SpecialistSchedule, WorkplaceService

Given = TypeVar("Given")


@dataclass(frozen=True)
class Rows:
    """A location's catalogue as it stands in one version of its company."""

    offers: dict[int, list[ServiceSpecialist]]
    seat_offers: dict[int, list[WorkplaceService]]
    hours: list[Hours]
    shifts: dict[int, list[Hours]]

    @cached_property
    def longest(self) -> int:
        """Minutes that a visit can occupy here at most, its break included."""
        skills = [skill for some in self.offers.values() for skill in some]
        places = chain.from_iterable(self.seat_offers.values())
        rows = [*skills, *(skill.service for skill in skills), *places]
        return greatest(rows, "custom_duration", "duration_min") + greatest(rows, "custom_break", "break_min")


CATALOGUES: Memory[tuple[int, int, int], Rows] = Memory(capacity=64)
"""Catalogues this process has read, by location, company and its version."""


@dataclass(frozen=True)
class Catalogue:
    """What of a location does not depend on the date, and the database's clock when it was read.

    ``longest`` is minutes: no visit occupies more, its break included.
    """

    location: Location
    now: datetime
    offers: dict[int, list[ServiceSpecialist]]
    seat_offers: dict[int, list[WorkplaceService]]
    hours: list[Hours]
    shifts: dict[int, list[Hours]]
    longest: int

    def of_services(self, service_ids: Collection[int]) -> "Catalogue":
        """Of some services alone, and of those who perform them."""
        offers = {pk: skills for pk, skills in self.offers.items() if pk in service_ids}
        people = {skill.specialist_id for skills in offers.values() for skill in skills}
        return replace(
            self,
            offers=offers,
            seat_offers={pk: places for pk, places in self.seat_offers.items() if pk in service_ids},
            shifts={pk: hours for pk, hours in self.shifts.items() if pk in people},
        )

    def narrowed_to(self, specialist_id: int | None) -> "Catalogue":
        """Of one specialist alone: whoever asks for him pays for him, not for his colleagues. None: of all."""
        if specialist_id is None:
            return self
        offers = {pk: [o for o in rows if o.specialist_id == specialist_id] for pk, rows in self.offers.items()}
        shifts = {pk: hours for pk, hours in self.shifts.items() if pk == specialist_id}
        return replace(self, offers=offers, shifts=shifts)

    @property
    def workplace_ids(self) -> set[int]:
        return {offer.workplace_id for rows in self.seat_offers.values() for offer in rows}

    @property
    def today(self) -> date:
        return today_in(self.location)

    @property
    def last_day(self) -> date:
        """The last local day that clients may book: the horizon."""
        return last_day_in(self.location)

    def name_of(self, service_id: int, specialist_id: int) -> str:
        return next(o.specialist.name for o in self.offers[service_id] if o.specialist_id == specialist_id)

    def terms(self, offer: ServiceSpecialist) -> Iterator[Terms]:
        """Price, duration and break at every fit workplace; they resolve specialist → workplace → service."""
        service = offer.service
        places = self.seat_offers.get(offer.service_id)
        if not places:
            yield Terms(
                seat=None,
                length=first_given(offer.custom_duration, service.duration_min),
                rest=first_given(offer.custom_break, service.break_min),
                price=first_given(offer.custom_price, service.price),
            )
            return
        for place in places:
            yield Terms(
                seat=Seat(place.workplace_id),
                length=first_given(offer.custom_duration, place.duration_min, service.duration_min),
                rest=first_given(offer.custom_break, place.break_min, service.break_min),
                price=first_given(offer.custom_price, place.price, service.price),
            )


def today_in(location: Location) -> date:
    """By its own clock; ``location`` comes from ``located``."""
    now: datetime = location.now  # type: ignore[attr-defined]  # see located()
    return now.astimezone(location.zone).date()


def last_day_in(location: Location) -> date:
    """The last local day that clients may book; ``location`` comes from ``located``."""
    now: datetime = location.now  # type: ignore[attr-defined]  # see located()
    return (now + timedelta(days=location.company.horizon)).astimezone(location.zone).date()


def read_catalogue(location: Location, service_ids: Collection[int] | None = None) -> Catalogue:
    """The catalogue of ``location``, of some services or of all.

    Four statements, or none when this process knows this version of the company: the database raises the version with
    every change (``accounts.triggers``). ``location`` comes from ``located``.
    """
    rows = rows_of(location)
    whole = Catalogue(
        location=location,
        now=location.now,  # type: ignore[attr-defined]  # see located()
        offers=rows.offers,
        seat_offers=rows.seat_offers,
        hours=rows.hours,
        shifts=rows.shifts,
        longest=rows.longest,
    )
    return whole.of_services(rows.offers if service_ids is None else service_ids)


def rows_of(location: Location) -> Rows:
    """Remembered or read. Inside a transaction nothing is kept: it and its version may still be rolled back."""
    key = (location.pk, location.company_id, location.company.calendar_version)
    rows = CATALOGUES.recall(key)
    if rows is None:
        rows = Rows(read_offers(location), read_seat_offers(location), read_hours(location), read_shifts(location))
        if not connection.in_atomic_block:
            CATALOGUES.keep(key, rows)
    return rows


def read_offers(location: Location) -> dict[int, list[ServiceSpecialist]]:
    """Skills of those who work in the location, by service; the inactive too, for they explain a refusal."""
    working_here = SpecialistSchedule.objects.filter(location=location).values("specialist")
    rows = ServiceSpecialist.objects.filter(
        service__company_id=location.company_id,
        specialist__company_id=location.company_id,
        specialist__in=working_here,
    )
    result: dict[int, list[ServiceSpecialist]] = defaultdict(list)
    for offer in rows.select_related("service", "specialist").order_by("specialist__position", "specialist_id"):
        result[offer.service_id].append(offer)
    return result


def read_seat_offers(location: Location) -> dict[int, list[WorkplaceService]]:
    rows = WorkplaceService.objects.filter(is_active=True, workplace__location=location, workplace__is_active=True)
    result: dict[int, list[WorkplaceService]] = defaultdict(list)
    for offer in rows.order_by("workplace__position", "workplace_id"):
        result[offer.service_id].append(offer)
    return result


def read_hours(location: Location) -> list[Hours]:
    return [weekly(row) for row in LocationSchedule.objects.filter(location=location)]


def read_shifts(location: Location) -> dict[int, list[Hours]]:
    """Shifts in this location of those who work in it at all."""
    result: dict[int, list[Hours]] = defaultdict(list)
    for row in SpecialistSchedule.objects.filter(location=location):
        result[row.specialist_id].append(weekly(row, row.workplace_id))
    return result


def weekly(row: LocationSchedule | SpecialistSchedule, workplace_id: int | None = None) -> Hours:
    return Hours(
        weekday=row.day_of_week,
        start=minutes_after_midnight(row.start_time) or 0,
        end=minutes_after_midnight(row.end_time) or 0,
        is_day_off=row.is_day_off,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        workplace_id=workplace_id,
    )


def minutes_after_midnight(wall: time | None) -> int | None:
    return None if wall is None else wall.hour * 60 + wall.minute


def greatest(rows: Iterable[object], *columns: str) -> int:
    return max((getattr(row, column, None) or 0 for row in rows for column in columns), default=0)


def first_given(*values: Given | None) -> Given:
    for value in values:
        if value is not None:
            return value
    raise ValueError
