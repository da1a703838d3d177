"""What is said when there is no answer: too fast, later, or a code that leads to the log."""

import secrets

import structlog
from django.utils import translation
from django.utils.translation import gettext as _

from telegram_bot.callbacks import HOME
from telegram_bot.chat import Place, show
from telegram_bot.language import language_of
from telegram_bot.values import Button, Reply, Screen, Sender

log = structlog.get_logger()


def say_wait(sender: Sender, place: Place, *, aloud: bool) -> None:
    """Somebody presses faster than anybody reads. The tap is answered, and of what he wrote the first time, too."""
    if place.query_id is None and not aloud:
        return
    with translation.override(language_of(sender)):
        said = _("Too fast 🙂 Wait a few seconds.") if aloud else ""
        screen = Screen(said) if aloud and place.query_id is None else None
        show(Place(place.tg_id, query_id=place.query_id, is_card=True), Reply(screen, toast=said))


def say_try_later(sender: Sender, place: Place) -> None:
    """The database is gone, and with it whatever was asked for."""
    with translation.override(language_of(sender)):
        said = _("This does not work at the moment. Please try again in a minute.")
        screen = Screen(said, ((to_menu(),),)) if place.query_id is None else None
        show(Place(place.tg_id, query_id=place.query_id), Reply(screen, toast=said, is_alert=True))


def apologise(sender: Sender, place: Place, error: Exception) -> str:
    """A fault of ours: it is logged under a code that the person is told. Returns what the audit says."""
    code = secrets.token_hex(2).upper()
    log.error("bot_fault", code=code, exc_info=error)
    with translation.override(language_of(sender)):
        text = _("Something broke, and we know of it already (code %(code)s).") % {"code": code}
        show(place, Reply(Screen(text, ((to_menu(),),))))
    return f"fault {code}"


def to_menu() -> Button:
    return Button("🏠 " + _("To the menu"), HOME())
