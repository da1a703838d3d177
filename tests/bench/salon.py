"""The catalogue of the location that is measured: thirty services, twenty specialists or two hundred, and chairs.

Runs inside the application (``processes.Inside``). Numbers, not names, decide everything, so every run makes the same.
"""

from datetime import time
from decimal import Decimal

from accounts.models import Company
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
from tests.bench.shape import ON_A_CHAIR, SERVICES, WORKING_WEEK, day_off, skills_of, slug_of

SPECIALISTS_TO_A_CHAIR = 2.5
CATEGORIES = ("Волосы", "Ногти", "Лицо")
LENGTHS = (30, 60, 45, 60, 90)
RESTS = (0, 10, 0, 15, 5)
OPEN, CLOSE = time(9), time(21)
BEGIN, END = time(10), time(19)


def open_salon(specialists: int) -> None:
    """A company with one location and so many ``specialists``."""
    slug = slug_of(specialists)
    company = Company.objects.create(slug=slug, name=f"Салон на {specialists}", timezone="Europe/Moscow")
    location = Location.objects.create(
        company=company, slug=slug, name="Главный", address="Москва, ул. Длинная, 1", phone="+79990001003"
    )
    LocationSchedule.objects.bulk_create(
        LocationSchedule(location=location, day_of_week=day, start_time=OPEN, end_time=CLOSE) for day in WORKING_WEEK
    )
    services = write_services(company)
    write_chairs(location, services, round(specialists / SPECIALISTS_TO_A_CHAIR))
    write_specialists(location, services, specialists)


def write_services(company: Company) -> list[Service]:
    return Service.objects.bulk_create(
        Service(
            company=company,
            name=f"Услуга {number + 1}",
            category=CATEGORIES[number * len(CATEGORIES) // SERVICES],
            description="Консультация, сама услуга и совет на прощание: столько слов пишет обычный салон.",
            duration_min=LENGTHS[number % len(LENGTHS)],
            break_min=RESTS[number % len(RESTS)],
            price=Decimal(900 + 150 * number),
            position=number,
        )
        for number in range(SERVICES)
    )


def write_chairs(location: Location, services: list[Service], count: int) -> None:
    chairs = Workplace.objects.bulk_create(
        Workplace(location=location, name=f"Кресло {number + 1}", type="Кресло", position=number)
        for number in range(count)
    )
    WorkplaceService.objects.bulk_create(
        WorkplaceService(workplace=chair, service=services[number]) for chair in chairs for number in ON_A_CHAIR
    )


def write_specialists(location: Location, services: list[Service], count: int) -> None:
    people = Specialist.objects.bulk_create(
        Specialist(company=location.company, name=f"Мастер {number + 1}", specialization="Мастер", position=number)
        for number in range(count)
    )
    SpecialistSchedule.objects.bulk_create(
        SpecialistSchedule(specialist=who, location=location, day_of_week=day, start_time=BEGIN, end_time=END)
        for number, who in enumerate(people)
        for day in WORKING_WEEK
        if day != day_off(number)
    )
    ServiceSpecialist.objects.bulk_create(
        ServiceSpecialist(specialist=who, service=services[skill])
        for number, who in enumerate(people)
        for skill in skills_of(number)
    )
