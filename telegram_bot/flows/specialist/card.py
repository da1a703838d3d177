"""One visit of a specialist: who comes, and what can be done with it now (experience §3.5)."""

from django.utils.translation import gettext as _

from booking.models import Appointment, Status
from telegram_bot.buttons import back_button, home_button
from telegram_bot.callbacks import MY_DAY, MY_STEP, MY_VISIT
from telegram_bot.columns import my_visit
from telegram_bot.flows.staff_card import deed_rows, taken
from telegram_bot.routes import press
from telegram_bot.screens import text_of
from telegram_bot.staff_wording import SIGNS
from telegram_bot.talk import Talk
from telegram_bot.values import Reply, Screen
from telegram_bot.when import local_day


@press(MY_VISIT)
def show_visit(talk: Talk, *, id: int) -> Reply:  # noqa: A002 - as the grammar calls it
    return Reply(card_screen(talk, my_visit(talk, id)))


@press(MY_STEP)
def my_step(talk: Talk, *, id: int, step: str) -> Reply:  # noqa: A002 - as the grammar calls it
    """One tap; a second one says that it is noted already."""
    return taken(talk, my_visit(talk, id), step, lambda: card_screen(talk, my_visit(talk, id)))


def card_screen(talk: Talk, visit: Appointment) -> Screen:
    """Everything but money."""
    text = text_of("specialist/visit", visit=visit, sign=SIGNS[Status(visit.status)])
    back = (back_button(MY_DAY(day=local_day(visit)), _("To the day")), home_button())
    return Screen(text, (*deed_rows(talk, visit, MY_STEP), back))
