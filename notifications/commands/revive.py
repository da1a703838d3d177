"""An address that was given up is tried once more, or is given up before anything is refused."""

from collections.abc import Iterable

import structlog

from accounts.errors import NotAllowed
from accounts.values import Actor
from notifications.models import DeadAddress
from notifications.values import Channel

LONGEST_REASON = 300

log = structlog.get_logger()


def try_again(address_ids: Iterable[int], actor: Actor) -> int:
    """Forget that these addresses were refused: whoever has one is told by it again; how many. Raises NotAllowed."""
    if not actor.owns_deployment:
        raise NotAllowed
    forgotten, _ = DeadAddress.objects.filter(pk__in=list(address_ids)).delete()
    log.info("addresses_revived", count=forgotten, user_id=actor.user_id)
    return forgotten


def revive_chat(tg_id: int) -> bool:
    """Whoever writes can be written to; whether he was thought gone. One statement on an index, for every message."""
    forgotten, _ = DeadAddress.objects.filter(channel=Channel.TELEGRAM, address=str(tg_id)).delete()
    return bool(forgotten)


def chat_gone(tg_id: int, reason: str) -> None:
    """He has shut the bot out, and says so before a message is refused: he is told by his next channel at once."""
    dead = DeadAddress(channel=Channel.TELEGRAM, address=str(tg_id), reason=reason[:LONGEST_REASON])
    DeadAddress.objects.bulk_create([dead], ignore_conflicts=True)
