"""Who is where to be reached, and how he wants to be."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Exists, OuterRef, Q

from accounts.models import Client, User
from booking.models import Appointment
from booking.models.appointment import AppointmentQuerySet
from notifications.models import AttachedChat, DeadAddress, Preferences, PushSubscription
from notifications.values import Channel, RecipientRole


@dataclass(frozen=True)
class Person:
    """Somebody who can be told: a client, one of the staff, or a guest known by his visit alone."""

    role: RecipientRole
    language: str
    client: Client | None = None
    user: User | None = None
    guest: Appointment | None = None

    @property
    def key(self) -> str:
        if self.client is not None:
            return f"client:{self.client.pk}"
        if self.user is not None:
            return f"user:{self.user.pk}"
        return f"guest:{self.guest.pk if self.guest else 0}"


@dataclass(frozen=True)
class Address:
    """``language`` is that of whoever reads it there, where he need not be the person himself."""

    channel: Channel
    target: str
    language: str = ""


@dataclass
class AddressBook:
    """Where people can be reached, and how they want to be; read for all of them at once."""

    preferences: dict[str, Preferences] = field(default_factory=dict)
    subscriptions: dict[str, list[str]] = field(default_factory=dict)
    followers: dict[str, str] = field(default_factory=dict)
    """The chats that follow the visit, which are its client's, whoever he is; each with its language."""
    dead: set[tuple[str, str]] = field(default_factory=set)

    def preferences_of(self, person: Person) -> Preferences:
        return self.preferences.get(person.key) or Preferences()

    def addresses(self, person: Person) -> list[Address]:
        """Every living address of ``person``, in the order of the channels."""
        found = [address for channel in Channel for address in self.known(person, channel)]
        return [address for address in found if (address.channel, address.target) not in self.dead]

    def known(self, person: Person, channel: Channel) -> list[Address]:
        """Those of one channel, dead or alive."""
        someone: Any = person.client or person.user
        if channel == Channel.TELEGRAM:
            return self.chats_of(person, str(someone.tg_id) if someone and someone.tg_id else "")
        if channel == Channel.WEB_PUSH:
            return [Address(channel, key) for key in self.subscriptions.get(person.key, [])]
        target = phone_of(person) if channel == Channel.SMS else someone and someone.email
        return [Address(channel, target)] if target else []

    def chats_of(self, person: Person, own: str) -> list[Address]:
        """His own one, and those that follow his visit; each once."""
        mine = {own: ""} if own else {}
        others = self.followers if person.role == RecipientRole.CLIENT else {}
        chats = {**mine, **others, **mine}  # his own comes first, and in his own language
        return [Address(Channel.TELEGRAM, chat, language) for chat, language in chats.items()]


def phone_of(person: Person) -> str:
    """In E.164; staff are not called by their own numbers."""
    if person.client is not None:
        return str(person.client.phone or "")
    return str(person.guest.contact_phone or "") if person.guest is not None else ""


def address_book(people: Iterable[Person], visit: Appointment | None = None) -> AddressBook:
    """Three statements, however many people, and two for the browsers and chats that hear of ``visit``, whosever."""
    people = list(people)
    followers = followers_of(visit) if visit is not None else {}
    book = AddressBook(preferences=preferences_of(people), followers=followers)
    hearing = browsers_of(visit) if visit is not None else frozenset()
    for subscription in subscriptions_of(people, hearing):
        for person in people:
            if belongs_to(subscription, person, hearing):
                book.subscriptions.setdefault(person.key, []).append(str(subscription.pk))
    book.dead = dead_among((address.channel, address.target) for person in people for address in book.addresses(person))
    return book


def followers_of(visit: Appointment) -> dict[str, str]:
    """The chats in which the link of ``visit`` was opened, first come first, each with its language."""
    return {str(chat.tg_id): chat.language for chat in AttachedChat.objects.filter(appointment=visit.pk)}


def follows(tg_id: int, appointment_id: int) -> bool:
    """Whether the chat has opened the link of the visit: it may then do with it what the link allows."""
    return AttachedChat.objects.filter(tg_id=tg_id, appointment=appointment_id).exists()


def visits_followed_by(tg_id: int) -> AppointmentQuerySet:
    """Those whose links were opened in the chat, at whatever company."""
    return Appointment.objects.filter(attached_chats__tg_id=tg_id)


def browsers_of(visit: Appointment) -> frozenset[int]:
    """Subscriptions of the browser in which ``visit`` was booked, and of those that were told of it by its link."""
    linked = PushSubscription.visits.through.objects.filter(appointment=visit.pk).values_list("pushsubscription")
    if not visit.browser_key:
        return frozenset(key for (key,) in linked)
    booked = PushSubscription.objects.order_by().filter(browser_key=visit.browser_key).values_list("pk")
    return frozenset(key for (key,) in booked.union(linked))


def hears_of(browser_key: str, visit: Appointment) -> bool:
    """Whether this browser has subscribed and is one of those."""
    linked = PushSubscription.visits.through.objects.filter(appointment=visit.pk, pushsubscription=OuterRef("pk"))
    rows = PushSubscription.objects.filter(browser_key=browser_key)
    return (rows if visit.browser_key == browser_key else rows.filter(Exists(linked))).exists()


def preferences_of(people: Iterable[Person]) -> dict[str, Preferences]:
    found = Preferences.objects.filter(Q(client__in=ids_of_clients(people)) | Q(user__in=ids_of_users(people)))
    return {f"client:{row.client_id}" if row.client_id else f"user:{row.user_id}": row for row in found}


def subscriptions_of(people: Iterable[Person], hearing: frozenset[int]) -> list[PushSubscription]:
    theirs = Q(client__in=ids_of_clients(people)) | Q(user__in=ids_of_users(people)) | Q(pk__in=hearing)
    return list(PushSubscription.objects.filter(theirs).order_by("pk"))


def belongs_to(subscription: PushSubscription, person: Person, hearing: frozenset[int]) -> bool:
    if person.client is not None and subscription.client_id == person.client.pk:
        return True
    if person.user is not None:
        return subscription.user_id == person.user.pk
    return subscription.pk in hearing and person.role == RecipientRole.CLIENT


def dead_among(addresses: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
    wanted = set(addresses)
    found = DeadAddress.objects.filter(address__in={target for _, target in wanted})
    return wanted & set(found.values_list("channel", "address"))


def ids_of_clients(people: Iterable[Person]) -> list[int]:
    return [person.client.pk for person in people if person.client is not None]


def ids_of_users(people: Iterable[Person]) -> list[int]:
    return [person.user.pk for person in people if person.user is not None]
