"""The bot's audit in the console: who of the staff did what there, when, and what came of it. Read only."""

from datetime import datetime, time, timedelta
from functools import reduce
from operator import or_
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import admin
from django.db.models import Field, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from unfold.contrib.filters.admin import RadioFilter

from accounts.console import CompanyModelAdmin, VisibleFilter, actor_in
from accounts.console.search import number_of
from accounts.console.skin import display
from accounts.models import Company, User
from accounts.values import STAFF_ROLES
from booking.console_wording import when
from booking.queries.visits import database_time
from telegram_bot.console_wording import (
    COLOURS,
    DECLINED,
    DEEDS,
    FAULT,
    OF_A_VISIT,
    OK,
    beginning_of,
    outcome_in_words,
    visit_in,
    what_in_words,
    whats_typed,
)
from telegram_bot.models import IncomingUpdate

A_WEEK = timedelta(days=7)
NO_ROWS = Q(pk__in=[])
UTC = ZoneInfo("UTC")
WENT_WELL = Q(outcome__in=("ok", "already done"))
BROKE = Q(outcome__startswith=FAULT)


class PeriodFilter(RadioFilter):
    """Today by the clock of each company, or the last seven days."""

    title = _("time")
    parameter_name = "when"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("today", _("Today")), ("week", _("7 days"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[IncomingUpdate]) -> QuerySet[IncomingUpdate]:
        match self.value():
            case "today":
                return queryset.filter(done_today(request))
            case "week":
                return queryset.filter(taken_at__gte=database_time() - A_WEEK)
        return queryset


def done_today(request: HttpRequest) -> Q:
    """Two statements, whatever the number of companies."""
    now, parts = database_time(), []
    for company in Company.objects.visible_to(actor_in(request)):
        midnight = datetime.combine(now.astimezone(company.zone).date(), time(), company.zone)
        parts.append(Q(user__company=company, taken_at__gte=midnight))
    return reduce(or_, parts, NO_ROWS)


class DeedFilter(RadioFilter):
    """What changed something, without the looking around."""

    title = _("what was done")
    parameter_name = "deeds"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("only", _("Only changes"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[IncomingUpdate]) -> QuerySet[IncomingUpdate]:
        if self.value() != "only":
            return queryset
        pressed = (Q(what__startswith=beginning_of(each)) for each in DEEDS)
        return queryset.filter(reduce(or_, pressed, Q(what__in=whats_typed())))


class OutcomeFilter(RadioFilter):
    title = _("outcome")
    parameter_name = "went"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(OK, pgettext_lazy("outcome", "Done")), (DECLINED, _("Declined")), (FAULT, _("Faults"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[IncomingUpdate]) -> QuerySet[IncomingUpdate]:
        wanted = {OK: WENT_WELL, FAULT: BROKE, DECLINED: ~WENT_WELL & ~BROKE}.get(self.value() or "")
        return queryset if wanted is None else queryset.filter(wanted)


class StaffFilter(VisibleFilter):
    """By one of the staff; users who are clients are nobody here."""

    def field_choices(self, field: Field[Any, Any], request: HttpRequest, model_admin: Any) -> Any:
        rows = User.objects.visible_to(actor_in(request)).filter(role__in=STAFF_ROLES)
        return [(row.pk, str(row)) for row in rows.order_by("full_name", "email")]


@admin.register(IncomingUpdate)
class IncomingUpdateAdmin(CompanyModelAdmin):
    list_display = ("done_at", "who", "deed", "visit", "went", "company")
    list_display_links = ("done_at",)
    list_filter = (PeriodFilter, ("user", StaffFilter), DeedFilter, OutcomeFilter)
    search_fields = ("user__full_name", "user__email")
    search_help_text = _("Name, or number of the visit")
    ordering = ("-pk",)
    fields = ("done_at", "who", "deed", "visit", "went", "company")
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """What clients do is nobody's business, and is forgotten after two days."""
        return super().get_queryset(request).filter(user__isnull=False).select_related("user__company")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[IncomingUpdate], search_term: str
    ) -> tuple[QuerySet[IncomingUpdate], bool]:
        if (number := number_of(search_term)) is not None:
            return queryset.filter(reduce(or_, (about(number, beginning_of(each)) for each in OF_A_VISIT))), False
        return super().get_search_results(request, queryset, search_term)

    @display(description=_("when"), ordering="taken_at", header=True)
    def done_at(self, update: IncomingUpdate) -> list[str]:
        company = update.user.company if update.user else None
        return [when(update.taken_at, company.zone if company else UTC), f"#{update.pk}"]

    @display(description=_("who"), ordering="user__full_name", header=True)
    def who(self, update: IncomingUpdate) -> list[str]:
        return [str(update.user), update.user.get_role_display()] if update.user else []

    @display(description=_("what was done"))
    def deed(self, update: IncomingUpdate) -> str:
        return what_in_words(update.what)

    @display(description=_("visit"))
    def visit(self, update: IncomingUpdate) -> str:
        number = visit_in(update.what)
        if number is None:
            return ""
        address = reverse("admin:booking_appointment_change", args=[number])
        return format_html('<a class="text-link" href="{}">#{}</a>', address, number)

    @display(description=_("outcome"), label=COLOURS)
    def went(self, update: IncomingUpdate) -> tuple[str, str]:
        return outcome_in_words(update.outcome)

    @display(description=_("company"))
    def company(self, update: IncomingUpdate) -> str:
        return str(update.user.company or "") if update.user else ""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def about(number: int, beginning: str) -> Q:
    """Buttons that begin so and go on with this number."""
    return Q(what=f"{beginning}{number}") | Q(what__startswith=f"{beginning}{number}:")
