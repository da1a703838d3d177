"""Where a direct link leads: ``https://t.me/<bot>/<app>?startapp=…``, in the words of the bot's ``?start=``."""

import re

from django.urls import NoReverseMatch, reverse

from accounts.values import WEB_GUEST
from booking.queries.storefront import belongs_to, location_with
from catalog.models import Location

SERVICE = re.compile(r"b_(?P<service>[0-9]{1,18})(?:_(?P<specialist>[0-9]{1,18}))?", re.ASCII)


def page_of(start_param: str, host: str) -> str:
    """The page's address; empty for a link that leads nowhere in particular, or no longer."""
    name, _underscore, rest = start_param.partition("_")
    if service := SERVICE.fullmatch(start_param):
        return times_of(int(service["service"]), int(service["specialist"] or 0), host)
    if name == "l":
        rows = Location.objects.visible_to(WEB_GUEST).filter(belongs_to(host), slug=rest)
        return reverse("booking:services", args=[rest]) if rows.exists() else ""
    if name == "v":
        return visit_page(rest)
    return ""


def times_of(service_id: int, specialist_id: int, host: str) -> str:
    location = location_with(host, service_id, specialist_id or None)
    if location is None:
        return times_of(service_id, 0, host) if specialist_id else ""
    chosen = f"?specialist={specialist_id}" if specialist_id else ""
    return reverse("booking:times", args=[location.slug, service_id]) + chosen


def visit_page(token: str) -> str:
    try:
        return reverse("booking:visit", args=[token])
    except NoReverseMatch:  # that is no token
        return ""
