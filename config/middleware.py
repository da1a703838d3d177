"""What every request passes: the language of the reader, and an honest answer when a server is gone."""

import sys
from collections.abc import Callable
from typing import Any

import structlog
from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import defaults
from psycopg_pool import PoolTimeout

from accounts.errors import Busy
from accounts.values import TelegramUser

GetResponse = Callable[[HttpRequest], HttpResponse]
RETRY_AFTER_SECONDS = 5
OUTAGES = (OperationalError, InterfaceError, PoolTimeout)
"""How a database that is gone shows itself."""
ONE_YEAR = 365 * 24 * 3600
API = "/api/"
UNAVAILABLE = gettext_lazy(
    "This cannot be answered now. Try again in a few seconds: with the same Idempotency-Key nothing happens twice."
)

log = structlog.get_logger()


def language_middleware(get_response: GetResponse) -> GetResponse:
    """Speak the reader's language: ``?lang=`` (remembered in a cookie), the cookie, what Telegram says of whoever has
    opened the Mini App, else what the browser accepts."""

    def middleware(request: HttpRequest) -> HttpResponse:
        chosen = request.GET.get("lang")
        chosen = chosen if chosen in dict(settings.LANGUAGES) else None
        language = chosen or telegrams(request) or translation.get_language_from_request(request)
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = get_response(request)
        response.headers.setdefault("Content-Language", language)
        patch_vary_headers(response, ("Accept-Language", "Cookie"))
        if chosen:
            response.set_cookie(
                settings.LANGUAGE_COOKIE_NAME, chosen, max_age=ONE_YEAR, samesite="Lax",
                secure=settings.SESSION_COOKIE_SECURE,
            )  # fmt: skip
        return response

    return middleware


def telegrams(request: HttpRequest) -> str:
    """The language of whoever opened the Mini App, unless he has chosen another on a page."""
    user: TelegramUser | None = request.telegram_user  # type: ignore[attr-defined]  # telegram_bot.mini_app.middleware
    return user.language if user and settings.LANGUAGE_COOKIE_NAME not in request.COOKIES else ""


class UnavailableMiddleware:
    """When the database is gone or cannot decide in time: 503 in words, never a false success or a bare error."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return unavailable(request) if is_outage(exception) else None


def server_error(request: HttpRequest) -> HttpResponse:
    """Django's page for what went wrong outside every view, as when a middleware wants to save the session."""
    if is_outage(sys.exc_info()[1]):
        return unavailable(request)
    if is_api(request):
        return api_error(500, "error", _("Something went wrong on our side."))
    return defaults.server_error(request)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """Django's page for what it refuses before there is a view: a strange host, too many fields."""
    if is_api(request):
        return api_error(400, "bad_request", _("This request cannot be understood."))
    return defaults.bad_request(request, exception)


def is_api(request: HttpRequest) -> bool:
    return request.path_info.startswith(API)


def api_error(status: int, code: str, detail: str | Promise) -> JsonResponse:
    """What a view of the API would say, where none has its turn."""
    return JsonResponse(error_of(status, code, detail), status=status)


def error_of(status: int, code: str, detail: str | Promise) -> dict[str, Any]:
    """In the form of drf-standardized-errors."""
    kind = "server_error" if status >= 500 else "client_error"
    return {"type": kind, "errors": [{"code": code, "detail": str(detail), "attr": None}]}


def is_outage(exception: BaseException | None) -> bool:
    if not isinstance(exception, (Busy, *OUTAGES)):
        return False
    log.error("unavailable", error=type(exception).__name__)
    return True


def unavailable(request: HttpRequest) -> HttpResponse:
    if is_api(request):
        response: HttpResponse = api_error(503, "unavailable", UNAVAILABLE)
    else:
        response = render(request, "503.html", status=503)
    response["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return response
