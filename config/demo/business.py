"""What «Лён» is: plain values, nothing of the database."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from decimal import Decimal
from itertools import count

Interval = tuple[time, time]
Week = dict[int, list[Interval]]
"""Intervals by weekday, 0 = Monday; an absent day is free."""

MON, TUE, WED, THU, FRI, SAT, SUN = range(7)
STEM = "len"


def week(days: dict[tuple[int, ...], str]) -> Week:
    """``{(MON, TUE): "10:00-14:00 15:00-19:00"}`` as intervals of each weekday."""
    return {day: [interval(text) for text in hours.split()] for group, hours in days.items() for day in group}


def interval(text: str) -> Interval:
    start, end = text.split("-")
    return time.fromisoformat(start), time.fromisoformat(end)


@dataclass(frozen=True)
class ServiceOffered:
    name: str
    category: str
    minutes: int
    rest: int
    price: int
    description: str


@dataclass(frozen=True)
class Branch:
    """A location; ``workplaces`` maps each to the services it is fit for."""

    slug: str
    name: str
    zone: str
    hours: Week
    workplaces: dict[str, tuple[str, ...]]
    public_holidays: tuple[tuple[int, int, str], ...]
    address: str
    directions: str
    phone: str


@dataclass(frozen=True)
class Master:
    """A specialist; ``skills`` maps a service to his own price, None: the usual one."""

    name: str
    specialization: str
    branch: str
    workplace: str
    shifts: Week
    skills: dict[str, Decimal | None]
    days_off: tuple[int, ...] = field(default=())


CUT, BEARD, COLOUR, NAILS = "Стрижка", "Борода", "Окрашивание", "Маникюр"
SERVICES = (
    ServiceOffered(CUT, "Волосы и борода", 60, 10, 2500, "Консультация, мытьё головы, стрижка и укладка."),
    ServiceOffered(BEARD, "Волосы и борода", 30, 0, 1200, "Форма, контур, горячее полотенце."),
    ServiceOffered(COLOUR, "Волосы и борода", 120, 15, 6000, "Однотонное окрашивание безаммиачным красителем."),
    ServiceOffered(NAILS, "Ногти", 90, 0, 2000, "Комбинированный маникюр с покрытием."),
)
BRANCHES = (
    Branch(
        slug="centre",
        name="Центр",
        zone="Europe/Moscow",
        hours=week({(MON, TUE, WED, THU, FRI, SAT): "09:00-20:00"}),
        workplaces={"Кресло 1": (CUT, BEARD), "Кресло 2": (CUT, BEARD, COLOUR), "Кабинет": (COLOUR, NAILS)},
        public_holidays=(
            (1, 1, "Новый год"), (1, 7, "Рождество"), (2, 23, "День защитника Отечества"), (3, 8, "8 Марта"),
            (5, 1, "Праздник весны и труда"), (5, 9, "День Победы"), (6, 12, "День России"),
            (11, 4, "День народного единства"),
        ),
        address="Москва, ул. Льняная, 5",
        directions="Вход со двора, второй этаж",
        phone="+79990001001",
    ),
    Branch(
        slug="saburtalo",
        name="Сабуртало",
        zone="Asia/Tbilisi",
        hours=week({(TUE, WED, THU, FRI, SAT, SUN): "10:00-20:00"}),
        workplaces={"Кресло": (CUT, BEARD, COLOUR)},
        public_holidays=(
            (1, 1, "Новый год"), (1, 7, "Рождество"), (1, 19, "Крещение"), (3, 3, "День матери"), (3, 8, "8 Марта"),
            (4, 9, "День национального единства"), (5, 12, "День апостола Андрея"), (5, 26, "День независимости"),
            (8, 28, "Мариамоба"), (10, 14, "Светицховлоба"), (11, 23, "Гиоргоба"),
        ),
        address="Тбилиси, ул. Льна, 12",
        directions="Белая дверь рядом с пекарней",
        phone="+79990001002",
    ),
)  # fmt: skip
MASTERS = (
    Master(
        name="Анна",
        specialization="Мастер-универсал",
        branch="centre",
        workplace="Кресло 2",
        shifts=week({(TUE, WED, THU, FRI): "10:00-14:00 15:00-19:00", (SAT,): "10:00-15:00"}),
        skills={CUT: None, BEARD: None, COLOUR: None, NAILS: None},
        days_off=(MON,),
    ),
    Master(
        name="Борис",
        specialization="Барбер",
        branch="centre",
        workplace="Кресло 1",
        shifts=week({(MON, TUE, THU, FRI): "09:00-13:00 14:00-18:00", (SAT,): "12:00-20:00"}),
        skills={CUT: Decimal(2200), BEARD: None},
        days_off=(WED,),
    ),
    Master(
        name="Вера",
        specialization="Колорист, мастер маникюра",
        branch="centre",
        workplace="Кабинет",
        shifts=week({(MON, WED, THU): "11:00-15:30 16:00-20:00", (TUE, SAT): "09:00-14:00"}),
        skills={COLOUR: None, NAILS: None},
        days_off=(FRI,),
    ),
    Master(
        name="Нино",
        specialization="Парикмахер",
        branch="saburtalo",
        workplace="Кресло",
        shifts=week({(TUE, WED, THU, FRI, SAT): "10:30-14:30 15:30-19:30", (SUN,): "11:00-17:00"}),
        skills={CUT: None, BEARD: None, COLOUR: None},
        days_off=(MON,),
    ),
)


def next_day(after: date, weekday: int) -> date:
    """The first such weekday later than ``after``."""
    return next(day for day in days_after(after) if day.weekday() == weekday)


def next_public_holiday(branch: Branch, after: date) -> tuple[date, str]:
    names = {(month, day): name for month, day, name in branch.public_holidays}
    return next((day, names[day.month, day.day]) for day in days_after(after) if (day.month, day.day) in names)


def days_after(day: date) -> Iterator[date]:
    return (day + timedelta(days=number) for number in count(1))
