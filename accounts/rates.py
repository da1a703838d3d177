"""How often strangers may do what costs others something, on the pages and by the API together.

Counted in Redis by the address they come from, and whom Telegram introduces by himself: such names cost little, and
many share one address. Whoever has signed in is free. Without Redis nobody is counted: it makes things fast and never
decides (architecture §4.6).
"""

import hashlib
import time
from ipaddress import ip_address
from math import ceil
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from accounts.models import User
from accounts.values import TelegramUser

NO_LIMIT = "0"
SECONDS = {"sec": 1, "min": 60, "hour": 3600, "day": 24 * 3600}


def seconds_to_wait(request: HttpRequest | Request) -> int:
    """Count this request; how long its sender has to wait when it was one too many (``API_BOOK_RATE``), else 0."""
    if settings.API_BOOK_RATE == NO_LIMIT or isinstance(request.user, User):
        return 0
    most, _slash, unit = settings.API_BOOK_RATE.partition("/")
    window, now = SECONDS[unit], time.time()
    count = counted(f"rate:book:{sender_of(request)}:{int(now // window)}", window)
    return ceil(window - now % window) if count is not None and count > int(most) else 0


def sender_of(request: Any) -> str:
    """By a name that does not tell the address."""
    person = introduced(request)
    sender = f"tg:{person.id}" if person else network_of(str(BaseThrottle().get_ident(request)))
    return hashlib.sha256(sender.encode()).hexdigest()


def introduced(request: HttpRequest | Request) -> TelegramUser | None:
    """By each request to the API anew, on the pages by the session of the Mini App."""
    person: object = request.user if isinstance(request, Request) else getattr(request, "telegram_user", None)
    return person if isinstance(person, TelegramUser) else None


def network_of(address: str) -> str:
    """An IPv6 address by its first 64 bits: whoever has one has all that begin like it."""
    try:
        number = ip_address(address)
    except ValueError:
        return address
    if number.version == 4:
        return str(number)
    return str(number.ipv4_mapped or f"{int(number) >> 64:x}::/64")


def counted(key: str, seconds: int) -> int | None:
    """How many times ``key`` has been counted, this one included; None when nobody counts."""
    cache.add(key, 0, seconds)
    try:
        count = cache.incr(key)
    except ValueError:  # it ended in between
        return None
    return count if isinstance(count, int) else None
