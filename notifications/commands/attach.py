"""A chat follows a visit whose link was opened in it, or no longer."""

from django.db import transaction

from booking.models import Appointment
from notifications.errors import TooManyChats
from notifications.models import AttachedChat

MOST_CHATS = 5
"""Whoever has a link may give it to others, but not let us write to everybody."""


@transaction.atomic
def attach_chat(appointment_id: int, tg_id: int, language: str) -> AttachedChat:
    """Let the chat hear of the visit, in ``language``; repeated, it is the same row. Whoever has come first stays.

    Raises TooManyChats, and Appointment.DoesNotExist for what is no visit.
    """
    visit = locked(appointment_id)
    require_room(visit, tg_id)
    chat, _ = AttachedChat.objects.update_or_create(appointment=visit, tg_id=tg_id, defaults={"language": language})
    return chat


def locked(appointment_id: int) -> Appointment:
    """Ours until the commit: two who come at once are counted one after the other."""
    return Appointment.objects.booked().select_for_update(no_key=True).get(pk=appointment_id)


def require_room(visit: Appointment, tg_id: int) -> None:
    """Raises TooManyChats."""
    chats = AttachedChat.objects.filter(appointment=visit)
    if not chats.filter(tg_id=tg_id).exists() and chats.count() >= MOST_CHATS:
        raise TooManyChats


def detach_chat(appointment_id: int, tg_id: int) -> bool:
    """Let the chat hear no more of the visit; whether it did."""
    _, forgotten = AttachedChat.objects.filter(appointment=appointment_id, tg_id=tg_id).delete()
    return bool(forgotten)
