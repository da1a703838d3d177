"""A specialist's day and week (experience §3.5)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext as _

from accounts.errors import NotAllowed
from accounts.values import Role
from booking import wording
from booking.models import COMING, Status
from booking.queries.columns import Column, DaySheet, Line, PlaceDay
from booking.queries.day_sheets import day_sheet, day_sheets
from telegram_bot.buttons import home_button, home_row, in_rows, page_row
from telegram_bot.callbacks import AS_CLIENT, BREAK, MY_DAY, MY_DAY_PAGE, MY_TODAY, MY_VISIT, MY_WEEK
from telegram_bot.columns import my_column, require_near
from telegram_bot.dress import rows_of
from telegram_bot.flows.staff_card import visit_button
from telegram_bot.routes import command, home_of, press
from telegram_bot.screens import text_of
from telegram_bot.staff_wording import (
    button_day,
    day_name,
    hours,
    line_in_words,
    off_in_short,
    off_in_words,
    visits_count,
)
from telegram_bot.talk import Talk
from telegram_bot.values import Button, Reply, Row, Screen
from telegram_bot.wording import short

A_DAY, A_WEEK = timedelta(days=1), timedelta(days=7)
A_PAGE = 8
"""Visits (experience §3.1)."""
WEEK_ACROSS = 4

Placed = tuple[PlaceDay, Line]


@dataclass(frozen=True, slots=True)
class Block:
    """What is said of one location; ``name`` only where there are several."""

    name: str
    shift: str
    lines: list[str]


@home_of(Role.SPECIALIST)
@command("day", Role.SPECIALIST)
@press(MY_TODAY)
def my_today(talk: Talk) -> Reply:
    """Whoever has a role but no column of his own, or has it no longer, is told whom to ask."""
    try:
        column = my_column(talk)
    except NotAllowed:
        return Reply(Screen(text_of("specialist/nobody"), (as_client_row(), home_row())))
    return Reply(day_screen(talk, column, column.today))


@press(MY_DAY)
def my_day(talk: Talk, *, day: date) -> Reply:
    column = my_column(talk)
    require_near(day, column.today)
    return Reply(day_screen(talk, column, day))


@press(MY_DAY_PAGE)
def my_day_page(talk: Talk, *, day: date, page: int) -> Reply:
    column = my_column(talk)
    require_near(day, column.today)
    return Reply(day_screen(talk, column, day, page))


def day_screen(talk: Talk, column: Column, day: date, page: int | None = None) -> Screen:
    """Six statements, however full the day is. Of a long day the page that it is time for."""
    sheet = day_sheet(column, talk.staff, day)
    pages = pages_of(sheet)
    number = page_of_now(pages, column) if page is None else min(page, len(pages) - 1)
    shown = pages[number]
    text = text_of(
        "specialist/day",
        day=day_name(day, column.today),
        count=visits_count(len(sheet.visits)) if sheet.visits else "",
        minutes=sheet.booked_minutes,
        off=off_in_words(sheet.off) if sheet.off else "",
        is_empty=not sheet.visits and not sheet.off,
        blocks=list(blocks_of(sheet, shown, is_first=number == 0)),
    )
    visits = [line.visit for _place, line in shown if line.visit and line.visit.status != Status.HOLD]
    buttons = [visit_button(visit, MY_VISIT) for visit in visits]
    more = page_row(number, number + 1 < len(pages), lambda other: MY_DAY_PAGE(day=day, page=other))
    return Screen(text, rows_of(*in_rows(buttons), more, *further_rows(day, column.today)))


def further_rows(day: date, today: date) -> tuple[Row, ...]:
    """To other days, to a break while it can still be taken, and to himself as a client."""
    is_today = day == today
    around = (
        Button(f"◀ {button_day(day - A_DAY)}", MY_DAY(day=day - A_DAY)),
        *(() if is_today else (Button(_("Today"), MY_TODAY()),)),
        Button(f"{button_day(day + A_DAY)} ▶", MY_DAY(day=day + A_DAY)),
    )
    take_break = (Button("☕ " + _("Break"), BREAK(day=day)),) if day >= today else ()
    week = Button("📅 " + _("Week"), MY_WEEK(day=day))
    return rows_of(around, (*take_break, week, home_button()), as_client_row() if is_today else None)


def as_client_row() -> Row:
    return (Button("👤 " + _("As a client"), AS_CLIENT()),)


def pages_of(sheet: DaySheet) -> list[list[Placed]]:
    """The lines of the day, so many visits a page; what is between two visits is on the page of the later one."""
    lines = [(place, line) for place in sheet.places for line in place.lines]
    last = max(len([line for _place, line in lines if line.visit]) - 1, 0) // A_PAGE
    pages: list[list[Placed]] = [[] for _number in range(last + 1)]
    visits = 0
    for place, line in lines:
        pages[min(visits // A_PAGE, last)].append((place, line))
        visits += line.visit is not None
    return pages


def page_of_now(pages: list[list[Placed]], column: Column) -> int:
    """The first with a visit that is not over yet; of a day that is over the first."""
    for number, lines in enumerate(pages):
        visits = (line.visit for _place, line in lines)
        if any(visit and visit.status in COMING and visit.end_time > column.now for visit in visits):
            return number
    return 0


def blocks_of(sheet: DaySheet, shown: Iterable[Placed], *, is_first: bool) -> Iterator[Block]:
    lines: dict[int, list[str]] = {}
    for place, line in shown:
        lines.setdefault(place.location.pk, []).append(line_in_words(line, place.location.zone))
    for place in sheet.places:
        location = place.location
        if location.pk in lines or (is_first and not place.lines):
            name = short(location.name) if len(sheet.places) > 1 else ""
            yield Block(name, hours(place.working, location.zone), lines.get(location.pk, []))


@press(MY_WEEK)
def my_week(talk: Talk, *, day: date) -> Reply:
    """From Monday on: how many come on each day, and how much is still free."""
    column = my_column(talk)
    require_near(day, column.today)
    monday = day - timedelta(days=day.weekday())
    sheets = day_sheets(column, talk.staff, monday, monday + A_WEEK - A_DAY)
    text = text_of(
        "specialist/week",
        first=monday,
        last=monday + A_WEEK - A_DAY,
        days=[(day_name(sheet.day, column.today), in_short(sheet)) for sheet in sheets],
    )
    return Reply(Screen(text, (*in_rows([week_button(sheet) for sheet in sheets], WEEK_ACROSS), *week_rows(monday))))


def in_short(sheet: DaySheet) -> str:
    """5 визитов · свободно 2 ч 15 мин; or why he is not there."""
    free = _("%(length)s free") % {"length": wording.length(sheet.free_minutes)} if sheet.free_minutes else ""
    off = off_in_short(sheet.off) if sheet.off else ""
    count = visits_count(len(sheet.visits)) if sheet.visits or not off else ""
    return " · ".join(filter(None, (count, off, free)))


def week_button(sheet: DaySheet) -> Button:
    count = f" · {len(sheet.visits)}" if sheet.visits else ""
    return Button(button_day(sheet.day) + count, MY_DAY(day=sheet.day))


def week_rows(monday: date) -> tuple[Row, ...]:
    return (
        (
            Button(f"◀ {button_day(monday - A_WEEK)}", MY_WEEK(day=monday - A_WEEK)),
            Button(_("Today"), MY_TODAY()),
            Button(f"{button_day(monday + A_WEEK)} ▶", MY_WEEK(day=monday + A_WEEK)),
        ),
        home_row(),
    )
