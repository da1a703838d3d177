"""``initData``: who has opened a Mini App, signed with the bot's token (facts T7). Nothing here knows a clock or a
setting: they are passed in."""

import hashlib
import hmac
import json
import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

from accounts.values import TelegramUser

FOR_READING, FOR_WRITING = timedelta(hours=24), timedelta(hours=1)
"""How old it may be."""
SKEW = timedelta(minutes=1)
"""By how much Telegram's clock may be ahead of ours."""
LONGEST = 8_000
"""Characters: with a photo, names in Cyrillic and a chat it is about 4 000; a header has room for no more than this."""
MOST_FIELDS = 32
LONGEST_NAME = 100
BIGGEST_ID = 2**52
HASH = re.compile(r"[0-9a-f]{64}", re.ASCII)
MOMENT = re.compile(r"[0-9]{1,11}", re.ASCII)
START_PARAM = re.compile(r"[A-Za-z0-9_-]{1,512}", re.ASCII)
UNWRITABLE = frozenset({"Cc", "Cs"})
"""Control characters and halves of others, which neither PostgreSQL nor a page takes."""


class BadInitData(Exception):
    """``why`` is a code for logs and answers; it tells nothing of what came."""

    def __init__(self, why: str) -> None:
        self.why = why
        super().__init__(why)


@dataclass(frozen=True, slots=True)
class Opening:
    """Somebody has opened the Mini App, at ``opened_at`` by Telegram's clock; ``start_param`` is where a link leads."""

    user: TelegramUser
    opened_at: datetime
    start_param: str = ""


def read_init_data(raw: str, token: str, *, now: datetime, at_most: timedelta) -> Opening:
    """Who signed with ``token`` is in ``raw``, not older than ``at_most``. Raises BadInitData."""
    fields = fields_of(raw)
    given = fields.pop("hash", "")
    if not token or not HASH.fullmatch(given) or not hmac.compare_digest(hash_of(fields, token), given):
        raise BadInitData("not_signed")
    start_param = fields.get("start_param", "")
    return Opening(
        user=user_in(fields.get("user", "")),
        opened_at=fresh(fields.get("auth_date", ""), now, at_most),
        start_param=start_param if START_PARAM.fullmatch(start_param) else "",
    )


def fields_of(raw: str) -> dict[str, str]:
    """Each once, and none with a line break: what is signed puts one field a line, so that one could pass for two."""
    if len(raw) > LONGEST:
        raise BadInitData("too_long")
    if not raw.isascii():
        raise BadInitData("unreadable")
    try:
        pairs = parse_qsl(raw, keep_blank_values=True, strict_parsing=True, errors="strict", max_num_fields=MOST_FIELDS)
    except ValueError:
        raise BadInitData("unreadable") from None
    fields = dict(pairs)
    if len(fields) < len(pairs) or any("\n" in name + value for name, value in pairs):
        raise BadInitData("unreadable")
    return fields


def hash_of(fields: dict[str, str], token: str) -> str:
    """Of everything but the hash itself; ``signature`` is one of the fields."""
    lines = "\n".join(sorted(f"{name}={value}" for name, value in fields.items()))
    secret = hmac.digest(b"WebAppData", token.encode(), hashlib.sha256)
    return hmac.new(secret, lines.encode(), hashlib.sha256).hexdigest()


def fresh(auth_date: str, now: datetime, at_most: timedelta) -> datetime:
    if not MOMENT.fullmatch(auth_date):
        raise BadInitData("unreadable")
    opened_at = datetime.fromtimestamp(int(auth_date), UTC)
    if opened_at > now + SKEW:
        raise BadInitData("from_the_future")
    if now - opened_at > at_most:
        raise BadInitData("expired")
    return opened_at


def user_in(text: str) -> TelegramUser:
    """Telegram leaves him out where a channel or an attachment menu opened the page: then nobody has signed in."""
    try:
        user = json.loads(text)
    except (ValueError, RecursionError):
        raise BadInitData("nobody") from None
    tg_id = user.get("id") if isinstance(user, dict) else None
    if type(tg_id) is not int or not 0 < tg_id < BIGGEST_ID or user.get("is_bot"):
        raise BadInitData("nobody")
    first_name, last_name = written(user.get("first_name")), written(user.get("last_name"))
    return TelegramUser(tg_id, first_name or last_name, last_name if first_name else "", spoken(user))


def written(name: Any) -> str:
    """A name that can be kept and shown."""
    if not isinstance(name, str):
        return ""
    letters = "".join(letter for letter in name if unicodedata.category(letter) not in UNWRITABLE)
    return letters.strip()[:LONGEST_NAME].strip()


def spoken(user: dict[str, Any]) -> str:
    """ru* is Russian, any other language is answered in English (experience §1.1)."""
    code = user.get("language_code")
    if not (isinstance(code, str) and code):
        return ""
    return "ru" if code.lower().startswith("ru") else "en"
