"""The doors of Web Push: the worker's script, and a browser that wants to be woken, or no longer."""

import json
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import cache_control
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.errors import Refusal
from booking.queries.visits import visit_by_link
from booking.views.common import CONFLICT, UNPROCESSABLE, browser_key, found, knows_browser, private, visitor_in
from notifications.channels import carrier_of
from notifications.commands import renew, subscribe, unsubscribe
from notifications.errors import BadSubscription, TooManyDevices
from notifications.values import Channel

DONE, FORBIDDEN = 204, 403


@require_safe
@cache_control(no_cache=True)
def worker(request: HttpRequest) -> HttpResponse:
    """At the root, because it is responsible for what lies below its address."""
    key = {"key": settings.VAPID_PUBLIC_KEY}
    return render(request, "push/sw.js", key, content_type="text/javascript; charset=utf-8")


@require_http_methods(["POST", "DELETE"])
@private
@knows_browser
def visit_push(request: HttpRequest, token: str) -> HttpResponse:
    """Wake this browser for the visit (POST: what ``PushSubscription.toJSON()`` gives), or for nothing any more
    (DELETE: its ``endpoint``)."""
    if not carrier_of(Channel.WEB_PUSH).is_configured():
        raise Http404
    visit = found(visit_by_link, token)
    actor, here = visitor_in(request, visit.company_id), browser_key(request)
    try:
        sent = read_object(request)
        if request.method == "DELETE":
            unsubscribe(text_in(sent, "endpoint"), actor=actor, browser_key=here)
        else:
            name = request.headers.get("User-Agent", "")
            subscribe(
                visit.company_id,
                *subscription_in(sent),
                actor=actor,
                browser_key=here,
                user_agent=name,
                visit_id=visit.pk,
            )
    except Refusal as refusal:
        return refused(refusal)
    return HttpResponse(status=DONE)


@csrf_exempt  # a worker has no page with a token; the old endpoint, or the cookie, is what gives the right
@require_POST
@private
@knows_browser
def renewed_push(request: HttpRequest) -> HttpResponse:
    """The push service gave this browser a new endpoint: ``{"old": …, "new": PushSubscription.toJSON()}``."""
    try:
        sent = read_object(request)
        new = subscription_in(object_in(sent, "new"))
        known = renew(text_in(sent, "old") if sent.get("old") else "", *new, browser_key=browser_key(request))
    except Refusal as refusal:
        return refused(refusal)
    return HttpResponse(status=DONE if known else 404)


def refused(refusal: Refusal) -> JsonResponse:
    field = refusal.field if isinstance(refusal, BadSubscription) else ""
    status = UNPROCESSABLE if field else CONFLICT if isinstance(refusal, TooManyDevices) else FORBIDDEN
    return JsonResponse({"code": refusal.code, "field": field, "message": str(refusal)}, status=status)


def read_object(request: HttpRequest) -> dict[str, Any]:
    """Raises BadSubscription for what is no object of JSON."""
    try:
        sent = json.loads(request.body)
    except (ValueError, RecursionError):
        raise BadSubscription("body") from None
    if not isinstance(sent, dict):
        raise BadSubscription("body")
    return sent


def subscription_in(sent: dict[str, Any]) -> tuple[str, str, str]:
    """Endpoint and keys. Raises BadSubscription naming what is missing."""
    keys = object_in(sent, "keys")
    return text_in(sent, "endpoint"), text_in(keys, "p256dh"), text_in(keys, "auth")


def object_in(sent: dict[str, Any], name: str) -> dict[str, Any]:
    value = sent.get(name)
    if not isinstance(value, dict):
        raise BadSubscription(name)
    return value


def text_in(sent: dict[str, Any], name: str) -> str:
    value = sent.get(name)
    if not isinstance(value, str):
        raise BadSubscription(name)
    return value
