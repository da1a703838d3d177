"""A Telegram that Anna knows the bot in; its pace is the business of other tests."""

from collections.abc import Iterator

import pytest

from tests.standins.telegram import TelegramStandIn


@pytest.fixture(autouse=True)
def _retry_after_is_a_timedelta(monkeypatch) -> None:
    """Or python-telegram-bot warns of its future whenever it raises RetryAfter."""
    monkeypatch.setenv("PTB_TIMEDELTA", "true")


@pytest.fixture
def telegram() -> Iterator[TelegramStandIn]:
    with TelegramStandIn(per_chat=None) as telegram:
        telegram.add_user(7)
        yield telegram
