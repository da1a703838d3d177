"""What the client pages share: the browser's cookie, links, and how a refusal is shown."""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from math import ceil
from typing import Any, Concatenate, ParamSpec

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control

from accounts.commands import visitor_who_books
from accounts.hosts import host_of
from accounts.models.device import device_key, device_key_of, new_device_token
from accounts.queries import visitor_of
from accounts.values import Actor
from accounts.visitors import person_in_telegram, whoever_visits
from booking.models import Appointment
from booking.queries.locations import location_on
from booking.wording import length
from catalog.models import Location

DEVICE_COOKIE = "device"
ONE_YEAR = 365 * 24 * 3600
CONFLICT, UNPROCESSABLE, TOO_MANY = 409, 422, 429

Params = ParamSpec("Params")
View = Callable[..., HttpResponse]


class BrowserRequest(HttpRequest):
    """A request whose browser is known by a cookie; ``browser_key`` is what the database knows it by."""

    browser_key: str


def knows_browser(view: Callable[Concatenate[HttpRequest, Params], HttpResponse]) -> View:
    """Give the browser its cookie on the page that has the buttons, so that a double tap is one browser's.

    Such a page is this browser's alone: a shared cache would hand its cookie, and its visits, to strangers. Whoever
    opened it in Telegram is known by himself and needs no cookie.
    """

    @wraps(view)
    def wrapper(request: HttpRequest, *args: Params.args, **kwargs: Params.kwargs) -> HttpResponse:
        known, person = request.COOKIES.get(DEVICE_COOKIE), person_in_telegram(request)
        token = known or new_device_token()
        key = device_key_of(person.id) if person else device_key(token)
        request.browser_key = key  # type: ignore[attr-defined]  # see BrowserRequest
        response = view(request, *args, **kwargs)
        patch_cache_control(response, private=True)
        if not known and not person:
            response.set_cookie(
                DEVICE_COOKIE,
                token,
                max_age=ONE_YEAR,
                httponly=True,
                samesite="Lax",
                secure=settings.SESSION_COOKIE_SECURE,
            )
        return response

    return wrapper


private = cache_control(private=True, no_store=True)
"""For pages behind a token: nobody between us and the reader keeps a copy."""


def browser_key(request: HttpRequest) -> str:
    key: str = request.browser_key  # type: ignore[attr-defined]  # set by knows_browser
    return key


def visitor_in(request: HttpRequest, company_id: int) -> Actor:
    """The signed-in client of the company, whom Telegram introduces first of all, else a guest."""
    return visitor_of(whoever_visits(request), company_id)


def booker_in(request: HttpRequest, company_id: int) -> Actor:
    """The same where something is booked: whom Telegram introduces becomes a client of the company."""
    return visitor_who_books(whoever_visits(request), company_id)


def location_or_404(request: HttpRequest, slug: str) -> Location:
    try:
        return location_on(host_of(request), slug)
    except Location.DoesNotExist:
        raise Http404 from None


def found(read: Callable[[str], Appointment], token: str) -> Appointment:
    try:
        return read(token)
    except Appointment.DoesNotExist:
        raise Http404 from None


def number_or_none(text: str | None) -> int | None:
    """A positive number that fits the database, from a query string somebody may have edited; else None."""
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 19 else None


def moment_or_none(text: str | None) -> datetime | None:
    """A moment with its offset, as the slot buttons carry it; else None."""
    try:
        moment = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return moment if timezone.is_aware(moment) and 2000 <= moment.year < 3000 else None


def context_of(location: Location, **more: Any) -> dict[str, Any]:
    return {"location": location, "company": location.company, "zone": location.zone, **more}


def please_wait(seconds: int) -> str:
    """To whoever asks too often, or shares an address with somebody who does."""
    time = length(ceil(seconds / 60))
    return _("Very many tries have come from your network. Please try again in %(time)s.") % {"time": time}


def with_wait(response: HttpResponse, seconds: int) -> HttpResponse:
    response["Retry-After"] = str(seconds)
    return response
