"""The readers of notifications: what is switched on, who is where to be reached, what is due."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, Q

from accounts.models import Client, User
from accounts.statements import rows
from booking.models import Appointment
from booking.models.appointment import AppointmentQuerySet
from booking.queries.visits import database_time
from notifications.models import (
    AdTemplate,
    AttachedChat,
    DeadAddress,
    NotificationSetting,
    Preferences,
    PushSubscription,
)
from notifications.values import ALL_CHANNELS, TOLD, Cell, Channel, Occasion, RecipientRole


@dataclass(frozen=True)
class Switches:
    """What a company tells of one kind of event: to whom, by which channels, with which advertisement."""

    rows: dict[tuple[str, str], NotificationSetting]

    def row(self, role: str, channel: str) -> NotificationSetting | None:
        return self.rows.get((role, channel)) or self.rows.get((role, ALL_CHANNELS))

    def is_on(self, role: str, channel: str) -> bool:
        """A row of one channel beats that of all; no row at all means that nobody is told."""
        row = self.row(role, channel)
        return row is not None and row.enabled

    def may_tell(self, role: str) -> bool:
        return any(self.is_on(role, channel) for channel in Channel)


def switches_of(company_id: int, event_type: str) -> Switches:
    """One statement."""
    found = NotificationSetting.objects.filter(company_id=company_id, event_type=event_type)
    return Switches({(row.recipient_role, row.channel): row for row in found})


def matrix_of(company_id: int) -> list[Cell]:
    """Every cell for which there is a message, in the order of events and roles: one statement."""
    found: dict[str, dict[tuple[str, str], NotificationSetting]] = defaultdict(dict)
    for row in NotificationSetting.objects.filter(company_id=company_id):
        found[row.event_type][row.recipient_role, row.channel] = row
    return [cell_of(Switches(found[occasion]), occasion, role) for occasion, roles in TOLD.items() for role in roles]


def cell_of(switches: Switches, occasion: Occasion, role: RecipientRole) -> Cell:
    """The effective values: an advertisement of a channel that is switched off follows nothing."""
    channels = frozenset(channel for channel in Channel if switches.is_on(role, channel))
    rows = [switches.row(role, channel) for channel in channels or Channel]
    ads = {row.ad_template_id if row else None for row in rows}
    several = len(ads) > 1
    return Cell(occasion, role, channels, None if several else ads.pop(), has_several_ads=several)


BROADCASTS = Switches(
    {(RecipientRole.CLIENT, channel): NotificationSetting(enabled=channel != Channel.SMS) for channel in Channel}
)
"""Broadcasts go by every channel that costs nothing a message."""


def ad_for(company_id: int, event_type: str, role: str, channel: str) -> AdTemplate | None:
    """The advertisement that follows this message now, if there is one: one statement, or two."""
    row = switches_of(company_id, event_type).row(role, channel)
    if row is None or row.ad_template_id is None:
        return None
    now = database_time()
    return AdTemplate.objects.current(now).filter(pk=row.ad_template_id).first()


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


# For every lead of its company: a confirmed visit that is near enough, and has had neither this reminder nor a shorter
# one. Quiet hours bring a reminder forward by their own length at most, and by what a changed clock adds.
COMING = """
    SELECT visit.id, visit.start_time, lead.hours, company.reminder_hours, company.quiet_from, company.quiet_until,
        location.timezone, coalesce(history.since, visit.created_at)
    FROM accounts_company AS company
    CROSS JOIN LATERAL (SELECT DISTINCT hours FROM unnest(company.reminder_hours) AS hours) AS lead
    JOIN booking_appointment AS visit ON visit.company_id = company.id AND visit.status = 'CONFIRMED'
        AND visit.start_time > %(now)s AND visit.start_time <= %(now)s + make_interval(
            hours => (lead.hours + mod(company.quiet_until - company.quiet_from + 24, 24) + 2)::int
        )
    JOIN catalog_location AS location ON location.id = visit.location_id
    LEFT JOIN LATERAL (
        SELECT max(created_at) AS since FROM booking_appointmentevent
        WHERE appointment_id = visit.id AND event_type IN ('booking_created', 'booking_rescheduled')
    ) AS history ON true
    WHERE company.is_active AND NOT EXISTS (
        SELECT FROM notifications_reminder AS given
        WHERE given.appointment_id = visit.id AND given.start_time = visit.start_time
            AND given.lead_minutes <= lead.hours * 60
    )
    ORDER BY visit.start_time, visit.id, lead.hours
"""


@dataclass(frozen=True, slots=True)
class Coming:
    """A visit that may have to be reminded of: at which ``lead`` before its start, and by which the next, ``shorter``
    one follows; ``since`` when it has had this start; ``quiet`` hours (from, until) of the local clock."""

    pk: int
    start: datetime
    lead: timedelta
    shorter: timedelta | None
    quiet: tuple[int, int]
    zone: ZoneInfo
    since: datetime


def coming_visits(now: datetime) -> list[Coming]:
    """Of all companies, soonest first: one statement."""
    return [
        Coming(pk, start, timedelta(hours=hours), shorter_than(hours, leads), (begin, end), ZoneInfo(zone), since)
        for pk, start, hours, leads, begin, end, zone, since in rows(COMING, now=now)
    ]


def shorter_than(hours: int, leads: Iterable[int]) -> timedelta | None:
    """The next lead after that of ``hours``, if there is one."""
    shorter = [lead for lead in leads if lead < hours]
    return timedelta(hours=max(shorter)) if shorter else None
