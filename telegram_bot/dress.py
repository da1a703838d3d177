"""The bot's values as python-telegram-bot wants them."""

from telegram import (
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    KeyboardButton,
    ReplyKeyboardMarkup,
    WebAppInfo,
)

from accounts.wording import NBSP
from telegram_bot.drafts import is_public
from telegram_bot.values import Button, PhoneQuestion, Row, Screen


def keyboard_of(screen: Screen) -> InlineKeyboardMarkup | None:
    """Without the links that Telegram would refuse the whole message for, such as those of a developer's machine."""
    rows = [[inline(button) for button in row if is_pressable(button)] for row in screen.rows]
    kept = [row for row in rows if row]
    return InlineKeyboardMarkup(kept) if kept else None


def is_pressable(button: Button) -> bool:
    link = button.url or button.web_app
    return not link or is_public(link)


def inline(button: Button) -> InlineKeyboardButton:
    text, style = button.text.replace(NBSP, " "), button.style.value or None
    if button.web_app:
        return InlineKeyboardButton(text, web_app=WebAppInfo(button.web_app), style=style)
    if button.url:
        return InlineKeyboardButton(text, url=button.url, style=style)
    return InlineKeyboardButton(text, callback_data=button.data, style=style)


def keys_of(question: PhoneQuestion) -> ReplyKeyboardMarkup:
    share = KeyboardButton(question.share, request_contact=True)
    return ReplyKeyboardMarkup([[share], [KeyboardButton(question.skip)]], resize_keyboard=True, one_time_keyboard=True)


def rows_of(*rows: Row | None) -> tuple[Row, ...]:
    """Without the rows that have nothing in them."""
    return tuple(row for row in rows if row)
