"""A location on one page: address, hours, holidays, workplaces; and each workplace with its own prices."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import BooleanRadioFilter
from unfold.widgets import UnfoldAdminSelect2MultipleWidget

from accounts.console import (
    CompactDateInput,
    CompanyForm,
    CompanyTabularInline,
    TimezoneField,
    VisibleFilter,
    WallTimeField,
    actor_in,
)
from accounts.console.texts import PhoneInput
from accounts.models import Company
from catalog.admin.weekly import CalendarAdmin, WeeklyInline, yesterday
from catalog.models import Holiday, Location, LocationSchedule, Service, Workplace, WorkplaceService


class OpeningHoursInline(WeeklyInline):
    model = LocationSchedule
    fields = ("day_of_week", "start_time", "end_time", "is_day_off", "valid_from", "valid_until")


class HolidayForm(forms.ModelForm[Holiday]):
    start_time = WallTimeField(label=_("from"), required=False)
    end_time = WallTimeField(label=_("to"), required=False, ends_day=True)


class HolidayInline(CompanyTabularInline):
    model = Holiday
    form = HolidayForm
    fields = ("date", "is_working", "start_time", "end_time", "description")
    ordering = ("date",)
    verbose_name_plural = _("holidays from today on")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).filter(date__gte=yesterday())

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "date":
            kwargs["widget"] = CompactDateInput()
        return super().formfield_for_dbfield(db_field, request, **kwargs)


class WorkplaceForm(forms.ModelForm[Workplace]):
    """A workplace with the services it is fit for; their own prices are on the workplace's page."""

    services = forms.ModelMultipleChoiceField(
        label=_("fit for"),
        queryset=Service.objects.all(),
        required=False,
        widget=UnfoldAdminSelect2MultipleWidget,
        help_text=_("Empty: no visit takes this workplace"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["services"] = [offer.service_id for offer in self.instance.offers.all() if offer.is_active]

    def _save_m2m(self) -> None:
        super()._save_m2m()  # type: ignore[misc]  # a hook of Django's
        make_fit(self.instance, {service.pk for service in self.cleaned_data.get("services", ())})


def make_fit(workplace: Workplace, service_ids: set[int]) -> None:
    """Let ``workplace`` be fit for exactly these services; its own prices wait for a service to come back."""
    offers = WorkplaceService.objects.filter(workplace=workplace)
    offers.exclude(service_id__in=service_ids).update(is_active=False)
    offers.filter(service_id__in=service_ids, is_active=False).update(is_active=True)
    known = set(offers.values_list("service_id", flat=True))
    WorkplaceService.objects.bulk_create(
        WorkplaceService(workplace=workplace, service_id=pk) for pk in sorted(service_ids - known)
    )


class WorkplaceInline(CompanyTabularInline):
    model = Workplace
    form = WorkplaceForm
    fields = ("name", "type", "services", "position", "is_active")
    show_change_link = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        offers = Prefetch("offers", WorkplaceService.objects.order_by("pk"))
        return super().get_queryset(request).prefetch_related(offers)


class LocationForm(CompanyForm):
    timezone = TimezoneField(label=_("time zone"))

    class Meta:
        model = Location
        fields = "__all__"


@admin.register(Location)
class LocationAdmin(CalendarAdmin):
    decisive = ("timezone", "capacity", "is_active")
    form = LocationForm
    list_display = ("name", "address", "phone", "timezone", "is_active", "company")
    list_filter = (("is_active", BooleanRadioFilter), ("company", VisibleFilter))
    list_select_related = ("company",)
    search_fields = ("name", "address", "slug")
    prepopulated_fields = {"slug": ("name",)}
    inlines = (OpeningHoursInline, HolidayInline, WorkplaceInline)
    fieldsets = (
        (None, {"fields": ("company", "name", "slug", "address", "directions", "phone")}),
        (_("Calendar"), {"fields": ("timezone", "capacity", "position", "is_active")}),
    )

    def concerned(self, obj: Location) -> dict[str, Any]:
        return {"location": obj}

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        company = Company.objects.visible_to(actor_in(request)).first()
        zone = {"timezone": company.timezone} if company else {}
        return {**zone, **super().get_changeform_initial_data(request)}

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any = None) -> dict[str, Any]:
        return {} if obj else {"slug": ("name",)}

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "phone":
            kwargs["widget"] = PhoneInput()
        return super().formfield_for_dbfield(db_field, request, **kwargs)


class FitServiceInline(CompanyTabularInline):
    model = WorkplaceService
    fields = ("service", "price", "duration_min", "break_min", "is_active")
    related = ("service",)


@admin.register(Workplace)
class WorkplaceAdmin(CalendarAdmin):
    """A workplace with prices and paces of its own; the location's page holds all of its workplaces."""

    list_display = ("name", "type", "location", "is_active")
    list_filter = (("location", VisibleFilter), ("is_active", BooleanRadioFilter))
    list_select_related = ("location",)
    search_fields = ("name", "type")
    autocomplete_fields = ("location",)
    inlines = (FitServiceInline,)
    fields = ("location", "name", "type", "position", "is_active")

    def concerned(self, obj: Workplace) -> dict[str, Any]:
        return {"workplace": obj}
