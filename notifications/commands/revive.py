"""An address that was given up is tried once more."""

from collections.abc import Iterable

import structlog

from accounts.errors import NotAllowed
from accounts.values import Actor
from notifications.models import DeadAddress

log = structlog.get_logger()


def try_again(address_ids: Iterable[int], actor: Actor) -> int:
    """Forget that these addresses were refused: whoever has one is told by it again; how many. Raises NotAllowed."""
    if not actor.owns_deployment:
        raise NotAllowed
    forgotten, _ = DeadAddress.objects.filter(pk__in=list(address_ids)).delete()
    log.info("addresses_revived", count=forgotten, user_id=actor.user_id)
    return forgotten
