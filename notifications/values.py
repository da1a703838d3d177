"""Frozen values of notifications, without the ORM: by what, to whom, and what a channel is given to send."""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

ALL_CHANNELS = "all"
P2P, BROADCAST = "events:p2p", "events:broadcast"
"""Queues, by the names of source 001; with Redis as the broker they are lists of these names."""


OFFER = "broadcast"
"""The event type of whatever belongs to a broadcast; ``broadcast:all`` switches it off."""


class Channel(TextChoices):
    """How a message travels, in the order in which it is tried (domain §8)."""

    TELEGRAM = "telegram", _("Telegram")
    WEB_PUSH = "web_push", _("Push")
    EMAIL = "email", _("E-mail")
    SMS = "sms", _("SMS")


class RecipientRole(TextChoices):
    """As whom somebody is told (source 001)."""

    CLIENT = "client", _("Client")
    SPECIALIST = "specialist", _("Specialist")
    ADMIN = "admin", _("Administrators and operators")


class Occasion(TextChoices):
    """What people are told about; the ``booking_…`` names are the wire names of source 001."""

    BOOKING_CREATED = "booking_created", _("Booked")
    BOOKING_RESCHEDULED = "booking_rescheduled", _("Moved")
    BOOKING_CANCELLED = "booking_cancelled", _("Cancelled")
    BOOKING_REMINDER = "booking_reminder", _("Reminder")
    DAY_SUMMARY = "day_summary", _("The day ahead")


TOLD: dict[Occasion, tuple[RecipientRole, ...]] = {
    Occasion.BOOKING_CREATED: tuple(RecipientRole),
    Occasion.BOOKING_RESCHEDULED: tuple(RecipientRole),
    Occasion.BOOKING_CANCELLED: tuple(RecipientRole),
    Occasion.BOOKING_REMINDER: (RecipientRole.CLIENT, RecipientRole.SPECIALIST),
    Occasion.DAY_SUMMARY: (RecipientRole.SPECIALIST,),
}
"""For whom there is a message at all: source 001 §4 and §5, with reminders (§5) and the specialist's morning."""


@dataclass(frozen=True, slots=True)
class Cell:
    """What a company tells one role of one kind of event: by which channels, and with which advertisement."""

    event_type: Occasion
    role: RecipientRole
    channels: frozenset[Channel]
    ad_template_id: int | None = None
    has_several_ads: bool = False
    """Each channel has its own, which stays as it is until one is chosen for all."""


class State(TextChoices):
    """What has become of a delivery."""

    WAITING = "WAITING", pgettext_lazy("delivery", "Waiting")
    SENDING = "SENDING", pgettext_lazy("delivery", "Being sent")
    SENT = "SENT", pgettext_lazy("delivery", "Sent")
    DEAD = "DEAD", pgettext_lazy("delivery", "Failed")
    DROPPED = "DROPPED", pgettext_lazy("delivery", "No longer needed")


class Urgency(TextChoices):
    """How soon a sleeping telephone is woken (RFC 8030 §5.3)."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"


@dataclass(frozen=True, slots=True)
class Button:
    """Under a message: ``callback`` is for the bot (1 to 64 bytes), ``url`` leads to a page; exactly one of them."""

    text: str
    callback: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Attachment:
    name: str
    content: bytes
    content_type: str


@dataclass(frozen=True, slots=True)
class Message:
    """What a channel sends to one address: rendered, in the reader's language, escaped as the channel needs it.

    ``target`` is a chat's id, a push subscription's key, an e-mail address or a phone in E.164. ``text`` is Telegram's
    HTML, or plain; ``title`` is a push's title or a mail's subject; ``html`` is a mail's other half.
    """

    target: str
    text: str
    title: str = ""
    html: str = ""
    language: str = "en"
    buttons: tuple[tuple[Button, ...], ...] = ()
    attachments: tuple[Attachment, ...] = ()
    url: str = ""
    """Where a click on a push leads."""
    tag: str = ""
    """What a later message about the same thing replaces, such as ``apt-17``."""
    event: str = ""
    subject_id: int = 0
    """Of a push: what happened, and to which appointment."""
    urgency: Urgency = Urgency.HIGH
    useful_for: timedelta = timedelta(hours=24)
    is_silent: bool = False
    is_bulk: bool = False
    """Part of a broadcast: people's own messages pass it."""
    replaces: str = ""
    """The provider's id of an earlier message to the same address in whose place it is put, if that is still there."""
    delivery_id: int = 0
    """Which delivery it is, so that what is sent again can be known for the same; 0 for a test."""
