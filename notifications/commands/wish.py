"""A person decides what he hears, and how."""

from typing import Any

import structlog
from django.db import transaction

from accounts.errors import NotAllowed
from accounts.values import Actor
from notifications.models import Preferences
from notifications.values import ALL_CHANNELS, Channel, Occasion
from notifications.wishes import muted_by

log = structlog.get_logger()


@transaction.atomic
def hear(actor: Actor, event: Occasion, channel: str, *, on: bool) -> Preferences:
    """Tell ``actor`` of ``event`` by ``channel`` (or ``all``) from now on, or no longer. Raises NotAllowed."""
    mine = locked_preferences(actor)
    ways = set(Channel) if channel == ALL_CHANNELS else {Channel(channel)}
    heard = {way for way in Channel if not mine.mutes(event, way)}
    heard = heard | ways if on else heard - ways
    mine.muted = muted_by([f"{event}:{way}" for way in heard], [event], mine.muted)
    mine.save(update_fields=["muted"])
    return mine


@transaction.atomic
def prefer(actor: Actor, *, every_channel: bool | None = None, wants_offers: bool | None = None) -> Preferences:
    """By every channel or by the first that works; offers, to which only a client's own consent leads. Raises
    NotAllowed."""
    mine = locked_preferences(actor)
    wanted = {"every_channel": every_channel, "wants_offers": wants_offers}
    columns = {name: value for name, value in wanted.items() if value is not None}
    for name, value in columns.items():
        setattr(mine, name, value)
    mine.save(update_fields=list(columns))
    log.info("preferences", client_id=actor.client_id, user_id=actor.user_id, **columns)
    return mine


def locked_preferences(actor: Actor) -> Preferences:
    """His own, made when there are none, ours until the commit. Raises NotAllowed for whoever is nobody here."""
    own: dict[str, Any] = {"user_id": actor.user_id} if actor.is_staff else {"client_id": actor.client_id}
    if actor.company_id is None or None in own.values():
        raise NotAllowed
    Preferences.objects.get_or_create(**own, defaults={"company_id": actor.company_id})
    return Preferences.objects.select_for_update(no_key=True).get(**own)
