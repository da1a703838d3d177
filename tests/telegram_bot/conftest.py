"""A Telegram for every test here; the pace is judged by its own tests, so that others may hurry."""

from collections.abc import Iterator

import pytest

from tests.standins.telegram import TelegramStandIn
from tests.telegram_bot.chats import connected


@pytest.fixture
def telegram(settings) -> Iterator[TelegramStandIn]:
    with connected(settings) as telegram:
        yield telegram
