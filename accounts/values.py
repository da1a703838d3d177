"""Frozen values about people, without the ORM: roles, channels, actors."""

from dataclasses import asdict, dataclass, field
from typing import Any, ClassVar

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Role(TextChoices):
    """What a person may do (seed 004, plus the specialist of seeds 001 and 003 and an accountant who only reads)."""

    CLIENT = "CLIENT", _("Client")
    SPECIALIST = "SPECIALIST", _("Specialist")
    OPERATOR = "OPERATOR", _("Operator")
    ADMIN = "ADMIN", _("Administrator")
    ACCOUNTANT = "ACCOUNTANT", _("Accountant")


STAFF_ROLES = frozenset({Role.SPECIALIST, Role.OPERATOR, Role.ADMIN, Role.ACCOUNTANT})
SYSTEM_ROLE = "SYSTEM"


class Channel(TextChoices):
    """Through which door somebody came (seed 003's client type)."""

    WEB = "web", _("Web page")
    API = "api", _("API")
    TELEGRAM = "tg_bot", _("Telegram")
    ADMIN = "admin", _("Console")
    SYSTEM = "system", _("System")


@dataclass(frozen=True, slots=True)
class TelegramUser:
    """Whom Telegram itself introduces: a client of every company that knows this Telegram id, and never its staff.

    ``language`` is one of ours, or empty when he does not say. Signed in, as whatever asks a request's user sees it.
    """

    id: int
    first_name: str
    last_name: str = ""
    language: str = ""

    is_authenticated: ClassVar[bool] = True
    pk: ClassVar[None] = None

    @property
    def full_name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something and through which channel; taken from the signed-in session, never from a parameter."""

    role: str
    channel: Channel
    user_id: int | None = None
    client_id: int | None = None
    company_id: int | None = None
    location_ids: frozenset[int] = field(default_factory=frozenset)
    """Locations an operator is limited to; empty means every location of the company."""
    owns_deployment: bool = False
    may_book_outside_rules: bool = False
    may_take_money: bool = False
    may_correct_wallets: bool = False

    @property
    def is_staff(self) -> bool:
        return self.owns_deployment or self.role in STAFF_ROLES

    def as_initiator(self) -> dict[str, Any]:
        """The ``initiated_by`` of an event, in the wire form of seed 001."""
        initiator = {"user_id": self.user_id, "role": self.role.lower(), "channel": self.channel.value}
        return initiator | ({"client_id": self.client_id} if self.client_id else {})


@dataclass(frozen=True, slots=True)
class StaffIdentity:
    """One of the staff with what ``Actor`` has to know of him."""

    user_id: int
    role: str
    company_id: int | None
    language: str
    location_ids: tuple[int, ...]
    owns_deployment: bool
    may_book_outside_rules: bool
    may_take_money: bool
    may_correct_wallets: bool

    def as_actor(self, channel: Channel = Channel.TELEGRAM) -> Actor:
        return Actor(
            role=self.role,
            channel=channel,
            user_id=self.user_id,
            company_id=self.company_id,
            location_ids=frozenset(self.location_ids),
            owns_deployment=self.owns_deployment,
            may_book_outside_rules=self.may_book_outside_rules,
            may_take_money=self.may_take_money,
            may_correct_wallets=self.may_correct_wallets,
        )


@dataclass(frozen=True, slots=True)
class ClientIdentity:
    """A client of one company."""

    company_id: int
    client_id: int
    language: str
    has_phone: bool

    def as_actor(self, channel: Channel = Channel.TELEGRAM) -> Actor:
        return Actor(Role.CLIENT, channel, client_id=self.client_id, company_id=self.company_id)


@dataclass(frozen=True, slots=True)
class ChatIdentity:
    """Everybody that a chat is: of the staff at most one, a client at most once in each company."""

    staff: StaffIdentity | None = None
    clients: tuple[ClientIdentity, ...] = ()

    def client_of(self, company_id: int | None) -> ClientIdentity | None:
        return next((client for client in self.clients if client.company_id == company_id), None)

    def as_json(self) -> dict[str, Any]:
        """Ids and words that are nobody's secret: no name, no phone."""
        return asdict(self)

    @classmethod
    def from_json(cls, found: dict[str, Any]) -> "ChatIdentity":
        staff = found["staff"] and {**found["staff"], "location_ids": tuple(found["staff"]["location_ids"])}
        clients = tuple(ClientIdentity(**client) for client in found["clients"])
        return cls(StaffIdentity(**staff) if staff else None, clients)


SYSTEM = Actor(role=SYSTEM_ROLE, channel=Channel.SYSTEM)
WEB_GUEST = Actor(role=Role.CLIENT, channel=Channel.WEB)
