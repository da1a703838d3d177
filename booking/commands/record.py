"""Write what happened: the history of an appointment, and the outbox that wakes the rest."""

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from django.db import transaction

from accounts.values import Actor, Channel
from booking.models import Appointment, AppointmentEvent, EventType, Status
from booking.models.appointment import ClockTimestamp
from booking.signals import event_recorded

UNDONE_WITHIN = timedelta(seconds=10)

WRITTEN = [
    "specialist",
    "workplace",
    "client",
    "contact_name",
    "contact_phone",
    "start_time",
    "end_time",
    "busy_until",
    "status",
    "price",
    "discount",
    "free_until",
    "least_fee",
    "expires_at",
    "hold_extended",
    "notes",
    "client_says_coming",
    "outside_rules",
    "version",
    "sequence",
    "updated_at",
]


def facts(appointment: Appointment) -> dict[str, Any]:
    """What history keeps of an appointment: ids, times and the price, never names, phones or comments."""
    return {
        "status": appointment.status,
        "location_id": appointment.location_id,
        "service_id": appointment.service_id,
        "specialist_id": appointment.specialist_id,
        "workplace_id": appointment.workplace_id,
        "start_time": in_utc(appointment.start_time),
        "end_time": in_utc(appointment.end_time),
        "busy_until": in_utc(appointment.busy_until),
        "price": f"{appointment.price:.2f}",
        "discount": f"{appointment.discount:.2f}",
        "free_until": appointment.free_until and in_utc(appointment.free_until),
        "outside_rules": appointment.outside_rules,
    }


def in_utc(moment: datetime) -> str:
    """One way to write a moment, or before and after would differ where nothing changed."""
    return moment.astimezone(UTC).isoformat()


def record_event(
    appointment: Appointment,
    event_type: EventType,
    actor: Actor,
    before: dict[str, Any] | None = None,
    *,
    told: bool = True,
    **details: Any,
) -> AppointmentEvent:
    """Append to the history and, once committed, tell whoever listens for ``event_recorded``.

    ``before`` is what ``facts`` said earlier: only what differs is kept, as before/after pairs. Of what is not ``told``
    nobody hears: it is history alone.
    """
    after = facts(appointment)
    changed = (
        {key: [before.get(key), after[key]] for key in after if before.get(key) != after[key]} if before else after
    )
    event = AppointmentEvent.objects.create(
        appointment=appointment,
        event_type=event_type,
        initiated_by=actor.as_initiator(),
        payload={"changed": changed, **details} if before else {**changed, **details},
        dispatch_after=ClockTimestamp() + UNDONE_WITHIN if can_be_undone(event_type, actor) else None,
        dispatched_at=None if told else ClockTimestamp(),
    )
    transaction.on_commit(
        partial(event_recorded.send_robust, sender=AppointmentEvent, event_id=event.pk, event_type=event.event_type)
    )
    return event


def can_be_undone(event_type: EventType, actor: Actor) -> bool:
    """A slip of the mouse in the console: for a moment nobody is told (domain §6)."""
    return event_type == EventType.BOOKING_RESCHEDULED and actor.channel == Channel.ADMIN


def unsay(event: AppointmentEvent) -> bool:
    """Tell nobody of ``event``, if nobody has been told yet; whether that came in time."""
    untold = AppointmentEvent.objects.filter(
        pk=event.pk, dispatched_at__isnull=True, dispatch_after__gt=ClockTimestamp()
    )
    return bool(untold.update(dispatched_at=ClockTimestamp()))


def write_change(
    appointment: Appointment,
    event_type: EventType,
    actor: Actor,
    before: dict[str, Any],
    *,
    told: bool = True,
    **details: Any,
) -> Appointment:
    """Save a locked, changed appointment as its next version, and record why."""
    appointment.version += 1
    if appointment.status != Status.HOLD:
        appointment.expires_at = None
    appointment.save(update_fields=WRITTEN)
    record_event(appointment, event_type, actor, before, told=told, **details)
    return appointment
