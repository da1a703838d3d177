"""Small salons for tests: what is not said is sensible, and every row belongs to the same company."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import count
from zoneinfo import ZoneInfo

from accounts.models import Client, Company, User
from accounts.values import Actor, Channel, Role
from booking.commands import confirm_appointment, hold_slot
from booking.models import Appointment
from booking.queries.visits import database_time
from booking.values import Contact, Slot
from catalog.models import (
    Location,
    LocationSchedule,
    Service,
    ServiceSpecialist,
    Specialist,
    SpecialistSchedule,
    Workplace,
    WorkplaceService,
)

numbers = count(1)
MOSCOW = ZoneInfo("Europe/Moscow")
WEB = Actor(role=Role.CLIENT, channel=Channel.WEB)
NINE, TWENTY = time(9), time(20)


def make_company(**fields) -> Company:
    number = next(numbers)
    return Company.objects.create(
        **{"name": f"Company {number}", "slug": f"company-{number}", "min_notice_minutes": 0} | fields
    )


def make_location(company: Company | None = None, *, hours=(NINE, TWENTY), **fields) -> Location:
    """Open every day from nine to eight unless ``hours`` says otherwise; None: never."""
    number = next(numbers)
    location = Location.objects.create(
        company=company or make_company(), **{"name": f"Location {number}", "slug": f"location-{number}"} | fields
    )
    if hours:
        LocationSchedule.objects.bulk_create(
            LocationSchedule(location=location, day_of_week=day, start_time=hours[0], end_time=hours[1])
            for day in range(7)
        )
    return location


def make_service(company: Company, **fields) -> Service:
    defaults = {"name": f"Service {next(numbers)}", "duration_min": 60, "break_min": 0, "price": Decimal(1000)}
    return Service.objects.create(company=company, **defaults | fields)


def make_specialist(
    location: Location, *services: Service, hours=(NINE, TWENTY), workplace=None, **fields
) -> Specialist:
    """Works every day in ``location`` and performs ``services``."""
    specialist = Specialist.objects.create(company=location.company, **{"name": f"Specialist {next(numbers)}"} | fields)
    if hours:
        SpecialistSchedule.objects.bulk_create(
            SpecialistSchedule(
                specialist=specialist, location=location, workplace=workplace, day_of_week=day,
                start_time=hours[0], end_time=hours[1],
            )
            for day in range(7)
        )  # fmt: skip
    for service in services:
        ServiceSpecialist.objects.create(service=service, specialist=specialist)
    return specialist


def make_workplace(location: Location, *services: Service, **fields) -> Workplace:
    workplace = Workplace.objects.create(location=location, **{"name": f"Chair {next(numbers)}"} | fields)
    for service in services:
        WorkplaceService.objects.create(workplace=workplace, service=service)
    return workplace


def make_client(company: Company, **fields) -> Client:
    number = next(numbers)
    return Client.objects.create(company=company, **{"first_name": "Ivan", "phone": f"+7999{number:07}"} | fields)


def make_user(company: Company | None, role: Role = Role.ADMIN, **fields) -> User:
    return User.objects.create_user(f"user{next(numbers)}@example.com", "secret", company=company, role=role, **fields)


class Salon:
    """One location, one service, some specialists and workplaces; the smallest business that books."""

    def __init__(self, *, specialists: int = 1, chairs: int = 0, service: dict | None = None, **location) -> None:
        self.opened = database_time()
        self.location = make_location(**location)
        self.company = self.location.company
        self.service = make_service(self.company, **service or {})
        self.chairs = [make_workplace(self.location, self.service) for _ in range(chairs)]
        self.specialists = [make_specialist(self.location, self.service, position=n) for n in range(specialists)]

    @property
    def specialist(self) -> Specialist:
        return self.specialists[0]

    def at(self, hour: int = 10, minute: int = 0, days: int = 1) -> datetime:
        """That time of the location's wall clock, ``days`` from the day on which the test began: midnight may pass."""
        today = self.opened.astimezone(self.location.zone).date()
        return datetime.combine(today + timedelta(days=days), time(hour, minute), self.location.zone)

    def day(self, days: int = 1) -> date:
        return self.at(days=days).date()

    def slot(self, hour: int = 10, minute: int = 0, *, days: int = 1, specialist: Specialist | None = None) -> Slot:
        """With the only specialist, or with any when there are several and none is named."""
        chosen = specialist or (self.specialist if len(self.specialists) == 1 else None)
        return Slot(self.location.pk, self.service.pk, self.at(hour, minute, days), chosen and chosen.pk)

    def slot_from(self, moment: str, specialist: Specialist) -> Slot:
        """The slot behind a button of the page."""
        return Slot(self.location.pk, self.service.pk, datetime.fromisoformat(moment), specialist.pk)


def book(slot: Slot, actor: Actor = WEB, name: str = "Anna", phone: str = "+79990000001", **kwargs) -> Appointment:
    """A confirmed visit, by the road that clients take."""
    hold = hold_slot(slot, actor, **kwargs)
    return confirm_appointment(hold.pk, actor, Contact(first_name=name, phone=phone))
