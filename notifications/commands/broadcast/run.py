"""HOW: send a broadcast, each channel in a lane of its own, a little at a time."""

import time
from functools import partial

from booking.models.appointment import ClockTimestamp
from notifications.channels import BulkCarrier, carrier_of
from notifications.commands.broadcast.address import address_until
from notifications.commands.broadcast.flight import Flight
from notifications.commands.broadcast.threads import at_once
from notifications.commands.broadcast.turns import Onward, leave_turn, take_turn
from notifications.commands.send import READ_TOGETHER, send_delivery
from notifications.models import Delivery
from notifications.models.delivery import DeliveryQuerySet
from notifications.queries import BROADCASTS
from notifications.values import Channel, RecipientRole, State

SECONDS = 2.0
"""Of one turn: so soon a pause or a stop is felt, other broadcasts have their turn, and a worker can end gently."""
BATCH = 100
"""Deliveries that are read at once: more than the Bot API takes in a turn."""
AT_ONCE = 3
"""Of a channel that sends one after the other: each needs a connection to the database, of which there are few."""
LANES = [channel for channel in Channel if BROADCASTS.is_on(RecipientRole.CLIENT, channel)]


def run_broadcast(broadcast_id: int, turn: int) -> Onward | None:
    """Address and send for about two seconds; whose turn is next. Nothing when this turn is not ours to take.

    A delivery is claimed right before its own send, so a killed worker leaves no more in doubt than it had under way.
    """
    broadcast = take_turn(broadcast_id, turn)
    if broadcast is None:
        return None
    end = time.monotonic() + SECONDS
    broadcast.addressed = broadcast.addressed or address_until(broadcast_id, end)
    if broadcast.addressed:
        send_until(broadcast_id, end)
    return leave_turn(broadcast)


def send_until(broadcast_id: int, end: float) -> None:
    """Send what is due until ``end`` of the monotonic clock."""
    busy = [channel for channel in LANES if due(broadcast_id, channel).exists()]
    at_once([partial(send_by, channel, broadcast_id, end) for channel in busy], len(busy))


def due(broadcast_id: int, channel: Channel) -> DeliveryQuerySet:
    rows = Delivery.objects.filter(broadcast=broadcast_id, channel=channel, state=State.WAITING)
    return rows.filter(not_before__lte=ClockTimestamp()).order_by("pk")


def send_by(channel: Channel, broadcast_id: int, end: float) -> None:
    """One lane: batch after batch, until nothing is due or nothing of it may be sent, because it was paused."""
    carrier, begun = carrier_of(channel), True
    while begun and time.monotonic() < end:
        batch = list(due(broadcast_id, channel).select_related(*READ_TOGETHER)[:BATCH])
        if isinstance(carrier, BulkCarrier):
            begun = Flight(batch, end).fly(carrier)
        else:
            begun = any(at_once([partial(send_one, delivery.pk, end) for delivery in batch], AT_ONCE))


def send_one(delivery_id: int, end: float) -> bool:
    """Whether there was still time, and it was ours to send."""
    return time.monotonic() < end and send_delivery(delivery_id) != ""
