"""The card of a visit: what it shows, and where it stands."""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import F, Q

from booking.models import AppointmentEvent, EventType
from booking.models.appointment import ClockTimestamp
from notifications.models import Delivery
from notifications.values import Channel, RecipientRole, State

SHOWN = (EventType.BOOKING_CREATED, EventType.BOOKING_RESCHEDULED, EventType.BOOKING_CANCELLED)
READ_TOGETHER = tuple(
    f"appointment__{name}" for name in ("company", "location", "service", "client", "specialist", "workplace")
)


def last_news_of(appointment_id: int) -> AppointmentEvent:
    """What was last told of a visit, with the visit as it is now: one statement. A move in the console that was taken
    back before anybody heard of it, and its way back, are no news. Raises AppointmentEvent.DoesNotExist."""
    news = AppointmentEvent.objects.filter(appointment=appointment_id, event_type__in=SHOWN)
    return news.exclude(dispatched_at__lt=F("dispatch_after")).select_related(*READ_TOGETHER).latest("pk")


LASTS = timedelta(hours=48)
"""So long a card is kept up to date: later nobody looks for it so far up (and the bot could no longer delete it)."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What a chat of the desk has of a visit: the card's ``message_id``, empty when there is none that may be changed;
    ``is_ahead`` says that something later has been told there."""

    message_id: str = ""
    is_ahead: bool = False


def standing_card(delivery: Delivery) -> Standing:
    """One card for each booking and administrator (experience §3.6): where ``delivery`` belongs. One statement, and
    none for whom every message is news: clients, specialists, and whoever is told by another channel."""
    event = delivery.event
    if event is None or (delivery.role, delivery.channel) != (RecipientRole.ADMIN, Channel.TELEGRAM):
        return Standing()
    told = Delivery.objects.filter(
        event__appointment=event.appointment_id,
        recipient=delivery.recipient,
        channel=delivery.channel,
        target=delivery.target,
        state=State.SENT,
    )
    is_young = Q(sent_at__gt=ClockTimestamp() - LASTS)
    cards = list(told.order_by("event_id").annotate(is_young=is_young).values_list("event", "provider_id", "is_young"))
    if not cards:
        return Standing()
    newest, message_id, _ = cards[-1]
    may_change = all(young for _, card, young in cards if card == message_id)  # its age is that of its first telling
    return Standing(message_id if may_change else "", is_ahead=newest > event.pk)
