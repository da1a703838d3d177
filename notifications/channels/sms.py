"""SMS through a gateway of the deployment's choice, which a class named by SMS_GATEWAY speaks to."""

import re
import sys
from functools import cache, partial
from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from notifications.shorten import shortened
from notifications.values import Message

MOST_SEGMENTS = 3
LINK = re.compile(r"https?://\S+")
GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
"""The alphabet of seven bits (3GPP TS 23.038 §6.2.1)."""
GSM_DOUBLE = frozenset("\f^{}\\[~]|€")
"""These take two places of it."""
GSM_ALONE, GSM_JOINED = 160, 153
UTF16_ALONE, UTF16_JOINED = 70, 67
"""Places in a message that is alone, and in a part of a longer one (3GPP TS 23.040 §9.2.3.24.1)."""
CUT = "..."
"""A real ellipsis is not in the alphabet, and would halve the room."""
LONGEST_ID = 100


class SmsGateway(Protocol):
    """What a class named by SMS_GATEWAY offers; it is made once, without arguments."""

    def send(self, phone: str, text: str) -> str:
        """Send ``text`` to ``phone`` in E.164 and return the provider's id of it, or an empty text.

        Raises the exceptions of ``notifications.errors``: TryLater, Throttled, AnswerLost when the provider may have
        taken it, AddressGone when the number is dead, Unacceptable.
        """


class ConsoleGateway:
    """For a demo: prints what would be sent; not through the logs, where phones and texts do not belong."""

    def send(self, phone: str, text: str) -> str:
        sys.stdout.write(f"\nSMS to {phone}: {text}\n")
        sys.stdout.flush()
        return ""


@cache
def gateway_named(path: str) -> SmsGateway:
    gateway: SmsGateway = import_string(path)()
    return gateway


class SmsCarrier:
    """``target`` is a phone in E.164."""

    def is_configured(self) -> bool:
        return bool(settings.SMS_GATEWAY)

    def send(self, message: Message) -> str:
        gateway = gateway_named(settings.SMS_GATEWAY)
        return gateway.send(message.target, fitted(message.text))[:LONGEST_ID]


def fitted(text: str) -> str:
    """``text`` in three segments at most: what is too long loses its end, but never the first link, nor half of one."""
    link = LINK.search(text)
    if fits(text) or link is None:
        return shortened(text, fits, CUT)
    head = text[: link.end()]
    if fits(head):
        rest = LINK.split(text[link.end() :], maxsplit=1)[0]
        return head + shortened(rest, partial(fits_after, head), CUT)
    before = shortened(text[: link.start()].rstrip(), lambda start: fits(f"{start} {link[0]}"), CUT)
    return f"{before} {link[0]}"


def fits_after(head: str, rest: str) -> bool:
    return fits(head + rest)


def fits(text: str) -> bool:
    return segments(text) <= MOST_SEGMENTS


def segments(text: str) -> int:
    """How many SMS it takes; a letter of two places is never torn apart."""
    is_gsm = GSM.union(GSM_DOUBLE).issuperset(text)
    places = [places_of(letter, is_gsm) for letter in text]
    alone, joined = (GSM_ALONE, GSM_JOINED) if is_gsm else (UTF16_ALONE, UTF16_JOINED)
    if sum(places) <= alone:
        return 1
    count, used = 1, 0
    for size in places:
        if used + size > joined:
            count, used = count + 1, 0
        used += size
    return count


def places_of(letter: str, is_gsm: bool) -> int:
    return 1 + (letter in GSM_DOUBLE if is_gsm else ord(letter) > 0xFFFF)
