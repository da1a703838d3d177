"""A held time is up while somebody looks at it: the screen says so, with what is free instead (experience §3.4)."""

import structlog
from django.utils import translation

from booking.models import Appointment
from notifications.errors import NotSent
from telegram_bot import memory
from telegram_bot.chat import edit_screen
from telegram_bot.flows.holding import ran_out

log = structlog.get_logger()


def tell_that_hold_ran_out(tg_id: int, hold: int) -> bool:
    """Whether the chat was told: it was still looking, and nobody had booked the time or let it go."""
    menu = memory.menu_of(tg_id)
    if menu is None or menu.shows != f"hold:{hold}":
        return False
    held = Appointment.objects.with_everything_shown().filter(pk=hold).first()
    with translation.override(held.client.language or held.company.language if held and held.client else None):
        screen = ran_out(held) if held else None
    if screen is None:
        return False
    try:
        edit_screen(tg_id, menu.message_id, screen)
    except NotSent as error:
        log.warning("hold_end_not_told", why=error.reason)
        return False
    memory.keep_menu(tg_id, memory.Menu(menu.message_id))
    return True
