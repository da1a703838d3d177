"""A specialist on one page: who he is, what he does, when he is there and when he is not."""

from itertools import groupby
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import BooleanRadioFilter
from unfold.widgets import UnfoldAdminSelect2Widget

from accounts.console import CompactDateInput, CompanyForm, CompanyTabularInline, VisibleFilter, WallTimeField, actor_in
from accounts.values import STAFF_ROLES
from catalog.admin.weekly import CalendarAdmin, WeeklyForm, WeeklyInline, yesterday
from catalog.models import Break, Location, LocationSchedule, ServiceSpecialist, Specialist, SpecialistSchedule


class SkillInline(CompanyTabularInline):
    model = ServiceSpecialist
    fields = ("service", "custom_price", "custom_duration", "custom_break", "is_active")
    related = ("service",)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "service":
            kwargs["widget"] = UnfoldAdminSelect2Widget()
        return super().formfield_for_dbfield(db_field, request, **kwargs)


class ShiftForm(WeeklyForm):
    def clean(self) -> dict[str, Any] | None:
        data = super().clean()
        workplace, location = self.cleaned_data.get("workplace"), self.cleaned_data.get("location")
        if workplace and location and workplace.location_id != location.pk:
            self.add_error("workplace", _("This workplace is in another location."))
        return data


class ShiftInline(WeeklyInline):
    model = SpecialistSchedule
    form = ShiftForm
    fields = (
        "day_of_week",
        "start_time",
        "end_time",
        "is_day_off",
        "location",
        "workplace",
        "valid_from",
        "valid_until",
    )
    related = ("location", "workplace")

    def first_rows(self, request: HttpRequest) -> list[dict[str, Any]]:
        """The opening hours of the first location."""
        location = Location.objects.visible_to(actor_in(request)).filter(is_active=True).first()
        if location is None:
            return super().first_rows(request)
        open_for_good = LocationSchedule.objects.filter(location=location, valid_from=None, valid_until=None)
        hours = open_for_good.order_by("day_of_week", "start_time")
        rows = list(hours.values("day_of_week", "start_time", "end_time", "is_day_off"))
        return [{**row, "location": location.pk} for row in rows or super().first_rows(request)]

    def choices_of(self, name: str, rows: QuerySet[Any]) -> list[Any]:
        if name != "workplace":
            return super().choices_of(name, rows)
        rows = rows.select_related("location").order_by("location__position", "location__name", "position", "name")
        groups = groupby(rows, key=lambda workplace: workplace.location)
        return [(str(location), [(row.pk, str(row)) for row in group]) for location, group in groups]


class BreakForm(forms.ModelForm[Break]):
    start_time = WallTimeField(label=_("from"), required=False)
    end_time = WallTimeField(label=_("to"), required=False, ends_day=True)


class BreakInline(CompanyTabularInline):
    model = Break
    form = BreakForm
    fields = ("date", "last_date", "start_time", "end_time", "reason")
    ordering = ("date", "start_time")
    verbose_name_plural = _("breaks from today on")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = super().get_queryset(request)
        return rows.filter(Q(date__gte=yesterday()) | Q(last_date__gte=yesterday()))

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name in ("date", "last_date"):
            kwargs["widget"] = CompactDateInput()
        return super().formfield_for_dbfield(db_field, request, **kwargs)


@admin.register(Specialist)
class SpecialistAdmin(CalendarAdmin):
    form = CompanyForm
    list_display = ("name", "specialization", "user", "is_active", "company")
    list_filter = (("is_active", BooleanRadioFilter), ("company", VisibleFilter))
    list_select_related = ("user", "company")
    search_fields = ("name", "specialization")
    autocomplete_fields = ("user",)
    inlines = (SkillInline, ShiftInline, BreakInline)
    fieldsets = ((None, {"fields": ("company", "name", "specialization", "user", "position", "is_active")}),)

    def concerned(self, obj: Specialist) -> dict[str, Any]:
        return {"specialist": obj}

    def get_field_queryset(self, db: Any, db_field: Any, request: HttpRequest) -> QuerySet[Any]:
        rows = super().get_field_queryset(db, db_field, request)
        return rows.filter(role__in=STAFF_ROLES) if db_field.name == "user" else rows
