"""Whom Telegram introduces is asked to wait by himself, not by the address that many share."""

from types import SimpleNamespace

import pytest
from django.core.cache import cache

from accounts import rates
from tests.telegram_bot.mini_app.opening import ANNA, BORIS, Window
from tests.telegram_bot.mini_app.test_api import caller

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def two_a_day(settings, monkeypatch) -> None:
    """A day that does not end while a test runs."""
    settings.API_BOOK_RATE = "2/day"
    monkeypatch.setattr(rates, "time", SimpleNamespace(time=lambda: 1_790_000_000.0))
    cache.clear()


def tap(window: Window, salon, hour: int) -> int:
    return window.post(f"/{salon.location.slug}/{salon.service.pk}/", {"slot": salon.at(hour).isoformat()}).status_code


def test_each_is_counted_by_himself(salon):
    anna, boris, guest = Window(ANNA), Window(BORIS), Window(user=None)

    hers = [tap(anna, salon, hour) for hour in (10, 11, 12)]
    his = [tap(boris, salon, hour) for hour in (13, 14)]
    strangers = [tap(guest, salon, hour) for hour in (15, 16, 17)]

    assert (hers, his, strangers) == ([302, 302, 429], [302, 302], [302, 302, 429])


def test_pages_and_api_count_together(salon):
    window, me = Window(ANNA), caller(ANNA)

    statuses = [tap(window, salon, 10), me.book(salon, 11).status_code, me.book(salon, 12).status_code]

    assert statuses == [302, 201, 429]
