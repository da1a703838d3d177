"""A Telegram for every test here; the pace is judged by its own tests, so that others may hurry."""

from collections.abc import Iterator

import pytest

from telegram_bot import permits
from tests.standins.telegram import TelegramStandIn
from tests.telegram_bot.chats import connected
from tests.telegram_bot.clocks import patient_redis


@pytest.fixture(autouse=True)
def _redis_has_time(monkeypatch) -> None:
    monkeypatch.setattr(permits, "get_redis_connection", patient_redis)


@pytest.fixture
def telegram(settings) -> Iterator[TelegramStandIn]:
    with connected(settings) as telegram:
        yield telegram
