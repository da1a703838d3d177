"""Asking Telegram for updates, where it cannot come to us: a developer's machine."""

import time
from collections.abc import Callable

import structlog
from telegram import Update
from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError

from telegram_bot.errors import wait_of, words_of
from telegram_bot.gateway import receive
from telegram_bot.wire import WIRE

WANTED = [Update.MESSAGE, Update.CALLBACK_QUERY, Update.MY_CHAT_MEMBER]
LONG_POLL = 10
"""Seconds that Telegram waits for something to tell; shorter than the wire's own deadline."""
MARGIN = 4
REST, LONGEST_REST = 1.0, 30.0
"""Seconds after trouble on the way, twice as long each time."""

log = structlog.get_logger()


def poll(goes_on: Callable[[], bool]) -> None:
    """Answer updates one after the other. An update is done with when the next are asked for: a killed process loses
    none. Raises Conflict and InvalidToken, which waiting does not mend."""
    offset, rest = 0, REST
    while goes_on():
        try:
            updates = asked_for(offset)
            rest = REST
        except (Conflict, InvalidToken):
            raise
        except TelegramError as error:
            log.warning("bot_cannot_ask", why=words_of(error), again_in=rest)
            time.sleep(wait_of(error).total_seconds() if isinstance(error, RetryAfter) else rest)
            rest = min(rest * 2, LONGEST_REST)
            continue
        for update in updates:
            receive(update.to_dict())
            offset = update.update_id + 1


def asked_for(offset: int) -> tuple[Update, ...]:
    return WIRE.call(
        lambda bot: bot.get_updates(offset=offset, timeout=LONG_POLL, read_timeout=MARGIN, allowed_updates=WANTED)
    )
