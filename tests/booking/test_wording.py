"""How moments, lengths and money are said."""

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation

from accounts.wording import money
from booking import wording

MOSCOW = ZoneInfo("Europe/Moscow")
BERLIN = ZoneInfo("Europe/Berlin")
TODAY = date(2026, 11, 20)


def plain(text: str) -> str:
    return text.replace(wording.NBSP, " ")


@pytest.mark.parametrize(
    ("language", "day", "said"),
    [
        ("ru", TODAY, "сегодня"),
        ("ru", date(2026, 11, 21), "завтра"),
        ("ru", date(2026, 11, 26), "чт"),
        ("ru", date(2026, 11, 27), "пт 27 ноя"),
        ("ru", date(2026, 11, 19), "чт 19 ноя"),
        ("en", TODAY, "today"),
        ("en", date(2026, 11, 27), "Fri 27 Nov"),
    ],
)
def test_a_day_is_said_as_near_as_it_is(language, day, said):
    with translation.override(language):
        assert plain(wording.spoken_day(day, TODAY)) == said


@pytest.mark.parametrize(("language", "said"), [("ru", "вт 28 января, 18:30"), ("en", "Tue 28 January, 6:30 pm")])
def test_a_moment_is_said_exactly_in_the_location_s_zone(language, said):
    moment = datetime(2025, 1, 28, 15, 30, tzinfo=UTC)

    with translation.override(language):
        assert plain(wording.exact(moment, MOSCOW)) == said


def test_the_hour_that_autumn_shows_twice_is_said_with_its_offset():
    first, second = (datetime(2026, 10, 25, hour, 30, tzinfo=UTC) for hour in (0, 1))

    with translation.override("ru"):
        said = [wording.clock(moment, BERLIN) for moment in (first, second)]

    assert said == ["02:30 (UTC+2)", "02:30 (UTC+1)"]


@pytest.mark.parametrize(
    ("language", "amount", "said"),
    [("ru", "2500", "2 500 ₽"), ("en", "2500", "2,500 ₽"), ("ru", "2500.50", "2 500,50 ₽"), ("en", "0", "0 ₽")],
)
def test_money_is_grouped_and_has_kopecks_only_when_there_are_any(language, amount, said):
    with translation.override(language):
        assert plain(money(Decimal(amount), "RUB")) == said


@pytest.mark.parametrize(
    ("language", "minutes", "said"),
    [
        ("ru", 30, "30 мин"),
        ("ru", 60, "60 мин"),
        ("ru", 90, "1 ч 30 мин"),
        ("ru", 120, "2 ч"),
        ("en", 90, "1 h 30 min"),
    ],
)
def test_a_length_is_said_in_hours_from_an_hour_on(language, minutes, said):
    with translation.override(language):
        assert plain(wording.length(minutes)) == said


@pytest.mark.parametrize(("count", "said"), [(1, "1 окно"), (3, "3 окна"), (11, "11 окон"), (21, "21 окно")])
def test_times_are_counted_in_russian(count, said):
    with translation.override("ru"):
        assert wording.times_count(count) == said
