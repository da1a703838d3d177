"""Processes that write to Telegram as fast as they may, and the ways in which a control lets them misbehave."""

import itertools
import multiprocessing
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.synchronize import Event

import django
from django.apps import apps

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
if not apps.ready:
    django.setup()

from django.conf import settings

from notifications.values import Message
from telegram_bot import permits
from telegram_bot.carrier import TelegramCarrier
from telegram_bot.limiter import LIMITER
from telegram_bot.permits import AT_ONCE, Asking, Busy, OwnPermits, SharedPermits, key
from tests.standins.telegram import TelegramStandIn
from tests.telegram_bot.clocks import patient_redis

PROCESSES = 8
CHATS_EACH = 100
"""Each process has chats of its own, and comes to the same one after some seconds only."""
BATCH = 100
MANNERS: dict[str, Callable[[], None]] = {}
"""What a process does with its limiter before it writes."""

# One process has imported everything and is forked for each sender: they all begin at once.
processes = multiprocessing.get_context("forkserver")
processes.set_forkserver_preload([__name__])


def manner(change: Callable[[], None]) -> Callable[[], None]:
    MANNERS[change.__name__] = change
    return change


@manner
def as_it_is() -> None:
    """Nothing is taken away."""


class NoLimits(OwnPermits):
    def ask(self, asking: Asking, patience: float) -> Busy | None:
        return None


@manner
def without_limits() -> None:
    LIMITER.shared = NoLimits()


class FixedWindows(NoLimits):
    """So many in each second of the clock, which lets twice as many through around its turn."""

    def ask(self, asking: Asking, patience: float) -> Busy | None:
        second, micro = patient_redis().time()
        if patient_redis().incr(key(f"window:{second}")) <= AT_ONCE:
            return None
        return Busy("bot", 1 - micro / 1_000_000)

    def unused(self, asking: Asking) -> None:
        patient_redis().decr(key(f"window:{patient_redis().time()[0]}"))


@manner
def with_fixed_windows() -> None:
    LIMITER.shared = FixedWindows()
    _, micro = patient_redis().time()
    time.sleep((0.8 - micro / 1_000_000) % 1)


class Equals(SharedPermits):
    """A broadcast is like anybody's own message."""

    def ask(self, asking: Asking, patience: float) -> Busy | None:
        return super().ask(Asking(asking.chat, token=asking.token), patience)


class OpenTurnstile:
    def __enter__(self) -> None: ...

    def __exit__(self, *error: object) -> None: ...


@manner
def without_priorities() -> None:
    LIMITER.shared, LIMITER.turnstile = Equals(), OpenTurnstile()


@manner
def deaf_to_pauses() -> None:
    LIMITER.pause = lambda wait: None


def chats_of(number: int) -> range:
    return range(10_000 + number * CHATS_EACH, 10_000 + (number + 1) * CHATS_EACH)


def write(url: str, number: int, manner: str, ended: Event) -> None:
    """What one of the processes does."""
    settings.TELEGRAM_API_BASE, settings.TELEGRAM_BOT_TOKEN = url, "42:TEST"
    permits.get_redis_connection = patient_redis
    MANNERS[manner]()
    chats = itertools.cycle(chats_of(number))
    while not ended.is_set():
        batch = [Message(target=str(next(chats)), text="Offer", is_bulk=True) for _ in range(BATCH)]
        TelegramCarrier().send_many(batch, lambda _: not ended.is_set())


@contextmanager
def senders(telegram: TelegramStandIn, manner: Callable[[], None] = as_it_is, count: int = PROCESSES) -> Iterator[None]:
    """So many processes write as long as something else is done, and then end well."""
    for chat in range(chats_of(0).start, chats_of(count).start):
        telegram.add_user(chat)
    ended = processes.Event()
    children = [
        processes.Process(target=write, args=(telegram.url, number, manner.__name__, ended), daemon=True)
        for number in range(count)
    ]
    for child in children:
        child.start()
    try:
        yield
    finally:
        ended.set()
        for child in children:
            child.join(60)
    assert [child.exitcode for child in children] == [0] * count
