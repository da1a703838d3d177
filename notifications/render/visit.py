"""A visit as messages tell it: every text one short line, whoever typed it."""

from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.console.texts import international
from accounts.models import User
from accounts.values import Role
from booking.models import Appointment, AppointmentEvent, EventType
from booking.values import CancelReason
from booking.wording import cancellation_rule
from catalog.models import Specialist
from notifications.render.text import one_line

NAME, PLACE, COMMENT = 80, 200, 200
"""Letters at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitTold:
    """``specialist_before`` had it until it was given to a colleague; ``is_lost`` says that he is the reader."""

    number: str
    service: str
    specialist: str
    specialist_before: str
    is_lost: bool
    person: str
    phone: str
    place: str
    address: str
    directions: str
    place_phone: str
    workplace: str
    comment: str
    reason: str
    why: str
    rule: str
    by: str
    is_by_client: bool


def visit_told(event: AppointmentEvent, reader: User | None) -> VisitTold:
    """``event`` comes with its appointment and what belongs to it. One statement for whoever cancelled it, one for the
    specialists between whom it moved."""
    visit, location = event.appointment, event.appointment.location
    before, specialist, is_lost = specialists(event, reader)
    return VisitTold(
        number=str(visit.pk),
        service=one_line(visit.service.name, NAME),
        specialist=specialist,
        specialist_before=before,
        is_lost=is_lost,
        person=one_line(visit.person, NAME) or _("Guest"),
        phone=international(visit.contact_phone),
        place=one_line(location.name, NAME),
        address=one_line(location.address, PLACE),
        directions=one_line(location.directions, PLACE),
        place_phone=international(location.phone),
        workplace=one_line(visit.workplace.name, NAME) if visit.workplace else "",
        comment=one_line(visit.notes, COMMENT),
        reason=event.payload.get("reason", ""),
        why=why(event.payload.get("reason", "")),
        rule=cancellation_rule(visit.late_fee_percent, visit.free_until, location.zone, timezone.now()),
        by=whoever_did(event) if event.event_type == EventType.BOOKING_CANCELLED and reader else "",
        is_by_client=is_by_client(event),
    )


def specialists(event: AppointmentEvent, reader: User | None) -> tuple[str, str, bool]:
    """Who had the visit before this event gave it to somebody else, who has it, and whether ``reader`` has lost it."""
    now = one_line(event.appointment.specialist.name, NAME)
    pair = event.payload.get("changed", {}).get("specialist_id")
    if event.event_type != EventType.BOOKING_RESCHEDULED or not pair:
        return "", now, False
    rows = Specialist.objects.in_bulk(pair)
    names = [one_line(rows[pk].name, NAME) for pk in pair]
    return names[0], names[1], reader is not None and rows[pair[0]].user_id == reader.pk


def why(reason: str) -> str:
    """Why the desk has cancelled, for the desk."""
    return str(CancelReason(reason).label) if reason in CancelReason.values else ""


def is_by_client(event: AppointmentEvent) -> bool:
    return bool(event.initiated_by.get("role") == Role.CLIENT.lower())


def whoever_did(event: AppointmentEvent) -> str:
    """The client, a colleague by his name, or the system."""
    if is_by_client(event):
        return _("the client")
    user = User.objects.filter(pk=event.initiated_by.get("user_id")).first()
    return one_line(str(user), NAME) if user else _("the system")


def with_its_company(visit: Appointment) -> Appointment:
    """The calendar file asks for the company by way of the location: it is the same one, and has been read."""
    visit.location.company = visit.company
    return visit
