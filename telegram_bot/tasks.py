"""The asynchronous doors of the bot: thin, and each may be called again."""

from celery import shared_task

from telegram_bot import commands
from telegram_bot.gateway import receive


@shared_task
def answer_what_was_left() -> int:
    """Answer updates whose process died over them; how many."""
    left = commands.updates_left_lying()
    for body in left:
        receive(body)
    return len(left)


@shared_task
def forget_old_updates() -> int:
    """Delete what nobody asks for any more."""
    return commands.forget_old_updates()
