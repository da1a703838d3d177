"""A preview beside a form, renewed while somebody types; without JavaScript a page of its own."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import render
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from unfold.widgets import UnfoldAdminTextareaWidget

from accounts.console.pages import page


def watched(address: str, rows: int) -> UnfoldAdminTextareaWidget:
    """A text whose preview is asked of the view named ``address``, by the htmx that unfold brings."""
    return UnfoldAdminTextareaWidget(
        {
            "rows": rows,
            "hx-post": reverse_lazy(address),
            "hx-trigger": "input changed delay:300ms",
            "hx-include": "closest form",
            "hx-target": "#preview",
            "hx-sync": "closest form:replace",
        }
    )


def answer(request: HttpRequest, admin: Any, previews: dict[str, Any]) -> HttpResponse:
    """What was typed, as people would see it: a part of the form, or a page."""
    if not (admin.has_change_permission(request) or admin.has_add_permission(request)):
        raise PermissionDenied
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    if request.headers.get("HX-Request"):
        return render(request, "admin/notifications/_preview.html", previews)
    return page(request, admin, "notifications/preview", title=_("Preview"), **previews)
