"""The wire to Telegram: one event loop in a thread of each process, which keeps its connections alive between calls."""

import asyncio
import json
import os
from collections.abc import Awaitable, Callable
from threading import Lock, Thread
from typing import Any, TypeVar

from django.conf import settings
from telegram import Bot
from telegram.error import TelegramError, TimedOut
from telegram.request import HTTPXRequest

CONNECT, POOL, WRITE, READ = 3.0, 3.0, 5.0, 5.0
"""Seconds; each far below the lease of a delivery."""
DEADLINE = CONNECT + POOL + WRITE + READ
"""Also for an answer that comes drop by drop."""
HUNG = DEADLINE + 2
"""Seconds after which the loop itself must be what does not answer."""
CONNECTIONS = 32
UNREADABLE = "it cannot be read"

Answer = TypeVar("Answer")


class Request(HTTPXRequest):
    """What is no answer of the Bot API becomes an error, and its text, which may be a person's, is not logged."""

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        try:
            answer = json.loads(payload)
        except ValueError:
            raise TelegramError(UNREADABLE) from None
        if not isinstance(answer, dict) or not ("result" in answer or "description" in answer):
            raise TelegramError(UNREADABLE)
        return answer


class Wire:
    """Made anew in every process that forks: neither a thread nor a connection survives that."""

    def __init__(self) -> None:
        self.renew()

    def renew(self) -> None:
        self.lock = Lock()
        self.loop: asyncio.AbstractEventLoop | None = None
        self.thread: Thread | None = None
        self.bots: dict[tuple[str, str], Bot] = {}

    def call(self, method: Callable[[Bot], Awaitable[Answer]]) -> Answer:
        """What Telegram answers. Raises TelegramError."""
        future = asyncio.run_coroutine_threadsafe(self.called(method), self.started())
        try:
            return future.result(HUNG)
        except TimeoutError as error:
            raise TimedOut from error
        finally:
            future.cancel()

    async def called(self, method: Callable[[Bot], Awaitable[Answer]]) -> Answer:
        async with asyncio.timeout(DEADLINE):
            return await method(self.bot())

    def started(self) -> asyncio.AbstractEventLoop:
        with self.lock:
            if self.loop is None:
                self.loop = asyncio.new_event_loop()
                self.thread = Thread(target=self.loop.run_forever, name="telegram", daemon=True)
                self.thread.start()
            return self.loop

    def bot(self) -> Bot:
        """Of the settings as they are; never initialized, so that it asks Telegram nothing of its own accord."""
        token, base = settings.TELEGRAM_BOT_TOKEN, settings.TELEGRAM_API_BASE
        if (token, base) not in self.bots:
            request = Request(
                CONNECTIONS, connect_timeout=CONNECT, pool_timeout=POOL, write_timeout=WRITE, read_timeout=READ
            )
            self.bots[token, base] = Bot(token, f"{base}/bot", request=request, get_updates_request=request)
        return self.bots[token, base]

    def stop(self) -> None:
        """Close every connection; the next call begins anew."""
        with self.lock:
            if self.loop is None or self.thread is None:
                return
            asyncio.run_coroutine_threadsafe(self.hang_up(), self.loop).result(HUNG)
            self.loop.call_soon_threadsafe(self.loop.stop)
            self.thread.join()
            self.loop.close()
        self.renew()

    async def hang_up(self) -> None:
        for bot in self.bots.values():
            await bot.request.shutdown()


WIRE = Wire()
os.register_at_fork(after_in_child=WIRE.renew)
