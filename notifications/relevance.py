"""Is a message still true and useful at the moment of sending?"""

from booking.commands.record import in_utc
from booking.models import Status
from booking.queries.visits import database_time
from notifications.models import BroadcastState, Delivery, Preferences
from notifications.values import OFFER, Occasion

TOO_LATE = "too late to be of use"
NO_LONGER_SO = "the visit was moved or cancelled"
TOLD_LATER = "a later message has told it"
STOPPED = "the broadcast was stopped"
NO_CONSENT = "the client no longer agrees to offers"


def reason_to_drop(delivery: Delivery) -> str:
    """Why it must not be sent any more; empty when it must."""
    if delivery.useful_until is not None and delivery.useful_until <= database_time():
        return TOO_LATE
    if delivery.broadcast is not None and delivery.broadcast.state == BroadcastState.STOPPED:
        return STOPPED
    if delivery.broadcast is not None and not agrees_to_offers(delivery):
        return NO_CONSENT
    if delivery.event_type == Occasion.BOOKING_REMINDER and not is_still_so(delivery):
        return NO_LONGER_SO
    return ""


def is_still_so(delivery: Delivery) -> bool:
    """Whether the visit that the reminder is about is still confirmed for that time (guarantee 17)."""
    assert delivery.event is not None  # noqa: S101 - a reminder is an event; for the type checker
    visit = delivery.event.appointment
    reminded_of = delivery.event.payload["start_time"]
    return visit.status == Status.CONFIRMED and in_utc(visit.start_time) == reminded_of


def agrees_to_offers(delivery: Delivery) -> bool:
    """Whether the client still does, and by this channel: a campaign may take hours, and be paused for days."""
    choice = Preferences.objects.filter(client=delivery.client_id, client__is_active=True, wants_offers=True).first()
    return choice is not None and not choice.mutes(OFFER, delivery.channel)
