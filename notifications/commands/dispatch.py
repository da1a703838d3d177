"""WHO: turn an event into deliveries, once."""

from collections.abc import Iterator
from datetime import datetime
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import Q

from booking.models import AppointmentEvent
from booking.models.appointment import ClockTimestamp
from notifications.channels import open_channels
from notifications.models import Delivery
from notifications.queries import Address, AddressBook, Person, Switches, address_book, switches_of
from notifications.recipients import recipients_of
from notifications.values import TOLD, Occasion, RecipientRole, State
from notifications.wake import wake_deliveries

NO_ADDRESS = "no address"
READ_TOGETHER = ("company", "location", "service", "client", "specialist__user")


@transaction.atomic
def dispatch_event(event_id: int) -> int:
    """Write one delivery for every person concerned and channel, and mark the event; how many.

    An event that has been dispatched, or is not to be dispatched yet, stays as it is: running this twice, or in two
    workers at once, changes nothing.
    """
    event = locked(event_id) if is_waiting(event_id) else None
    if event is None:
        return 0
    deliveries = list(deliveries_of(event)) if event.event_type in TOLD else []
    Delivery.objects.bulk_create(deliveries)
    AppointmentEvent.objects.filter(pk=event.pk).update(dispatched_at=ClockTimestamp())
    waiting = [delivery.pk for delivery in deliveries if delivery.state == State.WAITING]
    transaction.on_commit(partial(wake_deliveries, waiting))
    return len(deliveries)


def is_waiting(event_id: int) -> bool:
    """A look that costs little: most of what is woken twice has long been dispatched."""
    return AppointmentEvent.objects.filter(pk=event_id, dispatched_at__isnull=True).exists()


def locked(event_id: int) -> AppointmentEvent | None:
    """The event, ours until the commit, if it is to be dispatched now."""
    due = Q(dispatch_after__isnull=True) | Q(dispatch_after__lte=ClockTimestamp())
    return (
        AppointmentEvent.objects.select_for_update(of=("self",), no_key=True)
        .select_related(*(f"appointment__{name}" for name in READ_TOGETHER))
        .filter(due, pk=event_id, dispatched_at__isnull=True)
        .first()
    )


def deliveries_of(event: AppointmentEvent) -> Iterator[Delivery]:
    visit = event.appointment
    switches = switches_of(visit.company_id, event.event_type)
    people = recipients_of(event, switches)
    book = address_book(people, visit)
    for person in people:
        addresses = chosen(person, book, switches, event.event_type)
        for address in addresses:
            yield delivery_of(event, person, address)
        if not addresses and is_out_of_reach(person, book):
            yield unreachable(event, person)


def chosen(person: Person, book: AddressBook, switches: Switches, event_type: str) -> list[Address]:
    """By every wanted channel that works, or by the first: all addresses of it, for one may have two telephones."""
    wanted = wanted_addresses(person, book, switches, event_type)
    if book.preferences_of(person).every_channel or not wanted:
        return wanted
    return [address for address in wanted if address.channel == wanted[0].channel]


def wanted_addresses(person: Person, book: AddressBook, switches: Switches, event_type: str) -> list[Address]:
    """Those of channels that this deployment has, the company uses for this, and the person has not switched off."""
    usable, mine = open_channels(), book.preferences_of(person)
    return [
        address
        for address in book.addresses(person)
        if address.channel in usable
        and switches.is_on(person.role, address.channel)
        and not mine.mutes(event_type, address.channel)
    ]


def is_out_of_reach(person: Person, book: AddressBook) -> bool:
    """A client without any address: the desk should know that it must call. What somebody switched off is his will."""
    return person.role == RecipientRole.CLIENT and not book.addresses(person)


def delivery_of(event: AppointmentEvent, person: Person, address: Address) -> Delivery:
    return Delivery(useful_until=useful_until(event), **why(event), **whom_and_where(person, address))


def unreachable(event: AppointmentEvent, person: Person) -> Delivery:
    return Delivery(channel="", state=State.DEAD, reason=NO_ADDRESS, **why(event), **whom(person))


def why(event: AppointmentEvent) -> dict[str, Any]:
    return {
        "company_id": event.appointment.company_id,
        "event": event,
        "occasion": f"event:{event.pk}",
        "event_type": event.event_type,
    }


def whom_and_where(person: Person, address: Address) -> dict[str, Any]:
    """In the language of whoever reads it there."""
    language = address.language or person.language
    return {**whom(person), "channel": address.channel, "target": address.target, "language": language}


def whom(person: Person) -> dict[str, Any]:
    return {
        "recipient": person.key,
        "client": person.client,
        "user": person.user,
        "role": person.role,
        "language": person.language,
    }


def useful_until(event: AppointmentEvent) -> datetime | None:
    """A reminder is of no use once the visit has begun; what has happened remains worth knowing."""
    return event.appointment.start_time if event.event_type == Occasion.BOOKING_REMINDER else None
