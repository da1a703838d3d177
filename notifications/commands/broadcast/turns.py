"""Whose turn it is: a broadcast is run by one worker at a time, and by the next one when that dies.

A message to the worker names a turn. Whoever takes it raises the number, so that a message which arrives twice, or from
a worker that was thought dead, runs nothing; and leases the broadcast, so that it is seen when nobody comes back.
"""

from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db.models import Exists, F, Min, OuterRef

from booking.models.appointment import ClockTimestamp
from booking.queries.visits import database_time
from notifications.models import Broadcast, BroadcastState, Delivery
from notifications.values import State
from notifications.wake import wake_broadcast

SOON = timedelta(seconds=10)
"""What is due later is found by ``wake_broadcasts``, which looks so often."""
UNFINISHED = (State.WAITING, State.SENDING)


@dataclass(frozen=True, slots=True)
class Onward:
    """The next turn, and after how many seconds it is to be taken."""

    turn: int
    wait: float = 0


def take_turn(broadcast_id: int, turn: int) -> Broadcast | None:
    """The broadcast, if it runs and this turn is nobody else's, with ``turn`` as the next one."""
    rows = Broadcast.objects.filter(pk=broadcast_id, state=BroadcastState.RUNNING, turn=turn)
    if not rows.update(turn=F("turn") + 1, leased_until=ClockTimestamp() + settings.NOTIFICATION_LEASE):
        return None
    broadcast = Broadcast.objects.get(pk=broadcast_id)
    broadcast.turn = turn + 1
    return broadcast


def leave_turn(broadcast: Broadcast) -> Onward | None:
    """Whose turn is next; nobody's when the broadcast has ended, or rests until something is due again."""
    if finish(broadcast.pk):
        return None
    wait = seconds_until_due(broadcast)
    lease = None if wait is None else ClockTimestamp() + settings.NOTIFICATION_LEASE
    ours = Broadcast.objects.filter(pk=broadcast.pk, state=BroadcastState.RUNNING, turn=broadcast.turn)
    if not ours.update(leased_until=lease) or wait is None:
        return None
    return Onward(broadcast.turn, wait)


def seconds_until_due(broadcast: Broadcast) -> float | None:
    """None when nothing is due soon."""
    waiting = Delivery.objects.filter(broadcast=broadcast.pk, state=State.WAITING)
    if not broadcast.addressed or waiting.filter(not_before__lte=ClockTimestamp()).exists():
        return 0
    due = waiting.aggregate(due=Min("not_before"))["due"]
    if due is None:
        return None
    wait = max(due - database_time(), timedelta())
    return wait.total_seconds() if wait < SOON else None


def finish(broadcast_id: int) -> bool:
    """Mark it done, when all has been written and nothing waits or is under way."""
    unfinished = Delivery.objects.filter(broadcast=OuterRef("pk"), state__in=UNFINISHED)
    rows = Broadcast.objects.filter(~Exists(unfinished), pk=broadcast_id, state=BroadcastState.RUNNING, addressed=True)
    return bool(rows.update(state=BroadcastState.DONE, leased_until=None, finished_at=ClockTimestamp()))


def wake_forsaken() -> int:
    """Ask once more for the turn of every running broadcast that nobody has leased; how many."""
    lapsed = Broadcast.objects.filter(state=BroadcastState.RUNNING).exclude(leased_until__gt=ClockTimestamp())
    lease, woken = ClockTimestamp() + settings.NOTIFICATION_LEASE, 0
    for broadcast_id, turn in list(lapsed.values_list("pk", "turn")):
        if lapsed.filter(pk=broadcast_id, turn=turn).update(leased_until=lease):
            wake_broadcast(broadcast_id, turn)
            woken += 1
    return woken
