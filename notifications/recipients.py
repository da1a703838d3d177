"""WHO is told: the matrix of source 001 §5, minus whoever did it."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Q

from accounts.models import User
from accounts.values import Role
from booking.models import Appointment, AppointmentEvent, EventType
from catalog.models import Specialist
from notifications.models import Delivery
from notifications.queries import Person, Switches
from notifications.values import TOLD, Occasion, RecipientRole

DESK = (Role.ADMIN, Role.OPERATOR)
CONFIRMED_TO_WHOEVER_BOOKED = frozenset({EventType.BOOKING_CREATED})
"""A booking is confirmed to the client also when he made it himself."""


def recipients_of(event: AppointmentEvent, switches: Switches) -> list[Person]:
    """Everybody concerned, each once: who is both the specialist and an administrator hears it as the specialist.

    ``event`` comes with its appointment, whose client, specialist's user and company are read. One statement, and one
    more for a visit that was given to a colleague.
    """
    roles = [role for role in TOLD.get(Occasion(event.event_type), ()) if switches.may_tell(role)]
    found: dict[str, Person] = {}
    for person in people(event, roles):
        if not is_initiator(person, event):
            found.setdefault(person.key, person)
    return list(found.values())


def people(event: AppointmentEvent, roles: list[RecipientRole]) -> Iterator[Person]:
    visit = event.appointment
    if RecipientRole.CLIENT in roles:
        yield visitor(visit)
    if RecipientRole.SPECIALIST in roles:
        for user in specialists_of(event):
            yield member(user, RecipientRole.SPECIALIST, visit)
    if RecipientRole.ADMIN in roles:
        for user in desk_of(visit):
            yield member(user, RecipientRole.ADMIN, visit)


def specialists_of(event: AppointmentEvent) -> list[User]:
    """Whose day it changes: his who has the visit, and his who had it before this event gave it to a colleague."""
    users = [event.appointment.specialist.user]
    pair = event.payload.get("changed", {}).get("specialist_id")
    if event.event_type == EventType.BOOKING_RESCHEDULED and pair:
        users += [row.user for row in Specialist.objects.filter(pk=pair[0]).select_related("user")]
    return [user for user in users if user is not None and user.is_active]


def visitor(visit: Appointment) -> Person:
    """The client, or the guest who is known by this visit alone."""
    language = (visit.client and visit.client.language) or visit.company.language
    if visit.client is not None:
        return Person(RecipientRole.CLIENT, language, client=visit.client)
    return Person(RecipientRole.CLIENT, language, guest=visit)


def member(user: User, role: RecipientRole, visit: Appointment) -> Person:
    return Person(role, user.language or visit.company.language, user=user)


def desk_of(visit: Appointment) -> list[User]:
    """The administrators and operators of the visit's location."""
    here = Q(locations__isnull=True) | Q(locations=visit.location_id)
    rows = User.objects.filter(here, company=visit.company_id, role__in=DESK, is_active=True)
    return list(rows.distinct().order_by("pk"))


def is_initiator(person: Person, event: AppointmentEvent) -> bool:
    """By person, not by role. Whoever came by the visit's own link is its client."""
    by: dict[str, Any] = event.initiated_by
    if person.role != RecipientRole.CLIENT:
        return person.user is not None and person.user.pk == by.get("user_id")
    if event.event_type in CONFIRMED_TO_WHOEVER_BOOKED:
        return False
    if by.get("role") != Role.CLIENT.lower():
        return False
    return by.get("client_id") is None or (person.client is not None and person.client.pk == by["client_id"])


def person_of(delivery: Delivery) -> Person:
    """Whom an earlier delivery was for, as the same person who would be told now. Its language may be another's, who
    reads it in his own chat."""
    someone: Any = delivery.client or delivery.user
    guest = delivery.event.appointment if delivery.event and not someone else None
    language = (someone and someone.language) or delivery.company.language
    return Person(RecipientRole(delivery.role), language, client=delivery.client, user=delivery.user, guest=guest)
