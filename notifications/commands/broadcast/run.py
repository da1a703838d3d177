"""HOW: send a broadcast, each channel in a lane of its own, a little at a time."""

import time
from dataclasses import replace
from functools import partial

from booking.models.appointment import ClockTimestamp
from notifications.channels import BulkCarrier, carrier_of
from notifications.commands.broadcast.address import address_until
from notifications.commands.broadcast.flight import Flight
from notifications.commands.broadcast.threads import at_once
from notifications.commands.broadcast.turns import Onward, leave_turn, take_turn
from notifications.commands.send import send_delivery
from notifications.models import Delivery
from notifications.models.delivery import DeliveryQuerySet
from notifications.queries import BROADCASTS
from notifications.values import Channel, RecipientRole, State

SECONDS = 5.0
"""Of one turn: so soon other broadcasts have theirs, and a worker can end gently. A pause is felt at once."""
BATCH = 150
"""Deliveries that are read at once: as many as the Bot API takes in a turn, which they end. Were they cut off by the
clock, those that wait for their permit would hold it up; and between two batches the bot writes nothing."""
IDLE = 1.0
"""Seconds before the next turn when this one could send nothing: the provider takes nothing now."""
AT_ONCE = 3
"""Of a channel that sends one after the other: each needs a connection to the database, of which there are few."""
READ = ("company", "client", "broadcast")
LANES = [channel for channel in Channel if BROADCASTS.is_on(RecipientRole.CLIENT, channel)]


def run_broadcast(broadcast_id: int, turn: int) -> Onward | None:
    """Address and send for about five seconds; whose turn is next. Nothing when this turn is not ours to take.

    A delivery is claimed right before its own send, so a killed worker leaves no more in doubt than it had under way.
    """
    broadcast = take_turn(broadcast_id, turn)
    if broadcast is None:
        return None
    end, busy = time.monotonic() + SECONDS, True
    broadcast.addressed = broadcast.addressed or address_until(broadcast_id, end)
    if broadcast.addressed:
        busy = send_until(broadcast_id, end)
    onward = leave_turn(broadcast)
    return onward if busy or onward is None else replace(onward, wait=max(onward.wait, IDLE))


def send_until(broadcast_id: int, end: float) -> bool:
    """Send what is due until ``end`` of the monotonic clock; whether anything could be sent."""
    busy = [channel for channel in LANES if due(broadcast_id, channel).exists()]
    return any(at_once([partial(send_by, channel, broadcast_id, end) for channel in busy], len(busy)))


def due(broadcast_id: int, channel: Channel) -> DeliveryQuerySet:
    rows = Delivery.objects.filter(broadcast=broadcast_id, channel=channel, state=State.WAITING)
    return rows.filter(not_before__lte=ClockTimestamp()).order_by("pk")


def send_by(channel: Channel, broadcast_id: int, end: float) -> bool:
    """One lane: batch after batch, until nothing is due, or nothing of it may be sent; whether anything could be."""
    carrier, any_sent = carrier_of(channel), False
    while time.monotonic() < end and (batch := list(due(broadcast_id, channel).select_related(*READ)[:BATCH])):
        if isinstance(carrier, BulkCarrier):
            sent = Flight(batch).fly(carrier)
        else:
            sent = any(at_once([partial(send_one, delivery.pk, end) for delivery in batch], AT_ONCE))
        if not sent:
            break
        any_sent = True
    return any_sent


def send_one(delivery_id: int, end: float) -> bool:
    """Whether there was still time, and it was ours to send."""
    return time.monotonic() < end and send_delivery(delivery_id) != ""
