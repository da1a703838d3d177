"""Find what was never woken: the broker was gone, a worker died, or it is time to try again."""

from datetime import timedelta

from django.db.models import Q

from booking.models import AppointmentEvent
from booking.models.appointment import ClockTimestamp
from notifications.commands.broadcast.steer import send_part_again
from notifications.commands.send import put_back
from notifications.models import Delivery
from notifications.values import TOLD, State
from notifications.wake import backlog, wake_deliveries, wake_event

GRACE = timedelta(seconds=3)
"""Whoever is younger has just been woken."""
MOST_AT_ONCE = 1000
LONG_QUEUE = 500


def sweep() -> int:
    """Wake every event and delivery that is due and was left lying; how many. Broadcasts have their own engine.

    While the queue is long nothing is added to it: what lies in the tables will be there when it is shorter.
    """
    tick_off_untold()
    if backlog() > LONG_QUEUE:
        return 0
    events, deliveries = lying_events(), lying_deliveries()
    for event_id in events:
        wake_event(event_id)
    wake_deliveries(deliveries)
    return len(events) + len(deliveries)


def tick_off_untold() -> int:
    """Holds and arrivals are history, which nobody is told of; how many events."""
    rows = AppointmentEvent.objects.filter(dispatched_at__isnull=True).exclude(event_type__in=TOLD)
    return rows.update(dispatched_at=ClockTimestamp())


def lying_events() -> list[int]:
    now = ClockTimestamp()
    due = Q(dispatch_after__isnull=True, created_at__lte=now - GRACE) | Q(dispatch_after__lte=now)
    rows = AppointmentEvent.objects.filter(due, dispatched_at__isnull=True)
    return list(rows.order_by("pk").values_list("pk", flat=True)[:MOST_AT_ONCE])


def lying_deliveries() -> list[int]:
    now = ClockTimestamp()
    waiting = Q(state=State.WAITING, not_before__lte=now - GRACE)
    forsaken = Q(state=State.SENDING, leased_until__lte=now)
    rows = Delivery.objects.filter(waiting | forsaken, broadcast__isnull=True)
    return list(rows.order_by("pk").values_list("pk", flat=True)[:MOST_AT_ONCE])


def send_again(delivery: Delivery) -> bool:
    """Give a delivery that failed another three attempts, now; whether it had failed. The desk's button."""
    if delivery.broadcast_id is not None:
        return send_part_again(delivery.broadcast_id, delivery.pk)
    again = put_back(delivery.pk)
    if again:
        wake_deliveries([delivery.pk])
    return again
