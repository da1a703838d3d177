"""A Telegram, a bot that knows its secret, and somebody to talk with it. Nobody waits for the pace here: it is judged
by its own tests."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps

import pytest
from django_redis import get_redis_connection

from telegram_bot import impatience, memory, permits, screens
from telegram_bot.talk import Talk
from tests.lasting import copied
from tests.standins.telegram import TelegramStandIn
from tests.telegram_bot.chats import connected
from tests.telegram_bot.talking import SECRET, Talker
from tests.telegram_bot.talks.world import World


@pytest.fixture(autouse=True)
def _nobody_waits_and_nobody_hurries(monkeypatch) -> None:
    """A machine that tests much else at the same time may take more than a second for a tap."""
    monkeypatch.setattr(permits, "SECOND", 0.0)
    monkeypatch.setattr(impatience, "PATIENCE", 60.0)


@pytest.fixture(autouse=True)
def _effects_are_short(monkeypatch) -> Iterator[None]:
    """Nothing slow inside a transaction; and Redis would keep what is not committed yet."""
    effect, open_now, found = Talk.effect, [], []

    @contextmanager
    def watched(talk: Talk) -> Iterator[None]:
        with effect(talk):
            open_now.append(talk)
            try:
                yield
            finally:
                open_now.clear()

    def noting(function: Callable) -> Callable:
        @wraps(function)
        def noted(*args, **kwargs):
            if open_now:
                found.append(function.__name__)
            return function(*args, **kwargs)

        return noted

    monkeypatch.setattr(Talk, "effect", watched)
    monkeypatch.setattr(memory, "get_redis_connection", noting(memory.get_redis_connection))
    monkeypatch.setattr(screens, "tidy", noting(screens.tidy))
    yield
    assert found == []


@pytest.fixture
def telegram(settings) -> Iterator[TelegramStandIn]:
    settings.TELEGRAM_WEBHOOK_SECRET = SECRET
    settings.PUBLIC_URL = "https://okno.example.com"
    with connected(settings, per_second=None, per_chat=None) as telegram:
        get_redis_connection().flushdb()
        yield telegram


@pytest.fixture
def talker(telegram) -> Callable[..., Talker]:
    """Somebody new in the chat: ``talker(7, "Аня", "ru")``."""

    def make(tg_id: int = 7, first_name: str = "Аня", language: str = "ru") -> Talker:
        return Talker(telegram, tg_id, first_name, language)

    return make


@pytest.fixture
def built(db) -> World:
    """Anew for every test, where a file has none that lasts."""
    return World()


@pytest.fixture
def world(built) -> World:
    return copied(built)
