"""What a person at the desk types into the search box: a name, a number of a visit, the end of a phone."""

import re

import phonenumbers
from django.conf import settings

LAST_DIGITS = 4
# Neither “#” nor “№” is in a phone.
LIKE_A_PHONE = re.compile(r"[\d\s+().\-–…]+")
MOST_DIGITS = 18


def digits_of(term: str) -> str:
    """The digits of ``term`` when it looks like a phone or a number, else nothing."""
    return re.sub(r"\D", "", term) if LIKE_A_PHONE.fullmatch(term.strip()) else ""


def number_of(term: str) -> int | None:
    """``#123``, ``№123`` or ``123`` as the number of a visit."""
    text = term.strip().lstrip("#№").strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= MOST_DIGITS else None


def phone_ending(term: str) -> str:
    """The digits that a stored number must end with: all of a full one in whatever form, else the last ones typed.

    Empty when ``term`` is no phone or too short to mean one.
    """
    digits = digits_of(term)
    if len(digits) < LAST_DIGITS:
        return ""
    international = "+" + digits[2:] if digits.startswith("00") else term
    try:
        number = phonenumbers.parse(international, settings.PHONENUMBER_DEFAULT_REGION)
    except phonenumbers.NumberParseException:
        return digits
    full = phonenumbers.is_valid_number(number)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)[1:] if full else digits
