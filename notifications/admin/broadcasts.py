"""Broadcasts: a draft with its audience, a start that asks once more, and a page that shows how far it has come."""

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.contrib.filters.admin import ChoicesDropdownFilter

from accounts.console import CompanyModelAdmin, VisibleFilter, actor_in
from accounts.console.pages import page
from accounts.console.search import number_of
from accounts.console.skin import display
from accounts.errors import Refusal
from accounts.values import Actor
from booking.console_wording import when
from booking.wording import length
from notifications import commands
from notifications.admin.live import answer, watched
from notifications.admin.preview import Preview, in_telegram
from notifications.audience import preview_of, progress_of
from notifications.console_wording import BROADCAST_COLOURS
from notifications.models import Broadcast, BroadcastState

PREVIEW = "admin:notifications_broadcast_preview"
LONGEST = 3500
A_SECOND = 28
"""Messages that Telegram takes of a bot, with room for people’s own ones."""


@dataclass(frozen=True, slots=True)
class Deed:
    """What can be done with a broadcast: from which states, and whether it asks once more."""

    name: str
    label: Any
    done: Any
    icon: str
    run: Callable[[int, Actor], object]
    states: frozenset[BroadcastState]
    question: Any = ""


DEEDS = {
    deed.name: deed
    for deed in (
        Deed(
            "start", gettext_lazy("Start"), gettext_lazy("The broadcast has started."), "send",
            commands.start_broadcast, frozenset({BroadcastState.DRAFT}),
            gettext_lazy("Send it now? It can be paused and stopped; what has been sent cannot be taken back."),
        ),
        Deed(
            "pause", gettext_lazy("Pause"), gettext_lazy("The broadcast is paused."), "pause",
            commands.pause_broadcast, frozenset({BroadcastState.RUNNING}),
        ),
        Deed(
            "resume", gettext_lazy("Go on"), gettext_lazy("The broadcast goes on."), "play_arrow",
            commands.resume_broadcast, frozenset({BroadcastState.PAUSED}),
        ),
        Deed(
            "stop", gettext_lazy("Stop"), gettext_lazy("The broadcast is stopped."), "stop",
            commands.stop_broadcast, frozenset({BroadcastState.RUNNING, BroadcastState.PAUSED}),
            gettext_lazy("Stop it for good? Whoever still waits gets nothing."),
        ),
    )
}  # fmt: skip


def time_for(people: int) -> str:
    """How long Telegram takes for so many, in words."""
    minutes = ceil(people / A_SECOND / 60)
    return _("less than a minute") if minutes <= 1 else _("about %(time)s") % {"time": length(minutes)}


def previews(text: str | None) -> dict[str, Any]:
    shown: Preview = in_telegram(text, LONGEST)
    return {"telegram": shown, "mail": None, "whole": True}


def audience(broadcast: Broadcast) -> dict[str, Any]:
    """Whom a draft would reach if it were started now: two statements."""
    found = preview_of(broadcast)
    ways = [(channel.label, count) for channel, count in found.by_channel.items()]
    return {"audience": found, "ways": ways, "time": time_for(found.people - found.out_of_reach)}


