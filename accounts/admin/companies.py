"""The company and the rules it books by."""

import re
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from accounts.console import CompanyForm, CompanyModelAdmin, TimezoneField, actor_in
from accounts.models import Company

MOST_REMINDERS = 4
LONGEST_BEFORE = 24 * 14
BETWEEN_HOURS = re.compile(r"[\s,;]+")
CLOCK = [(hour, f"{hour:02}:00") for hour in range(24)]


class HoursField(forms.CharField):
    """Hours before a visit, typed freely: ``24, 2`` or ``2 24``; kept with the longest first, each once."""

    default_error_messages = {
        "no_number": _("“%(typed)s” is no number of hours. Write whole hours separated by commas, like 24, 2."),
        "range": _("A reminder is sent 1 to %(most)d hours before, and %(typed)s is not among them."),
        "several": _("There can be at most %(most)d reminders."),
    }

    def __init__(self, **kwargs: Any) -> None:
        widget = UnfoldAdminTextInputWidget({"placeholder": "24, 2", "autocomplete": "off"})
        super().__init__(**{"required": False, "widget": widget, "max_length": 100, **kwargs})

    def to_python(self, value: Any) -> Any:
        typed = [part for part in BETWEEN_HOURS.split(super().to_python(value) or "") if part]
        hours = sorted({self.hours_in(part) for part in typed}, reverse=True)
        if len(hours) > MOST_REMINDERS:
            raise self.error("several", most=MOST_REMINDERS)
        return hours

    def hours_in(self, typed: str) -> int:
        if not (typed.isascii() and typed.isdecimal()):
            raise self.error("no_number", typed=typed)
        if not 1 <= int(typed) <= LONGEST_BEFORE:
            raise self.error("range", typed=typed, most=LONGEST_BEFORE)
        return int(typed)

    def error(self, code: str, **params: Any) -> forms.ValidationError:
        return forms.ValidationError(self.error_messages[code], code=code, params=params)

    def run_validators(self, value: Any) -> None:
        """They are for text, which has become a list."""

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(str(hours) for hours in value) if isinstance(value, list) else value


class CompanyRulesForm(CompanyForm):
    timezone = TimezoneField(label=_("time zone"))
    reminder_hours = HoursField(
        label=_("reminders, hours before"),
        help_text=_("Separated by commas, like 24, 2; empty: none"),
    )

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

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name in ("quiet_from", "quiet_until"):
            kwargs["widget"] = UnfoldAdminSelectWidget(choices=CLOCK)
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A company is switched off, never deleted."""
        return False

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any = None) -> dict[str, Any]:
        return {"slug": ("name",)} if obj is None and actor_in(request).owns_deployment else {}
