"""The screen of a broadcast follows it while it runs, in the chat of whoever looks at it."""

import hashlib

import structlog
from django.utils import translation

from accounts.values import Actor, Role
from notifications.errors import NotSent, Throttled
from notifications.models import Broadcast, BroadcastState
from telegram_bot import memory
from telegram_bot.chat import edit_screen
from telegram_bot.flows.desk_course import course_screen
from telegram_bot.limiter import LIMITER
from telegram_bot.people import person_of
from telegram_bot.values import Screen, Sender
from telegram_bot.watch import Look

log = structlog.get_logger()


def renew_course(look: Look) -> str | None:
    """Show how far the broadcast is, if the chat still looks at it and its person still may; what is shown now, or None
    when nobody needs to look again."""
    menu = memory.menu_of(look.tg_id)
    found = broadcast_seen_by(look.tg_id, look.broadcast_id)
    if found is None or menu is None or menu.shows != look.menu_shows:
        return None
    with translation.override(look.language):
        screen = course_screen(found)
    if (now := digest_of(screen)) != look.seen and not changed(look.tg_id, menu.message_id, screen):
        return None
    return now if found.state == BroadcastState.RUNNING else None


def broadcast_seen_by(tg_id: int, pk: int) -> Broadcast | None:
    staff = person_of(Sender(tg_id, "")).staff
    return Broadcast.objects.visible_to(staff).filter(pk=pk).first() if staff and may_look(staff) else None


def may_look(staff: Actor) -> bool:
    return staff.role == Role.ADMIN


def changed(tg_id: int, message_id: int, screen: Screen) -> bool:
    """Whether the message is still there."""
    try:
        return edit_screen(tg_id, message_id, screen)
    except Throttled as error:
        LIMITER.pause(error.wait)
        return True
    except NotSent as error:
        log.warning("course_not_shown", why=error.reason)
        return False


def digest_of(screen: Screen) -> str:
    """What was shown needs not be shown again."""
    return hashlib.sha256(repr(screen).encode()).hexdigest()[:16]
