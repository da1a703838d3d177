"""The asynchronous doors of the bot: thin, and each may be called again."""

from celery import shared_task

from telegram_bot import strip


@shared_task
def strip_buttons() -> int:
    """Take the buttons off messages whose visits are long over."""
    return strip.strip_buttons()
