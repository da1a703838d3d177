"""Chats with the bot in the browser, for a demo: whoever looks at them plays everybody."""

import re
from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import HttpResponseClientRedirect

from config.devchat import client
from config.devchat.introduction import introduce_anew
from config.devchat.shown import page

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]

PAYLOAD = re.compile(r"[A-Za-z0-9_-]{1,64}")
PICTURES = {"image/png", "image/jpeg", "image/gif", "image/webp"}


def in_a_demo(view: View[P]) -> Callable[..., HttpResponse]:
    """Nothing is here without a stand-in, whatever the addresses say; and a stand-in, or a chat, may be gone."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not (settings.DEBUG and settings.DEVCHAT):
            raise Http404
        try:
            return view(request, *args, **kwargs)
        except client.NotThere:
            return begin_anew(request)
        except client.Away:
            return away(request)

    return never_cache(guarded)


@in_a_demo
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """The newcomer's chat: where a newcomer begins."""
    query = request.GET.urlencode()
    return redirect(reverse("devchat:chat", args=[client.first_person()]) + (f"?{query}" if query else ""))


@in_a_demo
@require_GET
def link(request: HttpRequest, username: str) -> HttpResponse:
    """What t.me/<bot>?start=… is in Telegram."""
    if username != settings.TELEGRAM_BOT_USERNAME:
        raise Http404
    return home(request)


@in_a_demo
@require_GET
def chat(request: HttpRequest, chat_id: int) -> HttpResponse:
    state = client.look(chat_id, request.LANGUAGE_CODE)
    if not state["bot"]["is_introduced"]:
        introduce_anew(each["id"] for each in state["people"])
        state = client.look(chat_id, request.LANGUAGE_CODE)
    return render(request, "devchat/chat.html", page(state, payload_of(request)))


@in_a_demo
@require_GET
def look(request: HttpRequest, chat_id: int) -> HttpResponse:
    """What has changed since ``since``; 204 when nothing has."""
    state = client.look(chat_id, request.LANGUAGE_CODE)
    if state["version"] == request.GET.get("since"):
        return HttpResponse(status=204)
    return parts(request, page(state, payload_of(request)))


@in_a_demo
@require_POST
def act(request: HttpRequest, chat_id: int, deed: str) -> HttpResponse:
    """Write, press, share… as the one whose chat it is."""
    message, _colon, callback = request.POST.get("tap", "").partition(":")
    particulars = {name: request.POST.get(name, "") for name in ("text", "payload")}
    too_late = ""
    try:
        state = client.act(
            chat_id, deed, language=request.LANGUAGE_CODE, message=message, callback=callback, **particulars
        )
    except client.Gone:
        state, too_late = client.look(chat_id, request.LANGUAGE_CODE), _("The bot has taken this button away.")
    if not is_partial(request):
        if too_late:
            messages.info(request, too_late)
        return redirect("devchat:chat", chat_id)
    return parts(request, {**page(state), "too_late": too_late, "has_acted": True})


@in_a_demo
@require_POST
def newcomer(request: HttpRequest) -> HttpResponse:
    return redirect("devchat:chat", client.one_more_newcomer())


@in_a_demo
@require_GET
def file(request: HttpRequest, file_id: str) -> HttpResponse:
    """A photo to look at; anything else to save, whatever it says it is."""
    if not re.fullmatch(r"[\w-]+", file_id):
        raise Http404
    try:
        content, kind, name = client.file(file_id)
    except client.NotThere:
        raise Http404 from None
    is_picture = kind in PICTURES
    response = HttpResponse(content, content_type=kind if is_picture else "application/octet-stream")
    response["Content-Disposition"] = content_disposition_header(not is_picture, name or "file") or "attachment"
    return response


def parts(request: HttpRequest, shown: dict[str, Any]) -> HttpResponse:
    """Only what has changed: the field in which somebody is writing stays as it is, unless its keyboard does not."""
    known = request.GET.get("composer") or request.POST.get("composer")
    is_same = known == shown["composer_version"] and not shown.get("has_acted")
    return render(request, "devchat/_parts.html", {**shown, "composer_is_same": is_same})


def is_partial(request: HttpRequest) -> bool:
    return bool(request.htmx)  # type: ignore[attr-defined]  # middleware


def payload_of(request: HttpRequest) -> str:
    payload = request.GET.get("start", "")
    return payload if PAYLOAD.fullmatch(payload) else ""


def begin_anew(request: HttpRequest) -> HttpResponse:
    messages.info(request, _("What you asked for is no longer there. Here you can start anew."))
    home_page = reverse("devchat:home")
    return HttpResponseClientRedirect(home_page) if is_partial(request) else redirect(home_page)


def away(request: HttpRequest) -> HttpResponse:
    if is_partial(request):
        return render(request, "devchat/_away.html")
    return render(request, "devchat/away.html", status=503)
