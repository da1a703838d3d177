"""The bot introduces itself to a Telegram that has only just begun: its commands, and what it says in an empty chat."""

from collections.abc import Iterable

import structlog
from telegram.error import TelegramError

from telegram_bot.commands import forget_commands
from telegram_bot.introduction import introduce

log = structlog.get_logger()


def introduce_anew(tg_ids: Iterable[int]) -> None:
    """Also the commands of staff, which the bot sets in each chat once and which an earlier stand-in took along."""
    try:
        forget_commands(tg_ids)
        introduce()
    except TelegramError as error:
        log.warning("bot_not_introduced", why=type(error).__name__)