@admin.register(Broadcast)
class BroadcastAdmin(CompanyModelAdmin):
    list_display = ("name", "state_shown", "started", "ended", "company")
    list_filter = (("state", ChoicesDropdownFilter), ("company", VisibleFilter))
    list_select_related = ("company",)
    search_fields = ("name",)
    autocomplete_fields = ("had_service", "at_location")
    change_form_before_template = "admin/notifications/form_preview.html"
    change_form_outer_after_template = "admin/notifications/broadcast_audience.html"
    fieldsets = (
        (None, {"fields": ("company", "name", "content_tg")}),
        (
            gettext_lazy("To whom"),
            {
                "description": gettext_lazy("Whoever has agreed to offers and fits all that is chosen here."),
                "fields": ("not_seen_days", "had_service", "at_location", "has_balance"),
            },
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("company", "had_service", "at_location")

    @display(description=gettext_lazy("state"), ordering="state", label=BROADCAST_COLOURS)
    def state_shown(self, broadcast: Broadcast) -> tuple[str, str]:
        return broadcast.state, broadcast.get_state_display()

    @display(description=gettext_lazy("started"), ordering="started_at")
    def started(self, broadcast: Broadcast) -> str:
        return when(broadcast.started_at, broadcast.company.zone) if broadcast.started_at else ""

    @display(description=gettext_lazy("ended"), ordering="finished_at")
    def ended(self, broadcast: Broadcast) -> str:
        return when(broadcast.finished_at, broadcast.company.zone) if broadcast.finished_at else ""

    # --- the draft: the only state in which anything is edited

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "content_tg":
            kwargs["widget"] = watched(PREVIEW, rows=10)
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Any = None,
    ) -> HttpResponse:
        form = context["adminform"].form
        context["preview_address"] = reverse(PREVIEW)
        context |= previews(form["content_tg"].value() if "content_tg" in form.fields else "")
        if obj is not None:
            context |= audience(obj)
        return super().render_change_form(request, context, add, change, form_url, obj)

    def save_model(self, request: HttpRequest, obj: Broadcast, form: Any, change: bool) -> None:
        if change:
            obj.save(update_fields=[name for name in form.changed_data if name in form.Meta.fields])
        else:
            obj.created_by = actor_in(request).as_initiator()
            obj.save()

    def response_add(self, request: HttpRequest, obj: Broadcast, post_url_continue: str | None = None) -> HttpResponse:
        """Next one wants to see the audience, and to start it."""
        self.message_user(request, _("The draft is saved. Look at its audience below, and start it."))
        return redirect(page_of(obj))

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """The form of a draft, locked while it is saved, so that nobody starts half of it; else how far it has come."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        with transaction.atomic():
            is_save = request.method == "POST" and self.has_change_permission(request)
            broadcast = self.broadcast_for(request, number_of(object_id), lock=is_save)
            if broadcast.state == BroadcastState.DRAFT:
                return super().change_view(request, object_id, form_url, extra_context)
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        return page(request, self, "notifications/broadcast", title=broadcast.name, **self.course(request, broadcast))

    def broadcast_for(self, request: HttpRequest, pk: int | None, *, lock: bool = False) -> Broadcast:
        rows = self.get_queryset(request)
        rows = rows.select_for_update(of=("self",), no_key=True) if lock else rows
        broadcast: Broadcast | None = rows.filter(pk=pk).first() if pk is not None else None
        if broadcast is None:
            raise Http404
        return broadcast

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What was sent stays."""
        return super().has_delete_permission(request, obj) and (obj is None or obj.state == BroadcastState.DRAFT)

    # --- its course

    def get_urls(self) -> list[URLPattern]:
        view, name = self.admin_site.admin_view, "notifications_broadcast_"
        return [
            path("preview/", view(self.preview_view), name=f"{name}preview"),
            path("<int:pk>/course/", view(self.course_view), name=f"{name}course"),
            path("<int:pk>/do/<slug:deed>/", view(self.deed_view), name=f"{name}deed"),
            *super().get_urls(),
        ]

    def preview_view(self, request: HttpRequest) -> HttpResponse:
        return answer(request, self, previews(request.POST.get("content_tg")))

    def course(self, request: HttpRequest, broadcast: Broadcast) -> dict[str, Any]:
        """How far it has come, and what can be done now: one statement."""
        progress, may_steer = progress_of(broadcast), self.has_change_permission(request)
        return {
            "broadcast": broadcast,
            "progress": progress,
            "deeds": [deed for deed in DEEDS.values() if may_steer and broadcast.state in deed.states],
            "left": time_for(progress.waiting),
            "colour": BROADCAST_COLOURS[BroadcastState(broadcast.state)],
            "zone": broadcast.company.zone,
            **previews(broadcast.content_tg),
        }

    def course_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The part of the page that renews itself."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        context = self.course(request, self.broadcast_for(request, pk))
        return render(request, "admin/notifications/_course.html", context)

    def deed_view(self, request: HttpRequest, pk: int, deed: str) -> HttpResponse:
        """Ask where something cannot be taken back, then do it."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        broadcast, chosen = self.broadcast_for(request, pk), DEEDS.get(deed)
        if chosen is None:
            raise Http404
        if request.method == "POST":
            self.do(request, broadcast, chosen)
        elif not chosen.question:
            return HttpResponseNotAllowed(["POST"])
        elif broadcast.state in chosen.states:
            return self.ask(request, broadcast, chosen)
        return redirect(page_of(broadcast))

    def do(self, request: HttpRequest, broadcast: Broadcast, deed: Deed) -> None:
        try:
            deed.run(broadcast.pk, actor_in(request))
        except Refusal as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, str(deed.done))
            self.log_change(request, broadcast, str(deed.label))

    def ask(self, request: HttpRequest, broadcast: Broadcast, deed: Deed) -> HttpResponse:
        numbers = audience(broadcast) if deed.name == "start" else {"progress": progress_of(broadcast)}
        context = {"broadcast": broadcast, "deed": deed, **previews(broadcast.content_tg), **numbers}
        title = f"{deed.label}: {broadcast.name}"
        return page(request, self, "notifications/broadcast_question", title=title, **context)


def page_of(broadcast: Broadcast) -> str:
    return reverse("admin:notifications_broadcast_change", args=[broadcast.pk])
