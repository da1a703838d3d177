"""Asking Telegram for updates, where it cannot come to us: a developer's machine."""

import time
from collections.abc import Callable

from telegram import Update
from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError

from telegram_bot.errors import wait_of
from telegram_bot.gateway import receive
from telegram_bot.wire import WIRE

WANTED = [Update.MESSAGE, Update.CALLBACK_QUERY, Update.MY_CHAT_MEMBER]
LONG_POLL = 10
"""Seconds that Telegram waits for something to tell; shorter than the wire's own deadline."""
MARGIN = 4
REST, LONGEST_REST = 1.0, 30.0
"""Seconds after trouble on the way, twice as long each time."""
BLINK = 0.5
"""Seconds within which the end is noticed while it rests."""

Tell = Callable[[TelegramError | None], None]


def tell_nobody(trouble: TelegramError | None) -> None:
    """Where nobody looks on."""


def poll(goes_on: Callable[[], bool], tell: Tell = tell_nobody) -> None:
    """Answer updates one after the other. An update is done with when the next are asked for: a killed process loses
    none. ``tell`` hears each change: None when Telegram answers, what is wrong when it no longer does. Raises Conflict
    and InvalidToken, which waiting does not mend."""
    offset, rest = 0, REST
    was_answered: bool | None = None
    while goes_on():
        try:
            updates = asked_for(offset, LONG_POLL if was_answered else 0)
        except (Conflict, InvalidToken):
            raise
        except TelegramError as error:
            if was_answered is not False:
                tell(error)
            was_answered = False
            pause(wait_of(error).total_seconds() if isinstance(error, RetryAfter) else rest, goes_on)
            rest = min(rest * 2, LONGEST_REST)
            continue
        if not was_answered:
            tell(None)
        was_answered, rest = True, REST
        for update in updates:
            receive(update.to_dict())
            offset = update.update_id + 1


def pause(seconds: float, goes_on: Callable[[], bool]) -> None:
    """Shorter when it is to end."""
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0 and goes_on():
        time.sleep(min(left, BLINK))


def asked_for(offset: int, seconds: int) -> tuple[Update, ...]:
    """What Telegram has to tell now, or within so many seconds."""
    return WIRE.call(
        lambda bot: bot.get_updates(offset=offset, timeout=seconds, read_timeout=MARGIN, allowed_updates=WANTED)
    )
