"""What an administrator does with a broadcast: each is one transaction on its locked row."""

from functools import partial
from typing import Any

import structlog
from django.conf import settings
from django.db import transaction

from accounts.errors import NotAllowed
from accounts.values import Actor, Role
from booking.queries.visits import database_time
from notifications.audience import audience_of
from notifications.commands.send import put_back
from notifications.errors import NobodyToTell, WrongBroadcastState
from notifications.models import Broadcast, BroadcastState, Delivery
from notifications.relevance import STOPPED
from notifications.values import State
from notifications.wake import wake_broadcast

log = structlog.get_logger()


@transaction.atomic
def start_broadcast(broadcast_id: int, actor: Actor) -> Broadcast:
    """Fix the audience as it is now, and begin to send. Raises NotAllowed, WrongBroadcastState, NobodyToTell."""
    broadcast = locked(broadcast_id, actor, BroadcastState.DRAFT)
    if not audience_of(broadcast).exists():
        raise NobodyToTell
    return set_running(broadcast, actor, started_at=database_time())


@transaction.atomic
def pause_broadcast(broadcast_id: int, actor: Actor) -> Broadcast:
    """Send nothing more until it is resumed; what is under way arrives. Raises NotAllowed, WrongBroadcastState."""
    broadcast = locked(broadcast_id, actor, BroadcastState.RUNNING)
    return change(broadcast, actor, state=BroadcastState.PAUSED, leased_until=None)


@transaction.atomic
def resume_broadcast(broadcast_id: int, actor: Actor) -> Broadcast:
    """Go on from where it was paused. Raises NotAllowed, WrongBroadcastState."""
    return set_running(locked(broadcast_id, actor, BroadcastState.PAUSED), actor)


@transaction.atomic
def stop_broadcast(broadcast_id: int, actor: Actor) -> Broadcast:
    """For good: whoever still waits is told nothing. Raises NotAllowed, WrongBroadcastState."""
    broadcast = locked(broadcast_id, actor, BroadcastState.RUNNING, BroadcastState.PAUSED)
    drop_waiting(broadcast)
    return change(broadcast, actor, state=BroadcastState.STOPPED, leased_until=None, finished_at=database_time())


def locked(broadcast_id: int, actor: Actor, *states: BroadcastState) -> Broadcast:
    """The broadcast, ours until the commit, if it is in one of ``states`` and the actor may steer it."""
    rows = Broadcast.objects.select_for_update(no_key=True).visible_to(actor)
    broadcast = rows.filter(pk=broadcast_id).first() if may_steer(actor) else None
    if broadcast is None:
        raise NotAllowed
    if broadcast.state not in states:
        raise WrongBroadcastState
    return broadcast


def may_steer(actor: Actor) -> bool:
    return actor.owns_deployment or actor.role == Role.ADMIN


def set_running(broadcast: Broadcast, actor: Actor, **fields: Any) -> Broadcast:
    transaction.on_commit(partial(wake_broadcast, broadcast.pk, broadcast.turn))
    lease = database_time() + settings.NOTIFICATION_LEASE
    return change(broadcast, actor, state=BroadcastState.RUNNING, leased_until=lease, **fields)


def change(broadcast: Broadcast, actor: Actor, **fields: Any) -> Broadcast:
    for name, value in fields.items():
        setattr(broadcast, name, value)
    broadcast.save(update_fields=list(fields))
    log.info("broadcast", broadcast_id=broadcast.pk, state=broadcast.state, user_id=actor.user_id)
    return broadcast


def drop_waiting(broadcast: Broadcast) -> int:
    waiting = Delivery.objects.filter(broadcast=broadcast.pk, state=State.WAITING)
    return waiting.update(state=State.DROPPED, reason=STOPPED)


@transaction.atomic
def send_part_again(broadcast_id: int, delivery_id: int) -> bool:
    """Give a delivery that failed three more attempts, and go on with its broadcast if that was done; whether it had
    failed and the broadcast was not stopped."""
    broadcast = Broadcast.objects.select_for_update(no_key=True).get(pk=broadcast_id)
    if broadcast.state == BroadcastState.STOPPED or not put_back(delivery_id):
        return False
    if broadcast.state == BroadcastState.DONE:
        broadcast.state, broadcast.finished_at = BroadcastState.RUNNING, None
        broadcast.save(update_fields=["state", "finished_at"])
        transaction.on_commit(partial(wake_broadcast, broadcast.pk, broadcast.turn))
    return True
