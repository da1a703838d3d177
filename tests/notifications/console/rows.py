"""Deliveries as the road leaves them, written straight into their table."""

from booking.models import Appointment
from notifications.models import Broadcast, Delivery
from notifications.values import Channel, RecipientRole, State

BLOCKED = "Forbidden: bot was blocked by the user"


def put(visit: Appointment, *, event_type: str = "booking_created", **fields) -> Delivery:
    """A mail to the visit's guest, sent, unless ``fields`` say otherwise; the recipient follows from the person."""
    event = visit.events.filter(event_type=event_type).order_by("pk").last()
    client, user = fields.get("client"), fields.get("user")
    defaults = {
        "company": visit.company,
        "event": event,
        "occasion": f"event:{event.pk if event else 0}",
        "event_type": event_type,
        "recipient": f"client:{client.pk}" if client else f"user:{user.pk}" if user else f"guest:{visit.pk}",
        "role": RecipientRole.CLIENT,
        "channel": Channel.EMAIL,
        "target": "anna@example.com",
        "language": "en",
        "state": State.SENT,
        "attempts": 1,
    }
    return Delivery.objects.create(**defaults | fields)


def put_offer(broadcast: Broadcast, client, **fields) -> Delivery:
    """One part of a broadcast, by Telegram."""
    defaults = {
        "company": broadcast.company,
        "broadcast": broadcast,
        "occasion": f"broadcast:{broadcast.pk}",
        "event_type": "broadcast",
        "recipient": f"client:{client.pk}",
        "client": client,
        "role": RecipientRole.CLIENT,
        "channel": Channel.TELEGRAM,
        "target": f"{client.pk}",
        "language": "en",
        "state": State.SENT,
    }
    return Delivery.objects.create(**defaults | fields)
