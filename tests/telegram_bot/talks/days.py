"""The staff of ``World`` at their days: Vera, a specialist, and Olga at the desk."""

from datetime import date, datetime, time, timedelta

import pytest
from django.db.models import DateTimeField, Value
from django.utils import translation

from booking.models import Appointment, Status
from booking.wording import long_day, weekday
from catalog.models import Break
from tests.booking.rows import put
from tests.factories import MOSCOW
from tests.telegram_bot.desk import opens
from tests.telegram_bot.talks.world import OPERATOR, SPECIALIST, World, plain, year_if_another

BOTH = pytest.mark.parametrize("language", ["ru", "en"])


def visit(world: World, hour: int, minute: int = 0, *, days: int = 2, **fields) -> Appointment:
    start = world.at(hour, minute, days)
    end = start + timedelta(hours=1)
    return put(world, start_time=start, end_time=end, busy_until=end, **fields)


def full_day(world: World) -> list[Appointment]:
    Break.objects.create(
        specialist=world.specialist,
        date=world.day(2),
        start_time=time(13),
        end_time=time(13, 30),
        reason="<обед> & сон",
    )
    return [
        visit(world, 10, contact_name="Мария Алёхина"),
        visit(world, 11, 45, status=Status.ARRIVED),
        visit(world, 15, status=Status.COMPLETED, contact_name="Пётр"),
    ]


def vera(talker, language: str = "en"):
    return talker(SPECIALIST, "Vera", language)


def olga(talker, language: str = "en"):
    """At the desk, an operator."""
    return talker(OPERATOR, "Olga", language)


def shows(who, data: str):
    """As if what he sees had this button."""
    return opens(who, data)


def day_name(day: date, language: str) -> str:
    """As a heading."""
    name = day_in_words(day, language)
    return name[0].upper() + name[1:]


def day_in_words(day: date, language: str) -> str:
    with translation.override(language):
        return plain(f"{long_day(day)}{year_if_another(day, MOSCOW)}")


def on_button(day: date, language: str) -> str:
    with translation.override(language):
        return f"{weekday(day)} {day.day}"


def away(world: World, **fields) -> Break:
    return Break.objects.create(specialist=world.specialist, date=world.day(2), **fields)


def fixed(moment: datetime) -> Value:
    """In place of the database's clock."""
    return Value(moment, output_field=DateTimeField())
