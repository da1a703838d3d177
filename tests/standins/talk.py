"""How the tests of the Telegram stand-in talk to it: by the real python-telegram-bot, and by hand."""

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import requests
from telegram import Bot
from telegram.request import HTTPXRequest

from tests.standins.telegram import TelegramStandIn

NO_CERTIFICATES = {"verify": False}
"""Loading them takes longer than a whole test."""
READS = 5.0
"""Seconds python-telegram-bot waits for an answer unless told otherwise."""


def ask(
    telegram: TelegramStandIn, deed: Callable[[Bot], Awaitable[Any]], *, token: str = "", reads: float = READS
) -> Any:
    """What a real Bot gets for ``deed``."""

    async def conversation() -> Any:
        async with HTTPXRequest(read_timeout=reads, httpx_kwargs=NO_CERTIFICATES) as request:
            base = f"{telegram.url}/bot"
            bot = Bot(token or telegram.token, base_url=base, request=request, get_updates_request=request)
            return await deed(bot)

    with ThreadPoolExecutor(1) as aside:  # where Playwright, once it was used, keeps no loop running
        return aside.submit(lambda: asyncio.run(conversation())).result()


def raw(telegram: TelegramStandIn, method: str, **params: Any) -> dict[str, Any]:
    """The whole answer to a call in JSON."""
    response = requests.post(f"{telegram.url}/bot{telegram.token}/{method}", json=params, timeout=READS)
    answer: dict[str, Any] = response.json()
    assert response.status_code == answer.get("error_code", 200)
    return answer


def refused(code: int, description: str) -> dict[str, Any]:
    return {"ok": False, "error_code": code, "description": description}
