"""What the endpoints of booking say: ids, moments by the location's clock with their offset, money as text."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from booking.calendar_file import manage_url
from booking.models import Appointment
from booking.queries.visits import with_its_place
from booking.values import FreeSlot
from catalog.models import Location


def moment_said(moment: datetime | None, zone: ZoneInfo) -> str | None:
    return moment.astimezone(zone).isoformat() if moment else None


def slot_said(slot: FreeSlot, zone: ZoneInfo) -> dict[str, Any]:
    return {
        "start": moment_said(slot.start, zone),
        "end": moment_said(slot.end, zone),
        "specialist": slot.specialist_id,
        "workplace": slot.workplace_id,
        "price": f"{slot.price:.2f}",
    }


def alternatives_said(slots: Iterable[FreeSlot]) -> list[dict[str, Any]]:
    """All of one location, whose clock they are told by: one statement, if there are any."""
    slots = list(slots)
    if not slots:
        return []
    zone = Location.objects.only("timezone").get(pk=slots[0].location_id).zone
    return [slot_said(slot, zone) for slot in slots]


def appointment_said(appointment: Appointment) -> dict[str, Any]:
    """Without anybody's name or phone: whoever may read this has typed them himself."""
    appointment = with_its_place(appointment)
    zone = appointment.location.zone
    return {
        "id": appointment.pk,
        "status": appointment.status,
        "location": appointment.location_id,
        "service": appointment.service_id,
        "specialist": appointment.specialist_id,
        "workplace": appointment.workplace_id,
        "start": moment_said(appointment.start_time, zone),
        "end": moment_said(appointment.end_time, zone),
        "price": f"{appointment.price:.2f}",
        "discount": f"{appointment.discount:.2f}",
        "paid": f"{appointment.paid:.2f}",
        "currency": appointment.company.currency,
        "expires_at": moment_said(appointment.expires_at, zone),
    }


def hold_said(hold: Appointment) -> dict[str, Any]:
    """To its holder, with the token that confirms it."""
    return {**appointment_said(hold), "token": hold.hold_token}


def visit_said(visit: Appointment) -> dict[str, Any]:
    """To its client, with the token that moves and cancels it and the page that does the same."""
    return {**appointment_said(visit), "token": visit.visit_token, "manage_url": manage_url(visit)}
