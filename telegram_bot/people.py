"""Who writes: the person behind a chat, as client and as staff, remembered for a minute (guarantee 22)."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from accounts.models import Company
from accounts.queries import chat_identity
from accounts.values import Actor, Channel, ChatIdentity, Role
from telegram_bot import memory
from telegram_bot.language import language_of
from telegram_bot.models import Chat
from telegram_bot.values import Sender

REMEMBERED = timedelta(seconds=60)
"""A role that is revoked drops what is remembered; without Redis' help it ends after this."""


@dataclass(frozen=True, slots=True)
class Person:
    """Who writes, in which language, and to which company; ``company_id`` is None until one of several is chosen."""

    sender: Sender
    language: str
    company_id: int | None
    client_id: int | None
    staff: Actor | None
    has_phone: bool
    was_asked_for_phone: bool
    known_as: str

    @property
    def tg_id(self) -> int:
        return self.sender.tg_id

    @property
    def role(self) -> Role:
        """As whom he is greeted."""
        return Role(self.staff.role) if self.staff else Role.CLIENT

    @property
    def client(self) -> Actor:
        """Himself as a client, known or not yet."""
        return Actor(Role.CLIENT, Channel.TELEGRAM, client_id=self.client_id, company_id=self.company_id)


def person_of(sender: Sender) -> Person:
    """Four statements, none while it is remembered."""
    key = key_of(sender.tg_id)
    if person := memory.recall(key, lambda found: person_from(found, sender)):
        return person
    found = read(sender.tg_id)
    memory.keep(key, found, REMEMBERED)
    return person_from(found, sender)


def forget_person(*tg_ids: int) -> None:
    """Something about them has changed: they are read anew."""
    if tg_ids:
        memory.drop(*(key_of(tg_id) for tg_id in tg_ids))


def key_of(tg_id: int) -> str:
    return f"tg_user:{tg_id}"


def read(tg_id: int) -> dict[str, Any]:
    """Everything that is remembered, as JSON: four statements."""
    chat = Chat.objects.select_related("company").filter(pk=tg_id).first()
    companies = list(Company.objects.filter(is_active=True).order_by("pk")[:2])
    company = (chat.company if chat else None) or (companies[0] if companies else None)
    return {
        "identity": chat_identity(tg_id).as_json(),
        "company": chat.company_id if chat else None,
        "language": chat.language if chat else "",
        "companys_language": company.language if company else "",
        "only": companies[0].pk if len(companies) == 1 else None,
        "asked": bool(chat and chat.phone_asked_at),
        "known_as": chat.known_as if chat else "",
    }


def person_from(found: dict[str, Any], sender: Sender) -> Person:
    identity = ChatIdentity.from_json(found["identity"])
    staff = identity.staff.as_actor() if identity.staff else None
    company_id = found["company"] or (staff.company_id if staff else None) or found["only"]
    chosen = found["language"], identity.staff.language if identity.staff else ""
    client = identity.client_of(company_id)
    return Person(
        sender,
        language_of(sender, *chosen, otherwise=found["companys_language"]),
        company_id,
        client.client_id if client else None,
        staff,
        client is not None and client.has_phone,
        found["asked"],
        found["known_as"],
    )
