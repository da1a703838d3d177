"""A message as Telegram takes it: its text cut, its buttons made, and how to say it more plainly when it is refused."""

import html
import ipaddress
import re
from dataclasses import dataclass, replace
from typing import Any, Self
from urllib.parse import urlsplit

import structlog
from django.conf import settings
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions
from telegram.constants import MessageLimit, ParseMode
from telegram.error import ChatMigrated

from notifications.telegram_html import plain
from notifications.values import Button, Message
from telegram_bot.errors import is_about_entities, is_about_links, is_about_the_edited, words_of

LONGEST = int(MessageLimit.MAX_TEXT_LENGTH)
"""Characters, not UTF-16 units, of what is left when the tags are parsed."""
LONGEST_RAW = 32_768
"""Bytes with the tags (facts T2)."""
TAG = re.compile(r"<[^>]*>")
HOST = re.compile(r"(?!-)[\w-]+(\.[\w-]+)+")
LOCAL = ("localhost", "local", "internal", "lan", "test")

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Draft:
    """One call of sendMessage, or of editMessageText for the message that it ``replaces``."""

    chat_id: str
    text: str
    is_html: bool
    rows: tuple[tuple[Button, ...], ...]
    is_silent: bool
    is_bulk: bool
    about: str
    replaces: str = ""

    @classmethod
    def of(cls, message: Message) -> Self:
        fits = len(visible(message.text)) <= LONGEST and len(message.text.encode(errors="replace")) <= LONGEST_RAW
        return cls(
            chat_id=message.target,
            text=message.text if fits else shortened(plain(message.text)),
            is_html=fits,
            rows=rows_of(message.buttons),
            is_silent=message.is_silent,
            is_bulk=message.is_bulk,
            about=message.event,
            replaces=message.replaces if message.replaces.isdecimal() else "",
        )

    async def send(self, bot: Bot) -> str:
        """The message's id."""
        dress: dict[str, Any] = {
            "parse_mode": ParseMode.HTML if self.is_html else None,
            "link_preview_options": LinkPreviewOptions(is_disabled=True),
            "reply_markup": keyboard_of(self.rows),
        }
        if self.replaces:
            await bot.edit_message_text(self.text, self.chat_id, int(self.replaces), **dress)
            return self.replaces
        sent = await bot.send_message(self.chat_id, self.text, disable_notification=self.is_silent, **dress)
        return str(sent.message_id)

    def plainer(self, error: Exception) -> Self | None:
        """How to say it once more, when only its dress was refused, the message that it was to replace is gone, or the
        chat has a new number; else None."""
        if is_about_the_edited(error) and self.replaces:
            return replace(self, replaces="")
        if is_about_entities(error) and self.is_html:
            log.error("telegram_html_refused", about=self.about, reason=words_of(error))
            return replace(self, text=shortened(plain(self.text)), is_html=False)
        if is_about_links(error) and self.rows != without_links(self.rows):
            log.error("telegram_link_refused", about=self.about, setting="PUBLIC_URL", reason=words_of(error))
            return replace(self, rows=without_links(self.rows))
        if isinstance(error, ChatMigrated):
            return replace(self, chat_id=str(error.new_chat_id), replaces="")
        return None


def visible(text: str) -> str:
    """What Telegram counts: HTML without its tags."""
    return html.unescape(TAG.sub("", text))


def shortened(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def rows_of(rows: tuple[tuple[Button, ...], ...]) -> tuple[tuple[Button, ...], ...]:
    """Without the links that Telegram would refuse the whole message for, such as those of a developer's machine."""
    kept = (tuple(button for button in row if not button.url or is_public(button.url)) for row in rows)
    return tuple(row for row in kept if row)


def without_links(rows: tuple[tuple[Button, ...], ...]) -> tuple[tuple[Button, ...], ...]:
    kept = (tuple(button for button in row if not button.url) for row in rows)
    return tuple(row for row in kept if row)


def keyboard_of(rows: tuple[tuple[Button, ...], ...]) -> InlineKeyboardMarkup | None:
    if not rows:
        return None
    return InlineKeyboardMarkup([[inline(button) for button in row] for row in rows])


def inline(button: Button) -> InlineKeyboardButton:
    if button.url:
        return InlineKeyboardButton(button.text, url=button.url)
    return InlineKeyboardButton(button.text, callback_data=button.callback)


def is_public(link: str) -> bool:
    """Whether ``link`` is a web address that leads somewhere from anybody's telephone."""
    if settings.DEVCHAT and link.startswith(f"{settings.PUBLIC_URL}/"):
        return True  # whoever reads the chats of a demo sits at this machine
    try:
        parts = urlsplit(link)
        host = parts.hostname or ""
        if parts.scheme not in {"http", "https"} or re.search(r"\s", link) or parts.port == 0:
            return False
    except ValueError:
        return False
    return is_public_number(host) if re.fullmatch(r"[\d.]+|.*:.*", host) else is_public_name(host)


def is_public_number(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_global
    except ValueError:
        return False


def is_public_name(host: str) -> bool:
    return HOST.fullmatch(host) is not None and host.rpartition(".")[2] not in LOCAL
