"""A Telegram that Anna knows the bot in, and a push service that knows our key."""

from collections.abc import Iterator

import pytest

from tests.standins.push import PushStandIn
from tests.standins.pushing import VAPID, public_part
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


@pytest.fixture
def push() -> Iterator[PushStandIn]:
    with PushStandIn(public_key=public_part(VAPID)) as push:
        yield push
