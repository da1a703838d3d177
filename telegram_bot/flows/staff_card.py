"""What a visit has for a specialist and for the desk alike: its button in a day, and what can be done with it now."""

from collections.abc import Callable
from datetime import datetime

from django.utils.translation import gettext as _

from booking.models import COMING, Appointment
from booking.wording import clock
from telegram_bot.callbacks import CANCEL, RESCHEDULE, Callback
from telegram_bot.dress import rows_of
from telegram_bot.flows.editing import remember_way_back
from telegram_bot.staff_wording import surname
from telegram_bot.steps import step_rows, take_step
from telegram_bot.talk import Talk
from telegram_bot.values import Button, Reply, Row, Screen
from telegram_bot.when import local_day


def visit_button(visit: Appointment, callback: Callback) -> Button:
    """10:00 Иванова; ``callback`` opens it."""
    return Button(f"{clock(visit.start_time, visit.location.zone)} {surname(visit)}", callback(id=visit.pk))


def now_of(visit: Appointment) -> datetime:
    """The database's clock when it was read."""
    moment: datetime = visit.now  # type: ignore[attr-defined]  # annotated by whoever read it
    return moment


def deed_rows(talk: Talk, visit: Appointment, callback: Callback) -> tuple[Row, ...]:
    """``callback`` takes a step of the visit's life."""
    return rows_of(*step_rows(visit, now_of(visit), callback), change_row(talk, visit))


def change_row(talk: Talk, visit: Appointment) -> Row | None:
    """Both lead back to the day; what moves a visit has no room for that in its button."""
    if visit.status not in COMING:
        return None
    return_to = f"d{local_day(visit):%Y%m%d}"
    remember_way_back(talk, visit.pk, return_to)
    return (
        Button("🕐 " + _("Move"), RESCHEDULE(id=visit.pk)),
        Button("❌ " + _("Cancel"), CANCEL(id=visit.pk, return_to=return_to)),
    )


def taken(talk: Talk, visit: Appointment, step: str, repainted: Callable[[], Screen]) -> Reply:
    """Take it, say what came of it, and show the visit as it is then."""
    outcome = take_step(visit, step, now_of(visit), talk.staff)
    return Reply(repainted(), toast=outcome.said, is_alert=bool(outcome.refusal), refusal=outcome.refusal)
