"""What the console's other pages say of notifications; they load this, and import nothing."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

from django import template
from django.http import HttpRequest

from accounts.console import actor_in
from accounts.models import Client
from booking.models import Appointment, AppointmentEvent
from notifications import console_wording
from notifications.channels import open_channels
from notifications.models import Delivery, Preferences
from notifications.queries import AddressBook, Person, address_book
from notifications.values import Channel, RecipientRole, State

MOST_SHOWN = 200
LAST_SHOWN = 5

register = template.Library()

register.filter("person_of", console_wording.person_of)
register.filter("channel_of", console_wording.channel_of)
register.filter("reason_in_words", console_wording.reason_in_words)


@register.inclusion_tag("unfold/helpers/label.html")
def delivery_label(delivery: Delivery) -> dict[str, Any]:
    """Its state as a coloured word."""
    return {"text": delivery.get_state_display(), "type": console_wording.COLOURS[State(delivery.state)]}


# --- of a visit ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ToldPerson:
    """One person and an event: every way that was tried, in order."""

    deliveries: list[Delivery]

    @property
    def first(self) -> Delivery:
        return self.deliveries[0]

    @property
    def is_out_of_reach(self) -> bool:
        """A client whom no channel reached."""
        is_client = self.first.role == RecipientRole.CLIENT
        return is_client and all(row.state == State.DEAD for row in self.deliveries)


@dataclass(frozen=True, slots=True)
class ToldEvent:
    event: AppointmentEvent
    people: list[ToldPerson]


@register.inclusion_tag("admin/notifications/_told.html", takes_context=True)
def told_of_visit(context: template.Context, visit: Appointment) -> dict[str, Any]:
    """Whom its events were told, and how: one statement, and none for whoever may not see deliveries."""
    request: HttpRequest = context["request"]
    if not request.user.has_perm("notifications.view_delivery"):
        return {"is_hidden": True}
    rows = Delivery.objects.visible_to(actor_in(request)).filter(event__appointment=visit)
    rows = rows.select_related("event__appointment", "client", "user").order_by("event_id", "recipient", "pk")
    events = list(told_events(rows[:MOST_SHOWN]))
    clients = [person for told in events for person in told.people if person.first.role == RecipientRole.CLIENT]
    return {
        "events": events,
        "zone": visit.location.zone,
        "must_call": bool(clients) and clients[-1].is_out_of_reach,
    }


def told_events(rows: Iterable[Delivery]) -> Iterator[ToldEvent]:
    for event, of_event in groupby(rows, key=lambda row: row.event):
        if event is not None:
            people = [ToldPerson(list(of_person)) for _, of_person in groupby(of_event, key=lambda row: row.recipient)]
            yield ToldEvent(event, people)


# --- of a client -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Way:
    """One channel to a client."""

    channel: Channel
    addresses: int
    is_dead: bool
    is_open: bool
    is_used: bool = False

    @property
    def works(self) -> bool:
        return self.is_open and self.addresses > 0 and not self.is_dead


@register.inclusion_tag("admin/notifications/_reach.html", takes_context=True)
def reach_of(context: template.Context, client: Client) -> dict[str, Any]:
    """By which channels a client can be told, and what he was told last: four statements."""
    request: HttpRequest = context["request"]
    if not request.user.has_perm("notifications.view_delivery"):
        return {"is_hidden": True}
    person = Person(RecipientRole.CLIENT, client.language, client=client)
    book = address_book([person])
    ways = with_used(ways_to(person, book), book.preferences_of(person))
    rows = Delivery.objects.visible_to(actor_in(request)).filter(client=client)
    rows = rows.select_related("event__appointment", "broadcast", "client", "user")
    return {
        "client": client,
        "ways": ways,
        "must_call": not any(way.works for way in ways),
        "preferences": book.preferences.get(person.key),
        "deliveries": rows.order_by("-pk")[:LAST_SHOWN],
        "zone": client.company.zone,
        "perms": context["perms"],
    }


def ways_to(person: Person, book: AddressBook) -> list[Way]:
    is_open, living = open_channels(), book.addresses(person)
    ways = []
    for channel in Channel:
        known = book.known(person, channel)
        alive = [address for address in known if address in living]
        ways.append(Way(channel, len(known), bool(known) and not alive, channel in is_open))
    return ways


def with_used(ways: list[Way], preferences: Preferences) -> list[Way]:
    """The first that works is used, or all of them, as the client prefers."""
    working = [way for way in ways if way.works]
    used = working if preferences.every_channel else working[:1]
    return [replace(way, is_used=way in used) for way in ways]
