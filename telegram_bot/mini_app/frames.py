"""Where a page may be shown inside another: the client pages of a Mini App, inside Telegram's own and nowhere else."""

from http.cookies import Morsel
from typing import Any

from django.conf import settings
from django.contrib.messages.storage.cookie import CookieStorage
from django.http import HttpRequest, HttpResponse

from telegram_bot.mini_app.session import cookie_name

TELEGRAM_WEB = "https://web.telegram.org"
FLAG = "tg"
"""``?tg=1`` opens the pages as a Mini App, and a cookie of that name keeps them one."""
CLIENT_PAGES = frozenset({"booking", "wallet", "telegram_bot"})
"""Of which apps; the console and the API stay unframed whatever a browser says."""


def is_mini_app(request: HttpRequest) -> bool:
    return "1" in (request.GET.get(FLAG), request.COOKIES.get(FLAG))


def is_client_page(request: HttpRequest) -> bool:
    """An address that there is not is answered by a page like theirs."""
    return request.resolver_match is None or request.resolver_match.app_name in CLIENT_PAGES


def let_be_framed(response: HttpResponse) -> None:
    """By Telegram's page alone: ``frame-ancestors`` names every page around it, so nobody frames Telegram's frame."""
    response.xframe_options_exempt = True  # read by Django's middleware
    response._csp_replace = {"frame-ancestors": [TELEGRAM_WEB]}  # type: ignore[attr-defined]  # read by django-csp


def stay(response: HttpResponse) -> None:
    """Until the window is closed. The page's script reads it, to see whether cookies are kept here."""
    response.set_cookie(FLAG, "1", samesite="Lax", secure=settings.SESSION_COOKIE_SECURE)


def let_into_frame(response: HttpResponse) -> None:
    """Send the cookies that the pages need inside a frame, too. Forms keep their token, so another site gains nothing;
    the browser's own (``device``) and the staff's session stay out.

    Browsers ask for Secure, and for Partitioned: kept for this frame inside Telegram apart from everything else.
    """
    if not settings.SESSION_COOKIE_SECURE:
        return
    ours = cookie_name(), FLAG, settings.CSRF_COOKIE_NAME, settings.LANGUAGE_COOKIE_NAME, CookieStorage.cookie_name
    for name in ours:
        if name in response.cookies:
            response.cookies[name] = Partitioned(response.cookies[name])


class Partitioned(Morsel[str]):
    """``Partitioned`` (CHIPS), which Python's own cookies know only since 3.14."""

    def __init__(self, cookie: Morsel[str]) -> None:
        super().__init__()
        self.set(cookie.key, cookie.value, cookie.coded_value)
        self.update(cookie)
        self["samesite"], self["secure"] = "None", "True"

    def OutputString(self, attrs: Any = None) -> str:  # noqa: N802 - its name there
        return f"{super().OutputString(attrs)}; Partitioned"
