"""Take the buttons off messages whose visits are long over: nobody presses «Cancel» on history (experience §3.2).

Everybody's own messages come first: this takes the permits that broadcasts take. A chat has a lane of its own, because
it may be written to once a second; a lane ends when Telegram takes nothing, and what is left is due again later.
"""

import time
from collections import defaultdict
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

from telegram import Bot
from telegram import Message as Sent
from telegram.error import TelegramError

from notifications.commands import claim_outdated, stripped
from notifications.commands.cards import Outdated
from notifications.errors import AddressGone, Throttled, Unacceptable
from telegram_bot.carrier import TelegramCarrier, refusal
from telegram_bot.limiter import LIMITER
from telegram_bot.wire import WIRE

SECONDS = 20.0
"""Of one round; beat begins the next one."""
BATCH = 200
"""Deliveries that are leased at once: what a round does in a third of its time."""
AT_ONCE = 8
"""Chats whose turn it is at the same time."""
FINAL = (Unacceptable, AddressGone)
"""The message is gone, is without buttons already, or stands where nobody reads it: there is nothing left to do."""

Messages = dict[str, list[int]]
"""Of a chat, by their ids; one that was written over is several deliveries."""


def strip_buttons() -> int:
    """Those that are due, for so many seconds; of how many deliveries. Each once, but for what a killed worker had
    under way, which changes nothing more."""
    end, count = time.monotonic() + SECONDS, 0
    if not TelegramCarrier().is_configured():
        return 0
    while time.monotonic() < end and (batch := claim_outdated(BATCH)):
        done = strip_all(batch, end)
        count += stripped(done)
        if not done:
            break
    return count


def strip_all(batch: Iterable[Outdated], end: float) -> list[int]:
    """The deliveries of which it is done."""
    chats: defaultdict[str, Messages] = defaultdict(dict)
    for each in batch:
        chats[each.chat].setdefault(each.message_id, []).append(each.delivery_id)
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="strip") as threads:
        lanes = [threads.submit(strip_chat, chat, messages, end) for chat, messages in chats.items()]
    return [delivery_id for lane in lanes for delivery_id in lane.result()]


def strip_chat(chat: str, messages: Messages, end: float) -> list[int]:
    done: list[int] = []
    for message_id, delivery_ids in messages.items():
        if time.monotonic() >= end or not strip(chat, message_id):
            break
        done += delivery_ids
    return done


def strip(chat: str, message_id: str) -> bool:
    """Whether nothing is left to be done there."""

    async def without_buttons(bot: Bot) -> Sent | bool:
        return await bot.edit_message_reply_markup(chat, int(message_id))

    if not message_id.isdecimal():
        return True  # no message of Telegram's
    try:
        with LIMITER.permit(chat, is_bulk=True) as permit:
            permit.use()
            WIRE.call(without_buttons)
    except Throttled:
        return False
    except TelegramError as error:
        return isinstance(refusal(error), FINAL)
    return True
