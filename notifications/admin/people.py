"""How people want to be told, which of their browsers may be woken, and which addresses have died."""

from typing import Any
from urllib.parse import urlsplit

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.contrib.filters.admin import BooleanRadioFilter, ChoicesDropdownFilter

from accounts.console import CompanyModelAdmin, VisibleFilter, actor_in
from accounts.console.search import phone_ending
from accounts.console.skin import display
from accounts.models import Client
from booking.console_wording import when
from notifications.admin.hearing import PreferencesForm
from notifications.commands import remove_subscription, try_again
from notifications.console_wording import reason_in_words
from notifications.models import DeadAddress, Preferences, PushSubscription

OF_A_PERSON: tuple[str, ...] = ("client__first_name", "client__last_name", "user__full_name")


class OfPeople(CompanyModelAdmin):
    """Rows of a client or of one of the staff, found by his name or the end of his phone."""

    list_select_related = ("client", "user", "company")
    search_fields = OF_A_PERSON
    search_help_text = gettext_lazy("Name or the last digits of the phone")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related(*self.list_select_related)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        if ending := phone_ending(search_term):
            return queryset.filter(client__in=Client.objects.with_phone_ending(ending).order_by().values("pk")), False
        return super().get_search_results(request, queryset, search_term)

    @display(description=gettext_lazy("whose"), header=True)
    def person(self, row: Preferences | PushSubscription) -> list[str]:
        if row.client is not None:
            return [row.client.full_name, _("Client")]
        if row.user is not None:
            return [str(row.user), row.user.get_role_display()]
        return [_("Guest"), _("who booked in this browser")]


@admin.register(Preferences)
class PreferencesAdmin(OfPeople):
    form = PreferencesForm
    list_display = ("person", "wants_offers", "every_channel", "switched_off", "company")
    list_display_links = ("person",)
    list_filter = (
        ("wants_offers", BooleanRadioFilter),
        ("every_channel", BooleanRadioFilter),
        ("company", VisibleFilter),
    )
    autocomplete_fields = ("client", "user")
    fieldsets = (
        (None, {"fields": ("company", "client", "user")}),
        (gettext_lazy("How to tell"), {"fields": ("every_channel", "hears")}),
        (gettext_lazy("Offers"), {"fields": ("wants_offers",)}),
    )

    @display(description=gettext_lazy("switched off"))
    def switched_off(self, row: Preferences) -> str:
        return str(len(row.muted) or "")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Whose it is is chosen once."""
        return (*super().get_readonly_fields(request, obj), *(("client", "user") if obj else ()))

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Without the one that it is not: a client's is nobody's of the staff."""
        other = "user" if obj and obj.client_id else "client" if obj else ""
        fieldsets = super().get_fieldsets(request, obj)
        return [
            (name, {**options, "fields": [field for field in options["fields"] if field != other]})
            for name, options in fieldsets
        ]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A consent is taken back by changing it."""
        return False


@admin.register(PushSubscription)
class PushSubscriptionAdmin(OfPeople):
    """To be looked at; deleting one stops messages to that browser."""

    list_display = ("browser", "person", "service", "since", "last_reached", "company")
    list_display_links = ("browser",)
    list_filter = (("company", VisibleFilter),)
    search_fields = (*OF_A_PERSON, "user_agent")
    fields = ("company", "browser", "client", "user", "service", "since", "last_reached")
    readonly_fields = fields

    @display(description=gettext_lazy("browser"), ordering="user_agent")
    def browser(self, row: PushSubscription) -> str:
        return str(row)

    @display(description=gettext_lazy("push service"))
    def service(self, row: PushSubscription) -> str:
        """The host alone: whoever knows the whole address could write to the browser."""
        return urlsplit(row.endpoint).hostname or ""

    @display(description=gettext_lazy("since"), ordering="created_at")
    def since(self, row: PushSubscription) -> str:
        return when(row.created_at, row.company.zone)

    @display(description=gettext_lazy("last reached"), ordering="last_ok_at")
    def last_reached(self, row: PushSubscription) -> str:
        return when(row.last_ok_at, row.company.zone) if row.last_ok_at else ""

    def delete_model(self, request: HttpRequest, obj: PushSubscription) -> None:
        remove_subscription(obj.pk, actor=actor_in(request))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.action(description=gettext_lazy("Try again"), permissions=["view"])
def try_selected_again(modeladmin: Any, request: HttpRequest, queryset: QuerySet[DeadAddress]) -> None:
    revive(request, queryset)


def revive(request: HttpRequest, addresses: QuerySet[DeadAddress]) -> None:
    count = try_again(addresses.values_list("pk", flat=True), actor_in(request))
    text = ngettext(
        "%(count)d address will be tried again.", "%(count)d addresses will be tried again.", count
    )  # fmt: skip
    messages.success(request, text % {"count": count})


@admin.register(DeadAddress)
class DeadAddressAdmin(CompanyModelAdmin):
    """For the owner of the deployment: a chat or a mailbox may be known to several companies."""

    list_display = ("address", "channel", "why", "created_at")
    list_filter = (("channel", ChoicesDropdownFilter),)
    search_fields = ("address",)
    actions = (try_selected_again,)
    list_disable_select_all = True
    fields = ("channel", "address", "why", "reason", "created_at")
    readonly_fields = fields
    change_form_outer_after_template = "admin/notifications/try_again.html"

    @display(description=gettext_lazy("what happened"), ordering="reason")
    def why(self, row: DeadAddress) -> str:
        return reason_in_words(row.reason)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.again_view)
        return [path("<int:pk>/again/", view, name="notifications_deadaddress_again"), *super().get_urls()]

    def again_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        revive(request, self.get_queryset(request).filter(pk=pk))
        return redirect(reverse("admin:notifications_deadaddress_changelist"))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
