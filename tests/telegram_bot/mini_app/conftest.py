"""A deployment with a bot, behind https."""

import pytest

from tests.factories import Salon
from tests.telegram_bot.mini_app.opening import TOKEN


@pytest.fixture(autouse=True)
def bot(settings) -> None:
    settings.TELEGRAM_BOT_TOKEN = TOKEN


@pytest.fixture
def https(settings) -> None:
    settings.CSRF_COOKIE_SECURE = settings.SESSION_COOKIE_SECURE = True


@pytest.fixture
def salon() -> Salon:
    return Salon()
