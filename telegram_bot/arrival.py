"""An update of Telegram as far as we understand it."""

import re
from dataclasses import dataclass
from typing import Any, Self

import structlog
from telegram import CallbackQuery, Message, Update, User
from telegram.constants import ChatType, MessageEntityType

from telegram_bot.callbacks import Press, read_press
from telegram_bot.routes import COMMANDS
from telegram_bot.values import Sender

STYLES = frozenset(
    {
        MessageEntityType.BOLD,
        MessageEntityType.ITALIC,
        MessageEntityType.UNDERLINE,
        MessageEntityType.STRIKETHROUGH,
        MessageEntityType.SPOILER,
        MessageEntityType.CODE,
        MessageEntityType.PRE,
        MessageEntityType.BLOCKQUOTE,
        MessageEntityType.EXPANDABLE_BLOCKQUOTE,
        MessageEntityType.TEXT_LINK,
    }
)
"""What somebody can do to a text in Telegram that its HTML can say again."""
BIGGEST = 2**63
CUSTOM_EMOJI = re.compile(r"</?tg-emoji[^>]*>")
"""A bot may not send one: the ordinary emoji inside stays."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Arrival:
    """One update as far as we understand it, of one private chat."""

    update_id: int
    sender: Sender
    query: CallbackQuery | None = None
    message: Message | None = None
    membership: str = ""

    @classmethod
    def read(cls, body: Any) -> Self | None:
        """None for what is not an update, or is none that we answer."""
        update = parsed(body)
        if update is None or update.effective_user is None or not is_private(update):
            return None
        if not (is_number(update.update_id) and is_number(update.effective_user.id)):
            return None
        return cls(
            update.update_id,
            sender_of(update.effective_user),
            update.callback_query,
            update.message,
            str(update.my_chat_member.new_chat_member.status) if update.my_chat_member else "",
        )

    @property
    def press(self) -> Press | None:
        return read_press(self.query.data or "") if self.query else None

    @property
    def what(self) -> str:
        """For the audit: a button, a command or the kind of a message; never what somebody wrote."""
        if self.query:
            return (self.query.data or "")[:64] if self.press else "button"
        if self.message is None:
            return f"membership:{self.membership}"[:64]
        return kind_of(self.message)


def parsed(body: Any) -> Update | None:
    """What python-telegram-bot makes of it; it raises whatever comes for what Telegram would not send."""
    try:
        return Update.de_json(body, None) if isinstance(body, dict) and body else None
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError, OSError) as error:
        log.warning("update_not_understood", why=type(error).__name__)
        return None


def is_private(update: Update) -> bool:
    """The bot talks to people, not to groups. A pressed button comes from wherever its message is."""
    chat = update.effective_chat
    return chat is not None and chat.type == ChatType.PRIVATE


def is_number(value: object) -> bool:
    """One that Telegram gives, and a column takes: python-telegram-bot passes on whatever stands there."""
    return type(value) is int and 0 < value < BIGGEST


def sender_of(user: User) -> Sender:
    return Sender(user.id, user.first_name or "", user.last_name or "", user.language_code or "")


def kind_of(message: Message) -> str:
    if message.contact:
        return "contact"
    if (name := command_in(message.text or "")) in {known for known, _role in COMMANDS}:
        return f"/{name}"
    return "text" if message.text else "other"


def command_in(text: str) -> str:
    """``start`` of ``/start@bot b_17``; empty when there is none. It may be any word, and whoever's secret."""
    name = text[1:].partition(" ")[0] if text.startswith("/") else ""
    return name.partition("@")[0].lower()


def formatted(message: Message) -> str:
    """The text in Telegram's HTML as its writer has formatted it; empty when he has not."""
    if not any(entity.type in STYLES for entity in message.entities):
        return ""
    return CUSTOM_EMOJI.sub("", message.text_html).strip()
