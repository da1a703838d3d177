"""What the card of a visit shows."""

from django.db.models import F

from booking.models import AppointmentEvent, EventType

SHOWN = (EventType.BOOKING_CREATED, EventType.BOOKING_RESCHEDULED, EventType.BOOKING_CANCELLED)
READ_TOGETHER = tuple(
    f"appointment__{name}" for name in ("company", "location", "service", "client", "specialist", "workplace")
)


def last_news_of(appointment_id: int) -> AppointmentEvent:
    """What was last told of a visit, with the visit as it is now: one statement. A move in the console that was taken
    back before anybody heard of it, and its way back, are no news. Raises AppointmentEvent.DoesNotExist."""
    news = AppointmentEvent.objects.filter(appointment=appointment_id, event_type__in=SHOWN)
    return news.exclude(dispatched_at__lt=F("dispatch_after")).select_related(*READ_TOGETHER).latest("pk")
