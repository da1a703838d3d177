"""WHO: write a broadcast's deliveries, some hundred clients at a time."""

import time
from collections.abc import Iterable, Iterator

from django.db import transaction

from accounts.models import Client
from notifications.audience import audience_of
from notifications.commands.dispatch import wanted_addresses, whom_and_where
from notifications.models import Broadcast, BroadcastState, Delivery
from notifications.queries import BROADCASTS, Address, AddressBook, Person, address_book
from notifications.values import OFFER, RecipientRole

CHUNK = 500


def address_until(broadcast_id: int, end: float) -> bool:
    """Write chunks until ``end`` of the monotonic clock; whether the audience is complete."""
    while time.monotonic() < end:
        if not write_chunk(broadcast_id):
            return True
    return False


@transaction.atomic
def write_chunk(broadcast_id: int) -> bool:
    """Deliveries for the next clients of the audience, and how far they go, in one transaction: whoever dies meanwhile
    has written nothing, and his successor begins where the last commit ended. Whether there are more."""
    rows = Broadcast.objects.select_for_update(of=("self",), no_key=True).select_related("company")
    broadcast = rows.filter(pk=broadcast_id, state=BroadcastState.RUNNING, addressed=False).first()
    if broadcast is None:
        return False
    clients = list(audience_of(broadcast).filter(pk__gt=broadcast.last_client_id).order_by("pk")[:CHUNK])
    Delivery.objects.bulk_create(deliveries_for(broadcast, clients), ignore_conflicts=True)
    broadcast.addressed = len(clients) < CHUNK
    broadcast.last_client_id = clients[-1].pk if clients else broadcast.last_client_id
    broadcast.save(update_fields=["addressed", "last_client_id"])
    return not broadcast.addressed


def deliveries_for(broadcast: Broadcast, clients: Iterable[Client]) -> Iterator[Delivery]:
    """By the first channel that works and is not switched off, also for who else wants every channel: an offer that
    comes three times is no service. Whoever has no such channel gets none."""
    company = broadcast.company
    people = [Person(RecipientRole.CLIENT, each.language or company.language, client=each) for each in clients]
    book = address_book(people)
    for person in people:
        for address in first_addresses(person, book):
            yield Delivery(
                company_id=broadcast.company_id,
                broadcast=broadcast,
                occasion=f"broadcast:{broadcast.pk}",
                event_type=OFFER,
                **whom_and_where(person, address),
            )


def first_addresses(person: Person, book: AddressBook) -> list[Address]:
    wanted = wanted_addresses(person, book, BROADCASTS, OFFER)
    return [address for address in wanted if address.channel == wanted[0].channel]
