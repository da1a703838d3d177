"""A service: what it takes, who performs it, and where."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext
from unfold.contrib.filters.admin import BooleanRadioFilter
from unfold.widgets import UnfoldAdminTextareaWidget

from accounts.console import CompanyTabularInline, VisibleFilter
from accounts.console.skin import display
from catalog.admin.weekly import CalendarAdmin
from catalog.models import Service, ServiceSpecialist, WorkplaceService


class PerformerInline(CompanyTabularInline):
    model = ServiceSpecialist
    fields = ("specialist", "custom_price", "custom_duration", "custom_break", "is_active")
    related = ("specialist",)
    verbose_name = _("specialist")
    verbose_name_plural = _("who performs it")


class PlaceInline(CompanyTabularInline):
    model = WorkplaceService
    fields = ("workplace", "price", "duration_min", "break_min", "is_active")
    related = ("workplace",)
    verbose_name = _("workplace")
    verbose_name_plural = _("where it is performed")


@admin.register(Service)
class ServiceAdmin(CalendarAdmin):
    list_display = ("name", "category", "duration", "price", "is_active", "company")
    list_filter = ("category", ("is_active", BooleanRadioFilter), ("company", VisibleFilter))
    list_select_related = ("company",)
    search_fields = ("name", "category")
    inlines = (PerformerInline, PlaceInline)
    fieldsets = (
        (None, {"fields": ("company", "name", "category", "description")}),
        (_("Terms"), {"fields": ("duration_min", "break_min", "price", "position", "is_active")}),
    )

    @display(description=_("duration"), ordering="duration_min")
    def duration(self, service: Service) -> str:
        minutes = pgettext("duration", "%(minutes)d min") % {"minutes": service.duration_min}
        return f"{minutes} + {service.break_min}" if service.break_min else minutes

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "description":
            kwargs["widget"] = UnfoldAdminTextareaWidget({"rows": 3})
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def concerned(self, obj: Service) -> dict[str, Any]:
        return {"service": obj}
