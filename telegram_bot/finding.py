"""Find a client as the desk does: by the end of the phone, by name, by a shared contact, by a forwarded message."""

import re
from dataclasses import dataclass

import phonenumbers
from django.db.models import F, Q, TextField, Value
from django.db.models.functions import Concat, Lower, Replace

from accounts.console.search import digits_of, phone_ending
from accounts.models import Client
from accounts.models.client import ClientQuerySet
from booking.forms import PhoneField
from telegram_bot.talk import Contact

MOST = 8
"""Shown at once."""
SHORTEST_NAME = 2
MOST_WORDS = 4
LONGEST_NAME = 100
A_NUMBER = re.compile(r"\+?\d[\d\s().\-–]{7,}\d")
"""Within what somebody typed: nine digits or more."""


def clients_like(rows: ClientQuerySet, term: str) -> list[Client]:
    """Active clients whose number ends with these digits or whose name has these words in it; one more than is shown,
    when there are more. One statement, or none for what is too short to mean anybody."""
    if digits_of(term):
        ending = phone_ending(term)
        found = rows.with_phone_ending(ending) if ending else rows.none()
    else:
        found = named(rows, term)
    return list(found.filter(is_active=True).order_by("first_name", "last_name", "pk")[: MOST + 1])


def named(rows: ClientQuerySet, term: str) -> ClientQuerySet:
    """Each word somewhere in the name; ё is е, and capitals are letters."""
    words = plain_letters(term).split()[:MOST_WORDS]
    if sum(map(len, words)) < SHORTEST_NAME:
        return rows.none()
    name = Lower(Concat(F("first_name"), Value(" "), F("last_name"), output_field=TextField()))
    rows = rows.alias(plain_name=Replace(name, Value("ё"), Value("е"), output_field=TextField()))
    return rows.filter(*(Q(plain_name__contains=word) for word in words))


def plain_letters(text: str) -> str:
    return text.lower().replace("ё", "е")


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
    rest = f"{text[: found.start()]} {text[found.end() :]}".replace(",", " ") if found else ""
    words = [word for word in rest.split() if any(letter.isalpha() for letter in word)]
    if found is None or not words:
        return None
    field = PhoneField()
    field.region = region
    return Newcomer(words[0][:LONGEST_NAME], " ".join(words[1:])[:LONGEST_NAME], field.clean(found[0]))
