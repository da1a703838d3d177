"""The Telegram channel: one message to one chat, or many to many, as fast as the bot may write."""

import re
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from django.conf import settings
from telegram.error import TelegramError

from notifications.errors import NotSent, Throttled
from notifications.values import Message
from telegram_bot.drafts import Draft
from telegram_bot.errors import is_nothing_new, what_follows
from telegram_bot.limiter import LIMITER
from telegram_bot.wire import WIRE

TOKEN = re.compile(r"[1-9]\d*:[A-Za-z0-9_-]{1,69}")
"""What the Bot API's server takes for a token."""
AT_ONCE = 16
"""Messages of one ``send_many`` under way: 28 a second, each half a second on its way, and some."""
MOST_CHANGES = 2
"""How often a refused message is said differently: a card anew, and then without its markup."""
SKIPPED = ""
"""The result of a message that was not to be sent after all; Telegram gives each that it takes an id."""

Begin = Callable[[], bool]


class TelegramCarrier:
    """``target`` is a chat's id."""

    def is_configured(self) -> bool:
        return TOKEN.fullmatch(settings.TELEGRAM_BOT_TOKEN) is not None

    def send(self, message: Message) -> str:
        """The id of the message in its chat, which is that of the message it replaces if that is still there. Raises a
        ``NotSent``; Throttled when no permit could be had within two seconds."""
        return sent(Draft.of(message), lambda: True)

    def send_many(
        self,
        messages: Sequence[Message],
        begin: Callable[[int], bool] | None = None,
        end: Callable[[int, str | NotSent], None] | None = None,
    ) -> list[str | NotSent]:
        """Send them at the same time, as many a second as may be; of each its id, or why it was not sent.

        ``begin(number)`` is asked right before the send, when the permit is there; upon False the message is skipped
        and its result is empty. ``end(number, result)`` then hears the result of every message that was begun, as soon
        as it is known. Both are called in threads of their own. A message that got no permit within two seconds was
        never begun: its result is Throttled, and ``end`` does not hear of it.
        """
        one = partial(result_of, begin=begin or (lambda number: True), end=end or (lambda number, result: None))
        with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="telegram") as threads:
            results = [threads.submit(one, number, message) for number, message in enumerate(messages)]
        return [result.result() for result in results]  # afterwards: a fault in one keeps no other from being sent


def result_of(
    number: int, message: Message, *, begin: Callable[[int], bool], end: Callable[[int, str | NotSent], None]
) -> str | NotSent:
    begun = False

    def begin_it() -> bool:
        nonlocal begun
        begun = begin(number)
        return begun

    try:
        result: str | NotSent = sent(Draft.of(message), begin_it)
    except NotSent as error:
        result = error
    if begun:
        end(number, result)
    return result


def sent(draft: Draft, begin: Begin, *, changes: int = MOST_CHANGES, goes_on: bool = False) -> str:
    """Its id. What is refused for its dress goes once more in a plainer one, and anew when what it was to replace is
    gone."""
    try:
        return called(draft, begin, goes_on=goes_on)
    except TelegramError as error:
        if is_nothing_new(error) and draft.replaces:
            return draft.replaces
        plainer = draft.plainer(error) if changes else None
        if plainer is None:
            raise refusal(error) from error
    return sent(plainer, lambda: True, changes=changes - 1, goes_on=True)


def called(draft: Draft, begin: Begin, *, goes_on: bool) -> str:
    """The id that Telegram gives. Raises TelegramError, and Throttled where there is no permit."""
    with LIMITER.permit(draft.chat_id, is_bulk=draft.is_bulk, goes_on=goes_on) as permit:
        if not begin():
            return SKIPPED
        permit.use()
        return WIRE.call(draft.send)


def refusal(error: TelegramError) -> NotSent:
    """What ``error`` comes to; a pause that Telegram asks for is everybody's."""
    problem = what_follows(error)
    if isinstance(problem, Throttled):
        LIMITER.pause(problem.wait)
    return problem
