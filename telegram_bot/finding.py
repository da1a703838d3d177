"""Find a client as the desk does: by the end of the phone, by name, by a shared contact, by a forwarded message."""

import re
from dataclasses import dataclass

import phonenumbers

from accounts.console.search import digits_of, phone_ending
from accounts.models import Client
from accounts.models.client import ClientQuerySet
from accounts.names import words_of
from booking.forms import PhoneField
from telegram_bot.talk import Contact

MOST = 8
"""Shown at once."""
SHORTEST_NAME = 2
LONGEST_NAME = 100
NEW = frozenset({"new", "новый", "новая", "новое"})
"""What may stand before a name: «new: Maria +7…»."""
A_NUMBER = re.compile(r"\+?\d[\d\s().\-–]{7,}\d")
"""Within what somebody typed: nine digits or more."""


def clients_like(rows: ClientQuerySet, term: str) -> list[Client]:
    """Active clients whose number ends with these digits or whose name has words that begin like these; one more than
    is shown, when there are more. One statement, or none for what is too short to mean anybody."""
    if digits_of(term):
        ending = phone_ending(term)
        found = rows.with_phone_ending(ending) if ending else rows.none()
    else:
        found = rows.with_name_like(term) if sum(map(len, words_of(term))) >= SHORTEST_NAME else rows.none()
    return list(found.filter(is_active=True).order_by("first_name", "last_name", "pk")[: MOST + 1])


def client_behind(rows: ClientQuerySet, contact: Contact) -> Client | None:
    """Whose contact it is, or who wrote what was forwarded: two statements at most."""
    by_phone = rows.filter(phone=number) if (number := number_of(contact)) else rows.none()
    by_chat = rows.filter(tg_id=contact.tg_id) if contact.tg_id else rows.none()
    return by_phone.first() or by_chat.first()


def number_of(contact: Contact) -> str:
    """In E.164, whatever Telegram leaves out; empty when there is none or it is none."""
    digits = re.sub(r"\D", "", contact.phone)
    try:
        number = phonenumbers.parse(f"+{digits}")
    except phonenumbers.NumberParseException:
        return ""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Somebody whom the desk names for the first time; ``phone`` in E.164."""

    first_name: str
    last_name: str
    phone: str


def newcomer_in(text: str, region: str) -> Newcomer | None:
    """A name and a number in what was typed, in either order; None when it is not both.

    Raises ValidationError, in words, for a number that is none in ``region``'s or the international form.
    """
    found = A_NUMBER.search(text)
    rest = f"{text[: found.start()]} {text[found.end() :]}" if found else ""
    words = [word for word in re.split(r"[\s,:;]+", rest) if any(letter.isalpha() for letter in word)]
    if len(words) > 1 and words[0].lower() in NEW:
        words = words[1:]
    if found is None or not words:
        return None
    field = PhoneField()
    field.region = region
    return Newcomer(words[0][:LONGEST_NAME], " ".join(words[1:])[:LONGEST_NAME], field.clean(found[0]))
