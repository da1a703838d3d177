"""The company and the rules it books by."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.console import CompanyForm, CompanyModelAdmin, TimezoneField, actor_in
from accounts.models import Company


class CompanyRulesForm(CompanyForm):
    timezone = TimezoneField(label=_("time zone"))

    class Meta:
        model = Company
        fields = "__all__"


@admin.register(Company)
class CompanyAdmin(CompanyModelAdmin):
    form = CompanyRulesForm
    list_display = ("name", "slug", "currency", "timezone", "is_active")
    list_filter = ("is_active",)
    search_fields = ("name", "slug")
    owner_only = ("slug", "host", "is_active")
    fieldsets = (
        (None, {"fields": ("name", "slug", "host", "currency", "language", "timezone", "is_active")}),
        (
            _("Rules of booking"),
            {
                "description": _("An empty field means the usual rule of this installation."),
                "fields": (
                    "slot_step_minutes",
                    "min_notice_minutes",
                    "horizon_days",
                    "hold_seconds",
                    "live_holds_limit",
                    "assignment_policy",
                ),
            },
        ),
        (_("Rules of cancelling"), {"fields": ("free_cancellation_hours", "late_fee_percent")}),
        (_("Reminders"), {"fields": ("reminder_hours", "quiet_from", "quiet_until")}),
    )

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A company is switched off, never deleted."""
        return False

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any = None) -> dict[str, Any]:
        return {"slug": ("name",)} if obj is None and actor_in(request).owns_deployment else {}
