"""Buttons that many screens share."""

from collections.abc import Callable

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from telegram_bot.callbacks import HOME, INERT, MENU_BELOW
from telegram_bot.values import Button, Row

ACROSS = 2
LONGEST_LABEL = 64
"""Letters of a button; longer ones no telephone shows."""


def home_button() -> Button:
    return Button("🏠", HOME())


def home_row() -> Row:
    return (Button("🏠 " + _("To the menu"), HOME()),)


def below_row() -> Row:
    """Under a receipt, which stays: the menu comes below."""
    return (Button("🏠 " + _("To the menu"), MENU_BELOW()),)


def back_button(data: str, text: str = "") -> Button:
    return Button(f"⬅️ {text}".strip(), data)


def label(text: str) -> Button:
    """Says something and does nothing."""
    return Button(text, INERT())


def page_row(page: int, has_more: bool, data_of_page: Callable[[int], str]) -> Row:
    """To the page before and after, where there are such."""
    earlier = (Button("◀ " + pgettext("page", "Earlier"), data_of_page(page - 1)),) if page > 0 else ()
    later = (Button(pgettext("page", "More") + " ▶", data_of_page(page + 1)),) if has_more else ()
    return earlier + later


def in_rows(buttons: list[Button], across: int = ACROSS) -> tuple[Row, ...]:
    """So many in a row."""
    return tuple(tuple(buttons[at : at + across]) for at in range(0, len(buttons), across))


def web_app_url(path: str) -> str:
    """A page of ours for the Mini App, empty unless it can be opened there: Telegram wants https."""
    return f"{settings.PUBLIC_URL}{path}" if settings.PUBLIC_URL.startswith("https://") else ""
