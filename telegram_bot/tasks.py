"""The asynchronous doors of the bot: thin, and each may be called again."""

from dataclasses import replace
from typing import Any

from celery import shared_task

from booking.queries.visits import database_time
from telegram_bot import commands, memory, strip
from telegram_bot.course import renew_course
from telegram_bot.expiry import tell_that_hold_ran_out
from telegram_bot.gateway import receive
from telegram_bot.watch import Look, ask_to_look


@shared_task
def answer_what_was_left() -> int:
    """Answer updates whose process died over them, unless their people have gone on since; how many."""
    commands.drop_overtaken()
    left = commands.updates_left_lying()
    for body in left:
        receive(body)
    return len(left)


@shared_task
def tell_of_holds_that_ran_out() -> int:
    """Change the screens of times that could not wait any longer; how many."""
    return sum(tell_that_hold_ran_out(tg_id, hold) for tg_id, hold in memory.holds_that_ran_out(database_time()))


@shared_task
def forget_old_updates() -> int:
    """Delete what nobody asks for any more."""
    return commands.forget_old_updates()


@shared_task
def strip_buttons() -> int:
    """Take the buttons off messages whose visits are long over."""
    return strip.strip_buttons()


@shared_task
def look_at_broadcast(**fields: Any) -> None:
    """Show how far a broadcast has come, and look again in a moment: so often, and while it runs and is looked at."""
    look = Look(**fields)
    now = renew_course(look)
    if now is not None and look.left > 1:
        ask_to_look(replace(look, left=look.left - 1, seen=now))
