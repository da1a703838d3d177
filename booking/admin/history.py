"""What happened to appointments, in words: when, what, who, through which channel."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from accounts.models import Client, User
from accounts.values import SYSTEM_ROLE, Actor, Role
from accounts.wording import money
from booking.console_wording import channel_name, when
from booking.models import AppointmentEvent, EventType, Status
from booking.values import CancelReason
from catalog.models import Specialist, Workplace

ARROW = " → "


@dataclass(frozen=True, slots=True)
class Told:
    """One line of history as people read it."""

    event: AppointmentEvent
    when: str
    what: str
    details: list[str]
    who: str
    channel: str


@dataclass(frozen=True)
class Names:
    """The people and places that events know by their ids."""

    users: dict[int, str]
    specialists: dict[int, str]
    workplaces: dict[int, str]
    clients: dict[int, str]


def told(events: Iterable[AppointmentEvent], actor: Actor) -> list[Told]:
    """``events`` in words for ``actor``; three statements, however many, and a fourth where cards were merged.

    They come with their appointment, its location and company.
    """
    events = list(events)
    names = names_in(events)
    return [tell(event, names, sees_money(actor)) for event in events]


def sees_money(actor: Actor) -> bool:
    """A specialist sees his column, not what it earns (experience §2.6)."""
    return actor.owns_deployment or actor.role != Role.SPECIALIST


def names_in(events: Sequence[AppointmentEvent]) -> Names:
    payloads = [facts_of(event) for event in events]
    users = {event.initiated_by.get("user_id") for event in events}
    clients = {pk for event in events for pk in event.payload.get("client_id", ())}
    return Names(
        users={user.pk: str(user) for user in User.objects.filter(pk__in=users - {None})},
        specialists=dict(Specialist.objects.filter(pk__in=ids(payloads, "specialist_id")).values_list("pk", "name")),
        workplaces=dict(Workplace.objects.filter(pk__in=ids(payloads, "workplace_id")).values_list("pk", "name")),
        clients={client.pk: client.full_name for client in Client.objects.filter(pk__in=clients)},
    )


def facts_of(event: AppointmentEvent) -> dict[str, list[Any]]:
    """What an event changed, as before/after pairs; of a first event what it set, without a before."""
    changed: dict[str, Any] = event.payload.get("changed", event.payload)
    return {name: value if isinstance(value, list) else [None, value] for name, value in changed.items()}


def ids(payloads: Iterable[dict[str, list[Any]]], name: str) -> set[int]:
    return {pk for facts in payloads for pk in facts.get(name, ()) if pk is not None}


def tell(event: AppointmentEvent, names: Names, with_money: bool) -> Told:
    zone = event.appointment.location.zone
    return Told(
        event=event,
        when=when(event.created_at, zone),
        what=what(event),
        details=[*details(event, names, zone), *(prices(event) if with_money else ())],
        who=who(event.initiated_by, names),
        channel=channel_name(event.initiated_by.get("channel", "")),
    )


def what(event: AppointmentEvent) -> str:
    if event.event_type == EventType.BOOKING_CORRECTED and "status" not in facts_of(event):
        return _("Discount")
    if event.event_type == EventType.BOOKING_RESCHEDULED and event.payload.get("undo"):
        return _("Move taken back")
    return event.get_event_type_display()


def details(event: AppointmentEvent, names: Names, zone: ZoneInfo) -> Iterable[str]:
    """What differs, each in its own words; the status only where the title does not say it already."""
    facts = facts_of(event)
    if "start_time" in facts:
        yield pair(facts["start_time"], lambda text: when(datetime.fromisoformat(text), zone))
    if "specialist_id" in facts:
        yield pair(facts["specialist_id"], lambda pk: names.specialists.get(pk, f"#{pk}"))
    if any(facts.get("workplace_id", ())):
        yield pair(facts["workplace_id"], lambda pk: names.workplaces.get(pk, f"#{pk}"))
    if event.event_type == EventType.BOOKING_CORRECTED and "status" in facts:
        yield pair(facts.get("status", []), lambda code: str(Status(code).label))
    if merged := event.payload.get("client_id"):
        yield pair(merged, lambda pk: names.clients.get(pk, f"#{pk}"))
    if reason := event.payload.get("reason"):
        yield str(CancelReason(reason).label) if reason in CancelReason.values else reason


def prices(event: AppointmentEvent) -> Iterable[str]:
    """What it costs now, what of it is not charged, and what of the money was returned or kept."""
    facts, currency = facts_of(event), event.appointment.company.currency
    if change := facts.get("price"):
        yield pair(change, lambda amount: money(Decimal(amount), currency))
    if any(Decimal(amount) for amount in facts.get("discount", ()) if amount is not None):
        yield f"{_('discount')}: {pair(facts['discount'], lambda amount: money(Decimal(amount), currency))}"
    for name, text in (("returned", _("returned to the wallet: %(sum)s")), ("fee", _("kept as the fee: %(sum)s"))):
        if Decimal(event.payload.get(name, 0)):
            yield text % {"sum": money(Decimal(event.payload[name]), currency)}


def pair(values: Sequence[Any], say: Any) -> str:
    """``before → after``, or the one that is there."""
    return ARROW.join(say(value) for value in values if value is not None)


def who(initiator: dict[str, Any], names: Names) -> str:
    if user_id := initiator.get("user_id"):
        return names.users.get(user_id, f"#{user_id}")
    role = str(initiator.get("role", "")).upper()
    if role == SYSTEM_ROLE:
        return _("System")
    return str(Role(role).label) if role in Role.values else role
