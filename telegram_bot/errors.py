"""What Telegram's answers mean for a message: the exceptions of python-telegram-bot in the words of notifications.

Its BadRequest and TimedOut are both NetworkErrors, 401 and 404 are both InvalidToken, and the words of a 400 come
lower-cased; so the order of the questions matters, and words are compared in lower case (facts T3).
"""

import re
from datetime import timedelta

import httpx
import structlog
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)

from notifications.errors import AddressGone, AnswerLost, NotSent, Throttled, TryLater, Unacceptable

NOT_LEFT = (
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ConnectError,
    httpx.ProxyError,
    httpx.LocalProtocolError,
    httpx.UnsupportedProtocol,
    httpx.InvalidURL,
)
"""With these the request has certainly not left us; with any other trouble on the way it may have arrived."""
CHAT_GONE = ("chat not found", "chat_id is empty", "peer_id_invalid", "user is deactivated")
"""A 400 that is about the address, not about the message."""
ENTITIES = ("can't parse entities", "entities_too_long")
"""A 400 that is about the HTML of a text."""
NOT_TO_BE_EDITED = (
    "message to edit not found",
    "message can't be edited",
    "message identifier is not specified",
    "message_id_invalid",
    "there is no text in the message to edit",
)
"""A 400 that is about the message that was to be changed: it is gone, or has become something else."""
FROM_TELEGRAM = "forbidden:"
"""How a 403 of the Bot API begins; that of a proxy in between says nothing about the person."""
FROM_A_PROXY = ". parsing the server response"
"""How a 4xx or 5xx goes on that is no JSON."""
USUAL_WAIT = timedelta(seconds=5)
"""After a 429 that does not say how long."""
QUOTED = re.compile(r'"[^"]*"|(?<=\s)\'[^\']*\'')

log = structlog.get_logger()


def what_follows(error: TelegramError) -> NotSent:
    """The refusal of notifications that ``error`` comes to."""
    words = words_of(error)
    if isinstance(error, RetryAfter):
        return Throttled(f"too many requests: again in {wait_of(error)}", wait_of(error))
    if isinstance(error, Forbidden):
        return AddressGone(words) if words.lower().startswith(FROM_TELEGRAM) else TryLater(words)
    if isinstance(error, BadRequest):
        return refused(error, words)
    if isinstance(error, ChatMigrated):
        return Unacceptable("the chat has moved")
    if isinstance(error, InvalidToken | Conflict):
        log.error("telegram_refuses_the_bot", setting="TELEGRAM_BOT_TOKEN", reason=words)
        return TryLater(f"TELEGRAM_BOT_TOKEN: {words.partition(' (')[0]}")
    if isinstance(error, NetworkError):
        return lost_or_failed(error, words)
    return AnswerLost(f"the answer was lost: {words}")


def words_of(error: BaseException) -> str:
    """Telegram's own words, without what they quote: a link may be a secret, a tag somebody's text."""
    text = str(error)
    return QUOTED.sub("…", text[: cut_at(text)])


def trouble_in_words(error: TelegramError) -> str:
    """For whoever runs the bot; with the cure when Telegram has not answered at all."""
    if not is_unreachable(error):
        return f"Telegram refuses: {words_of(error)}"
    cause = error.__cause__
    why = words_of(cause) if isinstance(cause, httpx.HTTPError) and str(cause) else words_of(error)
    return f"Telegram cannot be reached ({why}): check the network, a proxy or TELEGRAM_API_BASE."


def is_unreachable(error: TelegramError) -> bool:
    """Whether nothing has answered; a 502 is an answer."""
    return isinstance(error, TimedOut) or (
        isinstance(error, NetworkError) and isinstance(error.__cause__, httpx.HTTPError)
    )


def cut_at(text: str) -> int:
    """Where a proxy's page of HTML begins."""
    position = text.lower().find(FROM_A_PROXY)
    return position if position >= 0 else len(text)


def wait_of(error: RetryAfter) -> timedelta:
    wait = error.retry_after
    return wait if isinstance(wait, timedelta) else timedelta(seconds=wait)


def refused(error: BadRequest, words: str) -> NotSent:
    if FROM_A_PROXY in str(error).lower():
        return TryLater(words)
    return AddressGone(words) if any(sign in words.lower() for sign in CHAT_GONE) else Unacceptable(words)


def lost_or_failed(error: NetworkError, words: str) -> NotSent:
    """Trouble on the way, or an answer with another status: a cause of httpx's tells which."""
    cause = error.__cause__
    if isinstance(cause, UnicodeError):
        return Unacceptable("the text cannot be encoded")
    if isinstance(cause, NOT_LEFT):
        return TryLater(f"no connection: {type(cause).__name__}")
    if cause is not None and not isinstance(cause, TelegramError):
        return AnswerLost(f"the answer was lost: {type(cause).__name__}")
    if words.lower().startswith("too many requests"):
        return Throttled(words, USUAL_WAIT)
    return AnswerLost(f"the answer was lost: {words}") if "gateway time" in words.lower() else TryLater(words)


def is_about_entities(error: Exception) -> bool:
    """Whether only the text's HTML was refused."""
    return isinstance(error, BadRequest) and str(error).lower().startswith(ENTITIES)


def is_about_links(error: Exception) -> bool:
    """Whether only a button's link was refused."""
    words = str(error).lower()
    return isinstance(error, BadRequest) and ("button_url_invalid" in words or "button url" in words)


def is_nothing_new(error: Exception) -> bool:
    """Whether the message is already what it was to become."""
    return isinstance(error, BadRequest) and "message is not modified" in str(error).lower()


def is_about_the_edited(error: Exception) -> bool:
    """Whether the message that was to be changed is there no more."""
    return isinstance(error, BadRequest) and any(sign in str(error).lower() for sign in NOT_TO_BE_EDITED)
