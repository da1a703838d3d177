"""The weekly grid: a row is a weekday from–to; a new week comes filled in, and Monday can be copied."""

from datetime import date, time, timedelta
from typing import Any

from django.contrib import messages
from django.db import models
from django.forms import BaseInlineFormSet, ModelForm
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.console import CompactDateInput, CompanyModelAdmin, CompanyTabularInline, WallTimeField
from catalog.models.weekly import Weekday
from catalog.signals import calendar_edited

OPENS, CLOSES = time(9), time(20)
COPIES = {
    "weekdays": range(Weekday.TUESDAY, Weekday.SATURDAY),
    "saturday": range(Weekday.TUESDAY, Weekday.SUNDAY),
    "week": range(Weekday.TUESDAY, Weekday.SUNDAY + 1),
}
HOURS = ("start_time", "end_time", "is_day_off")


class WeeklyForm(ModelForm[Any]):
    """A row of the week. A row filled in beforehand counts as typed; an emptied one is left out."""

    start_time = WallTimeField(label=_("from"), required=False)
    end_time = WallTimeField(label=_("to"), required=False, ends_day=True)

    def has_changed(self) -> bool:
        if self.instance._state.adding and self.is_bound:
            return any(self.data.get(self.add_prefix(name)) for name in HOURS)
        return super().has_changed()

    def clean(self) -> dict[str, Any] | None:
        data = super().clean()
        typed = [self.cleaned_data.get(name) is not None for name in ("start_time", "end_time")]
        if not self.cleaned_data.get("is_day_off") and not all(typed) and not self.errors:
            missing = "end_time" if typed[0] else "start_time"
            self.add_error(missing, _("Give both times, or tick “day off”."))
        return data


class WeeklyInline(CompanyTabularInline):
    form = WeeklyForm
    formfield_overrides = {models.DateField: {"widget": CompactDateInput}}
    ordering = ("day_of_week", "start_time")
    template_before = "admin/catalog/copy_monday.html"

    def first_rows(self, request: HttpRequest) -> list[dict[str, Any]]:
        """Monday to Saturday from nine to eight, Sunday off: what a salon most often keeps."""
        rows: list[dict[str, Any]] = [
            {"day_of_week": day, "start_time": OPENS, "end_time": CLOSES} for day in range(Weekday.SUNDAY)
        ]
        return [*rows, {"day_of_week": Weekday.SUNDAY, "is_day_off": True}]


def copy_monday(formset: BaseInlineFormSet[Any, Any, Any], days: range) -> bool:
    """Give ``days`` the saved rows of Monday in place of their own; False when Monday has none."""
    assert formset.model is not None  # noqa: S101 - every inline has one
    week = formset.model._default_manager.filter(**{formset.fk.name: formset.instance})
    monday = list(week.filter(day_of_week=Weekday.MONDAY))
    if monday:
        week.filter(day_of_week__in=days).delete()
        formset.model._default_manager.bulk_create(copied(row, day) for day in days for row in monday)
    return bool(monday)


def copied(row: Any, day: int) -> Any:
    names = [field.attname for field in row._meta.concrete_fields if not field.primary_key]
    return type(row)(**{name: getattr(row, name) for name in names} | {"day_of_week": day})


class CalendarAdmin(CompanyModelAdmin):
    """A page that decides when somebody can be booked: after a change it says which visits now lie outside."""

    decisive: tuple[str, ...] = ("is_active",)
    """Fields of the row itself that open or close its calendar."""

    def concerned(self, obj: Any) -> dict[str, Any]:
        """Whose visits a change of ``obj`` concerns, as ``calendar_edited`` names it."""
        raise NotImplementedError

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        super().save_formset(request, form, formset, change)
        days = COPIES.get(request.POST.get(f"{formset.prefix}-copy", ""))
        if days is not None and not copy_monday(formset, days):
            messages.warning(request, _("Monday has no hours to copy."))

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        copied = any(request.POST.get(f"{formset.prefix}-copy") for formset in formsets)
        if copied or any(formset.has_changed() for formset in formsets) or set(form.changed_data) & set(self.decisive):
            self.tell(request, form.instance)

    def tell(self, request: HttpRequest, obj: Any) -> None:
        calendar_edited.send(sender=self.model, request=request, **self.concerned(obj))


def yesterday() -> date:
    """Early enough for today in every zone."""
    return timezone.localdate() - timedelta(days=1)
