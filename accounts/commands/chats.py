"""Who writes in Telegram becomes a client, and proves his phone."""

import re
from typing import Any

import phonenumbers
import structlog
from django.conf import settings
from django.db.models import Q

from accounts.commands.merge import lock_cards, retire
from accounts.errors import CardClosed, WrongPhone
from accounts.models import Client
from accounts.signals import card_changed_hands
from accounts.transactions import locking_transaction
from accounts.values import Actor, Channel, Role

LONGEST_NAME = 100
NAMELESS = "Telegram"
"""Deleted accounts have no name, and a card without one could not be opened in a list."""
WRITTEN = re.compile(r"\+?[0-9 ().-]{1,40}", re.ASCII)

log = structlog.get_logger()


@locking_transaction
def client_of_chat(company_id: int, tg_id: int, *, first_name: str, last_name: str = "", language: str = "") -> Client:
    """The company's client with that Telegram id, made when there is none; his phone is not known yet.

    A card that the salon has switched off stays so: whoever closed it decides. Raises CardClosed.
    """
    client = Client.objects.filter(company_id=company_id, tg_id=tg_id).first()
    if client is None:
        return newcomer(company_id, tg_id, first_name, last_name, language)
    require_open(client)
    return client


@locking_transaction
def prove_phone(
    company_id: int, tg_id: int, phone: str, *, first_name: str, last_name: str = "", language: str = ""
) -> Client:
    """Join a chat with the card of its ``phone``, which Telegram has proved by the owner's own contact.

    The card with that number stays, as the salon wrote it, and the chat's own is merged into it. The newest proof wins:
    a number that another chat has had changed hands, and a chat that had another number has a new one, because an
    account of Telegram has one number at a time. Raises WrongPhone, CardClosed, and what a merge refuses.
    """
    number = international(phone)
    own, card = locked(company_id, tg_id, number)
    kept = card or own
    if kept is None:
        return newcomer(company_id, tg_id, first_name, last_name, language, phone=number)
    require_open(kept)
    if kept.tg_id not in (None, tg_id):
        part_from_earlier_owner(kept)
    if own is not None and own.pk != kept.pk:
        retire(own, kept, Actor(Role.CLIENT, Channel.TELEGRAM, client_id=kept.pk, company_id=company_id))
    kept.tg_id, kept.phone, kept.language = tg_id, number, kept.language or known(language)
    kept.save(update_fields=["tg_id", "phone", "language", "email", "user"])
    return kept


def part_from_earlier_owner(card: Client) -> None:
    """Or he would read in his mail, on his telephone and on our pages of the visits of whoever has the number now."""
    log.info("phone_changed_hands", client_id=card.pk)
    card.email, card.user = "", None
    card_changed_hands.send(sender=Client, client_id=card.pk)


def locked(company_id: int, tg_id: int, number: str) -> tuple[Client | None, Client | None]:
    """The chat's client and the number's, which may be one; a rival who makes another is met by the constraints."""
    either = Q(tg_id=tg_id) | Q(phone=number)
    rows = lock_cards(Client.objects.filter(either, company_id=company_id))
    own = next((row for row in rows if row.tg_id == tg_id), None)
    card = next((row for row in rows if row.phone == number), None)
    return own, card


def newcomer(company_id: int, tg_id: int, first_name: str, last_name: str, language: str, **fields: Any) -> Client:
    return Client.objects.create(
        company_id=company_id,
        tg_id=tg_id,
        first_name=named(first_name) or NAMELESS,
        last_name=named(last_name),
        language=known(language),
        **fields,
    )


def named(name: str) -> str:
    return name.replace("\0", "").strip()[:LONGEST_NAME]


def known(language: str) -> str:
    """One that we speak, or none: then it is the company's."""
    return language if language in dict(settings.LANGUAGES) else ""


def require_open(client: Client) -> None:
    """Raises CardClosed."""
    if not client.is_active:
        raise CardClosed


def international(phone: str) -> str:
    """In E.164. Telegram writes a number with its country's code, but not always with the plus. Raises WrongPhone."""
    if not WRITTEN.fullmatch(phone.strip()):
        raise WrongPhone
    try:
        number = phonenumbers.parse("+" + phone.strip().removeprefix("+"))
    except phonenumbers.NumberParseException:
        raise WrongPhone from None
    if not phonenumbers.is_valid_number(number):
        raise WrongPhone
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
