"""The history of all appointments as a list; written once, so only read here."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter, DropdownFilter
from unfold.views import ChangeList

from accounts.console import CompanyModelAdmin, VisibleFilter, actor_in
from accounts.console.search import number_of
from accounts.console.skin import display
from accounts.values import Channel
from booking.admin.history import told
from booking.models import Appointment, AppointmentEvent


class HistoryList(ChangeList):
    """A page of events with the names they mention, read together."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        self.result_list = list(self.result_list)
        for row in told(self.result_list, actor_in(request)):
            row.event.told = row  # type: ignore[attr-defined]  # for the columns


class ChannelFilter(DropdownFilter):
    title = _("channel")
    parameter_name = "channel"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(Channel.choices)

    def queryset(self, request: HttpRequest, queryset: QuerySet[AppointmentEvent]) -> QuerySet[AppointmentEvent]:
        return queryset.filter(initiated_by__channel=self.value()) if self.value() else queryset


@admin.register(AppointmentEvent)
class AppointmentEventAdmin(CompanyModelAdmin):
    list_display = ("happened", "visit", "what", "details", "who", "channel")
    list_filter = (
        ("event_type", ChoicesDropdownFilter),
        ChannelFilter,
        ("appointment__location", VisibleFilter),
    )
    list_select_related = ("appointment__location", "appointment__company")
    search_fields = ("appointment__contact_name",)
    search_help_text = _("Number of the visit or name")
    ordering = ("-pk",)
    fields = ("happened", "visit", "what", "details", "who", "channel")
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related(*self.list_select_related)

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return HistoryList

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[AppointmentEvent], search_term: str
    ) -> tuple[QuerySet[AppointmentEvent], bool]:
        if (number := number_of(search_term)) is not None:
            return queryset.filter(appointment_id=number), False
        if not search_term.strip():
            return queryset, False
        visits = Appointment.objects.with_name_like(search_term).order_by().values("pk")
        return queryset.filter(appointment__in=visits), False

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        event = super().get_object(request, object_id, from_field)
        if event is not None:
            event.told = told([event], actor_in(request))[0]
        return event

    @display(description=_("when"), ordering="created_at")
    def happened(self, event: Any) -> str:
        return str(event.told.when)

    @display(description=_("visit"))
    def visit(self, event: AppointmentEvent) -> str:
        address = reverse("admin:booking_appointment_change", args=[event.appointment_id])
        return format_html('<a class="text-link" href="{}">#{}</a>', address, event.appointment_id)

    @display(description=_("what happened"))
    def what(self, event: Any) -> str:
        return str(event.told.what)

    @display(description=_("details"))
    def details(self, event: Any) -> str:
        return "; ".join(event.told.details)

    @display(description=_("by"))
    def who(self, event: Any) -> str:
        return str(event.told.who)

    @display(description=_("channel"))
    def channel(self, event: Any) -> str:
        return str(event.told.channel)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
