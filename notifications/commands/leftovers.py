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

GRACE = timedelta(seconds=5)
"""Whoever has been due for less was woken a moment ago, and is on his way through the queue."""
MOST_AT_ONCE = 1000
LONG_QUEUE = 500


def sweep() -> int:
    """Wake every event and delivery that is due and was left lying; how many. Broadcasts have their own engine.

    While the queue is long nothing is added to it: what lies in the tables will be there when it is shorter.
    """
    tick_off_untold()
    if backlog() > LONG_QUEUE:
        return 0
    events, deliveries = woken_events(), woken_deliveries()
    for event_id in events:
        wake_event(event_id)
    wake_deliveries(deliveries)
    return len(events) + len(deliveries)


def tick_off_untold() -> int:
    """Holds and arrivals are history, which nobody is told of; how many events."""
    rows = AppointmentEvent.objects.filter(dispatched_at__isnull=True).exclude(event_type__in=TOLD)
    return rows.update(dispatched_at=ClockTimestamp())


def woken_events() -> list[int]:
    """Those that lie there. Each is due from now on, so that the next sweep leaves it its time in the queue."""
    now = ClockTimestamp()
    due = Q(dispatch_after__isnull=True, created_at__lte=now - GRACE) | Q(dispatch_after__lte=now - GRACE)
    rows = AppointmentEvent.objects.filter(due, dispatched_at__isnull=True)
    found = list(rows.order_by("pk").values_list("pk", flat=True)[:MOST_AT_ONCE])
    rows.filter(pk__in=found).update(dispatch_after=now)
    return found


def woken_deliveries() -> list[int]:
    """The same of deliveries: those that wait, and those that a killed worker left behind."""
    now = ClockTimestamp()
    waiting = Delivery.objects.filter(state=State.WAITING, not_before__lte=now - GRACE)
    forsaken = Delivery.objects.filter(state=State.SENDING, leased_until__lte=now - GRACE)
    own = Q(broadcast__isnull=True)
    found = list((waiting | forsaken).filter(own).order_by("pk").values_list("pk", flat=True)[:MOST_AT_ONCE])
    waiting.filter(pk__in=found).update(not_before=now)
    forsaken.filter(pk__in=found).update(leased_until=now)
    return found


def send_again(delivery: Delivery) -> bool:
    """Give a delivery that failed another three attempts, now; whether it had failed. The desk's button."""
    if delivery.broadcast_id is not None:
        return send_part_again(delivery.broadcast_id, delivery.pk)
    again = put_back(delivery.pk)
    if again:
        wake_deliveries([delivery.pk])
    return again
