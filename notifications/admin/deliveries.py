"""Deliveries: who was told what by which channel, what became of it, and another try for what failed."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.contrib.filters.admin import ChoicesDropdownFilter

from accounts.console import CompanyModelAdmin, VisibleFilter
from accounts.console.pages import page
from accounts.console.search import number_of, phone_ending
from accounts.console.skin import display
from accounts.models import Client, User
from accounts.querysets import VisibleQuerySet
from booking.console_wording import when
from booking.models import Appointment
from notifications.admin.filters import BroadcastFilter, ChannelFilter, PeriodFilter
from notifications.commands import send_again
from notifications.commands.send import MOST_ATTEMPTS
from notifications.console_wording import COLOURS, channel_of, person_of, reason_in_words
from notifications.models import Delivery
from notifications.values import State

AT_ONCE = 100
"""So many one bulk step may send again."""
SHOWN_TOGETHER = 100
"""Of the same occasion, on one page."""
READ_TOGETHER = ("company", "client", "user", "broadcast", "event__appointment")


@admin.action(description=gettext_lazy("Send again"), permissions=["change"])
def send_selected_again(modeladmin: Any, request: HttpRequest, queryset: QuerySet[Delivery]) -> None:
    again(request, queryset[:AT_ONCE])


def again(request: HttpRequest, deliveries: Iterable[Delivery]) -> None:
    """Send again what failed, and say which."""
    waiting, others = list[str](), list[str]()
    for delivery in deliveries:
        (waiting if send_again(delivery) else others).append(f"#{delivery.pk}")
    if waiting:
        messages.success(request, _("Being sent again: %(numbers)s.") % {"numbers": ", ".join(waiting)})
    if others:
        text = _("Only what failed and has an address can be sent again: not %(numbers)s.")
        messages.error(request, text % {"numbers": ", ".join(others)})


def meant_by(term: str) -> Iterator[QuerySet[Delivery]]:
    number, ending = number_of(term), phone_ending(term)
    if number is not None:
        yield Delivery.objects.filter(event__appointment=number)
    if ending:
        yield about("client", Client.objects.with_phone_ending(ending))
        yield about("event__appointment", Appointment.objects.with_phone_ending(ending))
    elif number is None:
        yield about("client", Client.objects.with_name_like(term))
        yield about("event__appointment", Appointment.objects.with_name_like(term))
        yield about("user", User.objects.filter(full_name__icontains=term.strip()))


def about(what: str, rows: QuerySet[Any]) -> QuerySet[Delivery]:
    return Delivery.objects.filter(**{f"{what}__in": rows.order_by().values("pk")})


@admin.register(Delivery)
class DeliveryAdmin(CompanyModelAdmin):
    list_display = ("written", "state_shown", "person", "channel_shown", "about", "visit", "attempts", "why", "company")
    list_display_links = ("written",)
    list_filter = (
        PeriodFilter,
        ("state", ChoicesDropdownFilter),
        ChannelFilter,
        ("event_type", ChoicesDropdownFilter),
        BroadcastFilter,
        ("company", VisibleFilter),
    )
    search_fields = ("client__first_name", "client__last_name", "user__full_name", "event__appointment__contact_name")
    search_help_text = gettext_lazy("Name, #number of the visit or the last digits of the phone")
    ordering = ("-pk",)
    actions = (send_selected_again,)
    list_disable_select_all = True

    # --- the list

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related(*READ_TOGETHER)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Delivery], search_term: str
    ) -> tuple[QuerySet[Delivery], bool]:
        """``#123`` or a short number is a visit's; four digits and more end a phone, or are a number; else a name."""
        if not search_term.strip():
            return queryset, False
        assert isinstance(queryset, VisibleQuerySet)  # noqa: S101 - the model's own manager; for the type checker
        return queryset.among(*meant_by(search_term)), False

    @display(description=gettext_lazy("when"), ordering="pk", header=True)
    def written(self, delivery: Delivery) -> list[str]:
        return [when(delivery.created_at, delivery.company.zone), f"#{delivery.pk}"]

    @display(description=gettext_lazy("state"), ordering="state", label=COLOURS)
    def state_shown(self, delivery: Delivery) -> tuple[str, str]:
        return delivery.state, delivery.get_state_display()

    @display(description=gettext_lazy("to whom"), header=True)
    def person(self, delivery: Delivery) -> list[str]:
        return [person_of(delivery), delivery.get_role_display()]

    @display(description=gettext_lazy("channel"), ordering="channel")
    def channel_shown(self, delivery: Delivery) -> str:
        return channel_of(delivery)

    @display(description=gettext_lazy("what about"), ordering="event_type", header=True)
    def about(self, delivery: Delivery) -> list[str]:
        return [delivery.get_event_type_display(), str(delivery.broadcast or "")]

    @display(description=gettext_lazy("visit"))
    def visit(self, delivery: Delivery) -> str:
        if delivery.event is None:
            return ""
        number = delivery.event.appointment_id
        address = reverse("admin:booking_appointment_change", args=[number])
        return format_html('<a class="text-link" href="{}">#{}</a>', address, number)

    @display(description=gettext_lazy("reason"))
    def why(self, delivery: Delivery) -> str:
        return reason_in_words(delivery.reason)

    # --- pages

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.again_view)
        return [path("<int:pk>/again/", view, name="notifications_delivery_again"), *super().get_urls()]

    def delivery_for(self, request: HttpRequest, pk: int | None) -> Delivery:
        rows = self.get_queryset(request).select_related(
            "event__appointment__location", "event__appointment__service", "event__appointment__client"
        )
        delivery: Delivery | None = rows.filter(pk=pk).first() if pk is not None else None
        if delivery is None:
            raise Http404
        return delivery

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Everything about one, with what came before and after it, and who else was told."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        delivery = self.delivery_for(request, number_of(object_id))
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        family = self.family_of(request, delivery)
        context: dict[str, Any] = {
            "delivery": delivery,
            "visit": delivery.event.appointment if delivery.event else None,
            "zone": delivery.company.zone,
            "why": reason_in_words(delivery.reason),
            "attempts_at_most": MOST_ATTEMPTS,
            "chain": [row for row in family if row.recipient == delivery.recipient],
            "others": [row for row in family if row.recipient != delivery.recipient],
            "may_send_again": delivery.state == State.DEAD and delivery.channel and self.has_change_permission(request),
            "title": f"#{delivery.pk} · {delivery.get_event_type_display()} · {person_of(delivery)}",
        }
        return page(request, self, "notifications/delivery", **context)

    def family_of(self, request: HttpRequest, delivery: Delivery) -> list[Delivery]:
        """All of the same event, oldest first. A broadcast and a morning concern nobody but the person himself."""
        rows = self.get_queryset(request).filter(occasion=delivery.occasion, company=delivery.company_id)
        if delivery.event is None:
            rows = rows.filter(recipient=delivery.recipient)
        return list(rows.order_by("pk")[:SHOWN_TOGETHER])

    def again_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        if not self.has_change_permission(request):
            raise PermissionDenied
        delivery = self.delivery_for(request, pk)
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        again(request, [delivery])
        return redirect(reverse("admin:notifications_delivery_change", args=[pk]))

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        return redirect(reverse("admin:notifications_delivery_change", args=[number_of(object_id) or 0]))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
