"""The next road, when one has come to its end."""

from functools import partial

from django.db import connection, transaction

from notifications.commands.dispatch import wanted_addresses, whom_and_where
from notifications.models import DeadAddress, Delivery, PushSubscription
from notifications.queries import BROADCASTS, Address, Person, Switches, address_book, switches_of
from notifications.recipients import person_of
from notifications.values import Channel, State
from notifications.wake import wake_deliveries


def switch_off(delivery: Delivery, reason: str) -> None:
    """This address and no other: a push subscription is deleted, anything else is remembered as dead."""
    if delivery.channel == Channel.WEB_PUSH:
        PushSubscription.objects.filter(pk=delivery.target).delete()
        return
    dead = DeadAddress(channel=delivery.channel, address=delivery.target, reason=reason)
    DeadAddress.objects.bulk_create([dead], ignore_conflicts=True)


def fall_back(delivery: Delivery) -> list[Delivery]:
    """Write deliveries by the next channel that nobody has tried for this person and occasion; none when there is none.

    Somebody who has two telephones of which one has gone is reached by the other, and needs no next channel. Nor does
    whoever was reached by another one meanwhile.
    """
    one_at_a_time(delivery)
    tried = Delivery.objects.filter(occasion=delivery.occasion, recipient=delivery.recipient)
    if tried.exclude(state=State.DEAD).exists():
        return []
    person = person_of(delivery)
    addresses = untried(delivery, person, set(tried.values_list("channel", flat=True)))
    replacements = Delivery.objects.bulk_create(
        Delivery(
            company_id=delivery.company_id,
            event_id=delivery.event_id,
            broadcast_id=delivery.broadcast_id,
            occasion=delivery.occasion,
            event_type=delivery.event_type,
            useful_until=delivery.useful_until,
            instead_of=delivery,
            **whom_and_where(person, address),
        )
        for address in addresses
    )
    if delivery.broadcast_id is None:  # a broadcast is sent by its own engine
        transaction.on_commit(partial(wake_deliveries, [each.pk for each in replacements]))
    return replacements


def one_at_a_time(delivery: Delivery) -> None:
    """Two of a person's telephones may go at the same moment: whoever comes second must see the first one dead, or each
    would rely on the other. The siblings' rows cannot be locked, because each transaction already holds its own."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"{delivery.occasion} {delivery.recipient}"]
        )


def untried(delivery: Delivery, person: Person, tried: set[str]) -> list[Address]:
    """The addresses of the next channel in order."""
    visit = delivery.event.appointment if delivery.event else None
    book = address_book([person], visit)
    switches = switches_for(delivery)
    left = [a for a in wanted_addresses(person, book, switches, delivery.event_type) if a.channel not in tried]
    return [address for address in left if address.channel == left[0].channel]


def switches_for(delivery: Delivery) -> Switches:
    """What the company tells of this; a broadcast goes by the channels of broadcasts."""
    if delivery.broadcast_id is not None:
        return BROADCASTS
    return switches_of(delivery.company_id, delivery.event_type)
