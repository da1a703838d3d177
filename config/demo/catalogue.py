"""Write «Лён» into the database: what can be booked, by whom and when."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from accounts.models import Company
from catalog.models import (
    Break,
    Holiday,
    Location,
    LocationSchedule,
    Service,
    ServiceSpecialist,
    Specialist,
    SpecialistSchedule,
    Workplace,
    WorkplaceService,
)
from config.demo.business import (
    BRANCHES,
    FRI,
    MASTERS,
    SERVICES,
    STEM,
    WED,
    Branch,
    Master,
    next_day,
    next_public_holiday,
)
from config.demo.people import write_clients

WEEK = timedelta(days=7)


def write_business(now: datetime, suffix: str = "") -> Company:
    """The whole catalogue and its clients, as it looks at ``now``; ``suffix`` tells one copy from another."""
    company = Company.objects.create(
        slug=f"{STEM}{suffix}",
        name=f"Лён{suffix.replace('-', ' ')}",
        currency="RUB",
        language="ru",
        timezone="Europe/Moscow",
        late_fee_percent=20,
    )
    services = write_services(company)
    locations = {
        branch.slug: write_branch(company, branch, services, position, suffix)
        for position, branch in enumerate(BRANCHES)
    }
    for position, master in enumerate(MASTERS):
        write_master(locations[master.branch], master, services, position)
    for branch in BRANCHES:
        write_special_days(locations[branch.slug], branch, now.astimezone(ZoneInfo(branch.zone)).date())
    write_absences(company, now.astimezone(company.zone).date())
    write_clients(company)
    return company


def write_services(company: Company) -> dict[str, Service]:
    rows = Service.objects.bulk_create(
        Service(
            company=company, name=offered.name, category=offered.category, description=offered.description,
            duration_min=offered.minutes, break_min=offered.rest, price=offered.price, position=position,
        )
        for position, offered in enumerate(SERVICES)
    )  # fmt: skip
    return {service.name: service for service in rows}


def write_branch(
    company: Company, branch: Branch, services: dict[str, Service], position: int, suffix: str
) -> Location:
    location = Location.objects.create(
        company=company, slug=f"{branch.slug}{suffix}", name=branch.name, timezone=branch.zone, position=position,
        address=branch.address, directions=branch.directions, phone=branch.phone,
    )  # fmt: skip
    LocationSchedule.objects.bulk_create(
        LocationSchedule(location=location, day_of_week=day, start_time=start, end_time=end)
        for day, hours in branch.hours.items()
        for start, end in hours
    )
    for place, (name, fit_for) in enumerate(branch.workplaces.items()):
        kind = "Кабинет" if name.startswith("Кабинет") else "Кресло"
        workplace = Workplace.objects.create(location=location, name=name, type=kind, position=place)
        WorkplaceService.objects.bulk_create(
            WorkplaceService(workplace=workplace, service=services[service]) for service in fit_for
        )
    return location


def write_master(location: Location, master: Master, services: dict[str, Service], position: int) -> None:
    specialist = Specialist.objects.create(
        company=location.company, name=master.name, specialization=master.specialization, position=position
    )
    ServiceSpecialist.objects.bulk_create(
        ServiceSpecialist(specialist=specialist, service=services[name], custom_price=price)
        for name, price in master.skills.items()
    )
    workplace = location.workplaces.get(name=master.workplace)
    shifts = [
        SpecialistSchedule(
            specialist=specialist,
            location=location,
            workplace=workplace,
            day_of_week=day,
            start_time=start,
            end_time=end,
        )
        for day, hours in master.shifts.items()
        for start, end in hours
    ]
    days_off = [
        SpecialistSchedule(specialist=specialist, location=location, day_of_week=day, is_day_off=True)
        for day in master.days_off
    ]
    SpecialistSchedule.objects.bulk_create(shifts + days_off)


def write_special_days(location: Location, branch: Branch, today: date) -> None:
    """The next public holiday closed; in the first branch also a day for cleaning and a short Friday."""
    holiday, name = next_public_holiday(branch, today)
    days = {holiday: Holiday(description=name)}
    if branch is BRANCHES[0]:
        days.setdefault(next_day(today + WEEK, WED), Holiday(description="Санитарный день"))
        short = Holiday(is_working=True, start_time=time(9), end_time=time(15), description="Короткий день")
        days.setdefault(next_day(today + WEEK, FRI), short)
    for day, row in days.items():
        row.location, row.date = location, day
    Holiday.objects.bulk_create(days.values())


def write_absences(company: Company, today: date) -> None:
    """A vacation ahead, an afternoon at the dentist's, a day of training."""
    by_name = {specialist.name: specialist for specialist in company.specialists.all()}
    vacation = next_day(today + 2 * WEEK, 0)
    Break.objects.bulk_create(
        [
            Break(specialist=by_name["Вера"], date=vacation, last_date=vacation + timedelta(days=9), reason="Отпуск"),
            Break(
                specialist=by_name["Борис"], date=next_day(today + timedelta(days=2), FRI),
                start_time=time(15), end_time=time(18), reason="Стоматолог",
            ),
            Break(specialist=by_name["Анна"], date=next_day(today + WEEK, 3), reason="Обучение"),
        ]
    )  # fmt: skip
