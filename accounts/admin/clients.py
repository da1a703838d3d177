"""Clients of a company and the browsers it knows."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import BooleanRadioFilter, ChoicesDropdownFilter
from unfold.widgets import UnfoldAdminTextareaWidget

from accounts.console import CompanyModelAdmin, VisibleFilter, actor_in
from accounts.console.forms import changed_columns
from accounts.console.search import phone_ending
from accounts.console.skin import display
from accounts.console.texts import PhoneInput, client_label, international
from accounts.models import Client, Device
from accounts.models.client import ClientQuerySet, Priority

LAST_VISITS = 10
PRIORITY_COLOURS = {Priority.VIP: "warning", Priority.URGENT: "danger"}


@admin.register(Client)
class ClientAdmin(CompanyModelAdmin):
    list_display = ("full_name", "phone_shown", "email", "priority_shown", "is_active", "company")
    list_display_links = ("full_name",)
    list_filter = (
        ("priority", ChoicesDropdownFilter),
        ("is_active", BooleanRadioFilter),
        ("company", VisibleFilter),
    )
    list_select_related = ("company",)
    search_fields = ("first_name", "last_name", "email")
    search_help_text = _("Name, e-mail or the last digits of the phone")
    readonly_fields = ("tg_id", "user")
    change_form_outer_after_template = "admin/accounts/client/visits.html"
    fieldsets = (
        (None, {"fields": ("company", "first_name", "last_name", "phone", "email", "notes")}),
        (_("More"), {"fields": ("priority", "language", "is_active", "tg_id", "user")}),
    )

    @display(description=_("name"), ordering="first_name")
    def full_name(self, client: Client) -> str:
        return client.full_name

    @display(description=_("phone"), ordering="phone")
    def phone_shown(self, client: Client) -> str:
        return international(client.phone)

    @display(description=_("priority"), ordering="priority", label=PRIORITY_COLOURS)
    def priority_shown(self, client: Client) -> tuple[str, str] | str:
        return "" if client.priority == Priority.NORMAL else (client.priority, client.get_priority_display())

    def choice_label(self, client: Client) -> str:
        return client_label(client)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "phone":
            kwargs["widget"] = PhoneInput()
        if db_field.name == "notes":
            kwargs["widget"] = UnfoldAdminTextareaWidget({"rows": 3})
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Client], search_term: str
    ) -> tuple[QuerySet[Client], bool]:
        """By the end of the phone or by e-mail when the term looks like one, else by name."""
        ending = phone_ending(search_term)
        if ending and isinstance(queryset, ClientQuerySet):
            return queryset.with_phone_ending(ending), False
        if search_term.strip() and "@" not in search_term and isinstance(queryset, ClientQuerySet):
            return queryset.with_name_like(search_term), False
        return super().get_search_results(request, queryset, search_term)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A card that was merged into another is history."""
        return super().has_change_permission(request, obj) and (obj is None or obj.merged_into_id is None)

    def save_model(self, request: HttpRequest, obj: Client, form: Any, change: bool) -> None:
        """Only what was changed: while the form was open he may have connected his Telegram, or been merged."""
        if change:
            obj.save(update_fields=changed_columns(form))
        else:
            super().save_model(request, obj, form, change)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A client is forgotten or switched off, never deleted: the visits would go with him."""
        return False

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Any = None,
    ) -> HttpResponse:
        if obj is not None:
            visits = obj.appointments.visible_to(actor_in(request)).with_everything_shown()
            context["visits"] = visits.order_by("-start_time")[:LAST_VISITS]
        return super().render_change_form(request, context, add, change, form_url, obj)


@admin.register(Device)
class DeviceAdmin(CompanyModelAdmin):
    """Read only: what a browser typed refills its form, and proves nothing."""

    list_display = ("__str__", "phone_shown", "client", "last_seen_at", "company")
    list_select_related = ("client", "company")
    list_filter = (("company", VisibleFilter),)
    fields = ("company", "first_name", "last_name", "phone", "client", "created_at", "last_seen_at")

    @display(description=_("phone"))
    def phone_shown(self, device: Device) -> str:
        return international(device.phone)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
