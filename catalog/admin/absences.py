"""Holidays of locations and breaks of specialists as lists of their own, past ones included."""

from functools import reduce
from operator import or_
from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import BooleanRadioFilter, RadioFilter

from accounts.console import CompactDateInput, CompanyForm, VisibleFilter, WallTimeField, actor_in
from accounts.console.skin import display
from accounts.values import Role
from catalog.admin.weekly import CalendarAdmin, yesterday
from catalog.models import Break, Holiday, Specialist


class HoursForm(CompanyForm):
    start_time = WallTimeField(label=_("from"), required=False, help_text=_("Leave both times empty for the whole day"))
    end_time = WallTimeField(label=_("to"), required=False, ends_day=True)


class TimeFilter(RadioFilter):
    """What is still to come, or what was."""

    title = _("time")
    parameter_name = "when"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("upcoming", _("From today on")), ("past", _("Past"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        dates = {field.name for field in queryset.model._meta.fields} & {"date", "last_date"}
        ahead = reduce(or_, (Q(**{f"{name}__gt": yesterday()}) for name in sorted(dates)))
        match self.value():
            case "upcoming":
                return queryset.filter(ahead)
            case "past":
                return queryset.exclude(ahead)
        return queryset


class AbsenceAdmin(CalendarAdmin):
    form = HoursForm
    owner_only = ()

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name in ("date", "last_date"):
            kwargs["widget"] = CompactDateInput()
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        super().delete_model(request, obj)
        self.tell(request, obj)

    @display(description=_("hours"))
    def hours(self, absence: Holiday | Break) -> str:
        if absence.start_time is None or absence.end_time is None:
            return str(_("whole day"))
        return f"{absence.start_time:%H:%M}–{absence.end_time:%H:%M}"


@admin.register(Holiday)
class HolidayAdmin(AbsenceAdmin):
    decisive = ("location", "date", "is_working", "start_time", "end_time")
    list_display = ("date", "location", "is_working", "hours", "description")
    list_filter = (("location", VisibleFilter), TimeFilter, ("is_working", BooleanRadioFilter))
    list_select_related = ("location",)
    search_fields = ("description",)
    autocomplete_fields = ("location",)
    ordering = ("-date",)
    fields = ("location", "date", "is_working", "start_time", "end_time", "description")

    def concerned(self, obj: Holiday) -> dict[str, Any]:
        return {"location": obj.location}


@admin.register(Break)
class BreakAdmin(AbsenceAdmin):
    """Specialists find their own here, and add to them."""

    decisive = ("specialist", "date", "last_date", "start_time", "end_time")
    list_display = ("date", "last_date", "specialist", "hours", "reason")
    list_filter = (("specialist", VisibleFilter), TimeFilter)
    list_select_related = ("specialist",)
    search_fields = ("reason", "specialist__name")
    autocomplete_fields = ("specialist",)
    ordering = ("-date",)
    fields = ("specialist", "date", "last_date", "start_time", "end_time", "reason")

    def concerned(self, obj: Break) -> dict[str, Any]:
        return {"specialist": obj.specialist}

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        actor = actor_in(request)
        me = Specialist.objects.visible_to(actor).first() if actor.role == Role.SPECIALIST else None
        return {**({"specialist": me.pk} if me else {}), **super().get_changeform_initial_data(request)}
