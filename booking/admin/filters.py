"""Which appointments the list shows: by day in each location's zone, by status, place, person and channel."""

from collections import defaultdict
from datetime import date, datetime, time, timedelta
from functools import reduce
from operator import or_
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import RadioFilter, TextFilter
from unfold.contrib.filters.forms import SearchForm

from accounts.console import CompactDateInput, actor_in
from booking.models import Appointment
from catalog.models import Location

A_DAY = timedelta(days=1)
NO_ROWS = Q(pk__in=[])
Days = tuple[date, date]
"""From the first day to the last, both included."""


def places_by_zone(request: HttpRequest) -> dict[str, list[int]]:
    """The actor's locations by their zone: one statement per request."""
    kept = request.__dict__.get("_console_zones")
    if kept is None:
        kept = defaultdict(list)
        for pk, zone in Location.objects.visible_to(actor_in(request)).values_list("pk", "timezone"):
            kept[zone].append(pk)
        request.__dict__["_console_zones"] = kept
    found: dict[str, list[int]] = kept
    return found


def week_of(today: date) -> Days:
    monday = today - timedelta(days=today.weekday())
    return monday, monday + 6 * A_DAY


PERIODS = {
    "today": lambda today: (today, today),
    "tomorrow": lambda today: (today + A_DAY, today + A_DAY),
    "week": week_of,
}


def starting_on(request: HttpRequest, days_of: Any) -> Q:
    """Visits that start on the days which ``days_of`` makes of the local today, place by place."""
    zones = [(ZoneInfo(zone), pks) for zone, pks in places_by_zone(request).items()]
    parts = []
    for zone, pks in zones:
        first, last = days_of(timezone.now().astimezone(zone).date())
        begin, end = datetime.combine(first, time(), zone), datetime.combine(last + A_DAY, time(), zone)
        parts.append(Q(location_id__in=pks, start_time__gte=begin, start_time__lt=end))
    return reduce(or_, parts, NO_ROWS)


class WhenFilter(RadioFilter):
    """Today, tomorrow and this week by the clock of each location; upcoming and past by now."""

    title = _("time")
    parameter_name = "when"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("today", _("Today")),
            ("tomorrow", _("Tomorrow")),
            ("week", _("This week")),
            ("upcoming", _("Upcoming")),
            ("past", _("Past")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Appointment]) -> QuerySet[Appointment]:
        match self.value():
            case "upcoming":
                return queryset.filter(start_time__gte=timezone.now())
            case "past":
                return queryset.filter(start_time__lt=timezone.now())
            case ("today" | "tomorrow" | "week") as period:
                return queryset.filter(starting_on(request, PERIODS[period]))
        return queryset


class DayForm(SearchForm):
    def __init__(self, name: str, label: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(name, label, *args, **kwargs)
        self.fields[name].widget = CompactDateInput()


class DayFilter(TextFilter):
    """One day of the calendar, by the clock of each location."""

    title = _("day")
    parameter_name = "day"
    form_class = DayForm

    def queryset(self, request: HttpRequest, queryset: QuerySet[Appointment]) -> QuerySet[Appointment]:
        day = day_or_none(self.value())
        return queryset.filter(starting_on(request, lambda today: (day, day))) if day else queryset


def day_or_none(text: str | None) -> date | None:
    """A date somebody may have edited in the address; years that no salon keeps are none."""
    try:
        day = parse_date(text or "")
    except ValueError:
        return None
    return day if day and 2000 <= day.year < 3000 else None
