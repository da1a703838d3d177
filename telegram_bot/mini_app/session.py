"""The session of a Mini App: who has opened it, in a signed cookie of its own.

It has nothing to do with Django's session, in which staff sign in to the console: neither can give the other rights,
and only this one may travel inside Telegram's frame. It is made anew by every opening, so there is none to fixate; the
server keeps nothing, so there is nothing to lose with Redis. A new bot token ends all of them.
"""

from dataclasses import astuple, replace
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from accounts.values import TelegramUser
from telegram_bot.init_data import FOR_READING, Opening, read_init_data

SCHEME = "tma"
LENGTH = FOR_READING
"""From the opening. What can be stolen and used again is ``initData``: whoever opens a session with it must come within
the hour that is for writing (T7), and may then write as long as he may read."""


def opening_in(authorization: str, at_most: timedelta) -> Opening | None:
    """Of a header ``Authorization: tma <initData>``; None for any other scheme. Raises BadInitData."""
    scheme, _space, raw = authorization.partition(" ")
    if scheme.lower() != SCHEME:
        return None
    return read_init_data(raw, settings.TELEGRAM_BOT_TOKEN, now=timezone.now(), at_most=at_most)


def start_session(response: HttpResponse, opening: Opening, language: str) -> TelegramUser:
    """Whom the pages speak with from now on, in ``language``."""
    user = replace(opening.user, language=language)
    kept = [int(opening.opened_at.timestamp()), *astuple(user)]
    response.set_cookie(
        cookie_name(),
        signing.dumps(kept, salt=salt()),
        max_age=opening.opened_at + LENGTH - timezone.now(),
        httponly=True,
        secure=settings.SESSION_COOKIE_SECURE,
        samesite="Lax",  # until it may travel inside a frame: frames.let_into_frame
    )
    return user


def user_in(request: HttpRequest) -> TelegramUser | None:
    """Whoever opened the Mini App in this browser, within a day."""
    try:
        opened_at, *user = signing.loads(request.COOKIES.get(cookie_name(), ""), salt=salt())
    except signing.BadSignature:
        return None
    if timezone.now() - datetime.fromtimestamp(opened_at, UTC) > LENGTH:
        return None
    return TelegramUser(*user)


def cookie_name() -> str:
    """Over https nobody who owns a neighbouring domain can put one there (``__Host-``)."""
    return "__Host-telegram" if settings.SESSION_COOKIE_SECURE else "telegram"


def salt() -> str:
    return f"telegram_bot.mini_app:{settings.TELEGRAM_BOT_TOKEN}"
