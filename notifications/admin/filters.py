"""Which deliveries the list shows."""

from datetime import datetime, time, timedelta
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import DropdownFilter, RadioFilter

from accounts.console import actor_in
from accounts.console.search import number_of
from accounts.models import Company
from booking.queries.visits import database_time
from notifications.console_wording import NOBODY
from notifications.models import Broadcast, BroadcastState, Delivery
from notifications.models.delivery import NO_CHANNEL
from notifications.values import Channel

A_WEEK = timedelta(days=7)
NO_ROWS = Q(pk__in=[])
NONE = "none"
LAST_OFFERED = 50


class PeriodFilter(RadioFilter):
    """Today by the clock of each company, or the last seven days."""

    title = _("time")
    parameter_name = "when"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("today", _("Today")), ("week", _("7 days"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Delivery]) -> QuerySet[Delivery]:
        match self.value():
            case "today":
                return queryset.filter(written_today(request))
            case "week":
                return queryset.filter(created_at__gte=database_time() - A_WEEK)
        return queryset


def written_today(request: HttpRequest) -> Q:
    """Two statements, whatever the number of companies."""
    now, parts = database_time(), []
    for company in Company.objects.visible_to(actor_in(request)):
        midnight = datetime.combine(now.astimezone(company.zone).date(), time(), company.zone)
        parts.append(Q(company=company, created_at__gte=midnight))
    return reduce(or_, parts, NO_ROWS)


class BroadcastFilter(DropdownFilter):
    """By one of the last broadcasts."""

    title = _("broadcast")
    parameter_name = "part_of"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        rows = Broadcast.objects.visible_to(actor_in(request)).exclude(state=BroadcastState.DRAFT)
        return [(str(pk), name) for pk, name in rows.values_list("pk", "name")[:LAST_OFFERED]]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Delivery]) -> QuerySet[Delivery]:
        number = number_of(self.value() or "")
        return queryset.filter(broadcast=number) if number is not None else queryset


class ChannelFilter(DropdownFilter):
    """Also what could go by no channel."""

    title = _("channel")
    parameter_name = "by"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [*Channel.choices, (NONE, NOBODY)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Delivery]) -> QuerySet[Delivery]:
        value = self.value()
        if value in Channel.values:
            return queryset.filter(channel=value)
        return queryset.filter(channel=NO_CHANNEL) if value == NONE else queryset
