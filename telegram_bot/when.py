"""The day of a visit; days and times as buttons: how clients, those who move a visit and the desk choose when
(experience §3.4)."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from zoneinfo import ZoneInfo

from booking import wording
from booking.models import Appointment
from telegram_bot.buttons import in_rows
from telegram_bot.dress import rows_of
from telegram_bot.values import Button, Row

DAYS_ACROSS, TIMES_ACROSS = 3, 4
MOST_TIMES = 20
"""Above this a day is shown by its parts."""


def local_day(visit: Appointment) -> date:
    """By the clock of its location."""
    return visit.start_time.astimezone(visit.location.zone).date()


def day_rows(days: Mapping[date, list[datetime]], data_of: Callable[[date], str]) -> tuple[Row, ...]:
    """вт 28 · 6: each day, and how many times it has."""
    buttons = [
        Button(f"{wording.weekday(day)} {day.day} · {len(moments)}", data_of(day)) for day, moments in days.items()
    ]
    return in_rows(buttons, DAYS_ACROSS)


def time_rows(
    moments: list[datetime],
    zone: ZoneInfo,
    page: int,
    *,
    data_of: Callable[[datetime], str],
    data_of_part: Callable[[int], str],
) -> tuple[Row, ...]:
    """All times of a day; of a full day one part, ``page`` says which, below the names of all of them."""
    parts = wording.by_part_of_day(moments, zone) if len(moments) > MOST_TIMES else []
    chosen = min(page, len(parts) - 1)
    tabs = tuple(
        Button(("• " if number == chosen else "") + name, data_of_part(number))
        for number, (name, _moments) in enumerate(parts)
    )
    shown = parts[chosen][1] if parts else moments
    times = [Button(wording.clock(moment, zone), data_of(moment)) for moment in shown]
    return rows_of(tabs, *in_rows(times, TIMES_ACROSS))
