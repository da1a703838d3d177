"""Appointments in the console: a list to find one, a page to see all of it, and steps that call the commands."""

from collections.abc import Callable, Iterator
from operator import itemgetter
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter

from accounts.console import CompanyModelAdmin, VisibleFilter, actor_in
from accounts.console.pages import page
from accounts.console.search import number_of, phone_ending
from accounts.console.skin import display
from accounts.console.texts import international
from accounts.models.company import Policy
from accounts.values import Actor
from accounts.wording import money as money_in
from booking.admin import money, pages
from booking.admin.filters import DayFilter, WhenFilter
from booking.admin.history import sees_money, told
from booking.admin.steps import ICONS, STEPS, DeskStep, Page, legal_pages, legal_steps
from booking.console_wording import COLOURS, link_of, page_of, when_of
from booking.models import Appointment, AppointmentEvent, Status
from booking.models.appointment import AppointmentQuerySet, ClockTimestamp
from booking.models.event import BESIDE_THE_POINT
from booking.views.common import number_or_none
from booking.wording import length, offset

AT_ONCE = 100
"""So many visits one bulk step may touch."""
ASCENDING = ("today", "tomorrow", "week", "upcoming")


def step_for_selected(step: DeskStep) -> Callable[..., HttpResponse | None]:
    """A bulk action of the list."""

    @admin.action(description=step.label, permissions=["change"])
    def run(modeladmin: Any, request: HttpRequest, queryset: QuerySet[Appointment]) -> None:
        if (visits := few(request, queryset)) is not None:
            pages.take(request, visits, step.run, step.done)

    run.__name__ = step.name.replace("-", "_")
    return run


@admin.action(description=Page.CANCEL.label, permissions=["change"])
def cancel_selected(modeladmin: Any, request: HttpRequest, queryset: QuerySet[Appointment]) -> HttpResponse | None:
    visits = few(request, queryset)
    if visits is None:
        return None
    return pages.cancel(request, modeladmin, visits, action="cancel_selected", cancel_url=request.get_full_path())


def few(request: HttpRequest, queryset: QuerySet[Appointment]) -> list[Appointment] | None:
    visits = list(queryset[: AT_ONCE + 1])
    if len(visits) <= AT_ONCE:
        return visits
    messages.error(request, _("Choose at most %(count)s visits at once.") % {"count": AT_ONCE})
    return None


def last_deed(history: list[AppointmentEvent]) -> AppointmentEvent | None:
    """The last thing that anybody did to what was agreed: a reminder is nobody's deed."""
    return next((event for event in reversed(history) if event.event_type not in BESIDE_THE_POINT), None)


class WantedVisits(ChangeList):
    """Holds that came to nothing are no visits, and no cancellations either."""

    def get_queryset(self, request: HttpRequest, exclude_parameters: Any = None) -> QuerySet[Appointment]:
        rows = super().get_queryset(request, exclude_parameters)
        assert isinstance(rows, AppointmentQuerySet)  # noqa: S101 - the model's own manager; for the type checker
        return rows.that_were_wanted()


def meant_by(term: str) -> Iterator[AppointmentQuerySet]:
    number, ending = number_of(term), phone_ending(term)
    if number is not None:
        yield Appointment.objects.filter(pk=number)
    if ending:
        yield Appointment.objects.with_phone_ending(ending)
    elif number is None:
        yield Appointment.objects.with_name_like(term)


@admin.register(Appointment)
class AppointmentAdmin(CompanyModelAdmin):
    list_display = ("when", "status_shown", "person", "what", "location", "price_shown", "source", "company")
    list_display_links = ("when",)
    list_filter = (
        WhenFilter,
        DayFilter,
        ("status", ChoicesDropdownFilter),
        ("location", VisibleFilter),
        ("specialist", VisibleFilter),
        ("source", ChoicesDropdownFilter),
        ("company", VisibleFilter),
    )
    search_fields = ("contact_name", "client__first_name", "client__last_name")
    search_help_text = _("Name, #number or the last digits of the phone")
    actions = (*(step_for_selected(STEPS[name]) for name in ("arrive", "complete", "no-show")), cancel_selected)
    list_disable_select_all = True

    # --- the list

    def get_queryset(self, request: HttpRequest) -> AppointmentQuerySet:
        rows = super().get_queryset(request)
        assert isinstance(rows, AppointmentQuerySet)  # noqa: S101 - the model's own manager; for the type checker
        return rows.with_everything_shown()

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        """The list leaves out what nobody booked, unless its status is asked for."""
        return super().get_changelist(request, **kwargs) if "status__exact" in request.GET else WantedVisits

    def get_ordering(self, request: HttpRequest) -> tuple[str, ...]:
        ascending = request.GET.get("when") in ASCENDING or bool(request.GET.get("day"))
        return ("start_time", "pk") if ascending else ("-start_time", "-pk")

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        columns = super().get_list_display(request)
        return [name for name in columns if name != "price_shown" or sees_money(actor_in(request))]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Appointment], search_term: str
    ) -> tuple[QuerySet[Appointment], bool]:
        """``#123`` or a short number is a visit's; four digits and more end a phone, or are a number; else a name."""
        if not search_term.strip():
            return queryset, False
        assert isinstance(queryset, AppointmentQuerySet)  # noqa: S101 - the model's own manager; for the type checker
        return queryset.among(*meant_by(search_term)), False

    @display(description=_("when"), ordering="start_time", header=True)
    def when(self, visit: Appointment) -> list[str]:
        """By the clock of the location, which is named where the company's is another."""
        minutes = length(int(visit.duration.total_seconds() // 60))
        abroad = visit.location.timezone != visit.company.timezone
        zone = f" · {offset(visit.start_time, visit.location.zone)}" if abroad else ""
        return [when_of(visit), f"#{visit.pk} · {minutes}{zone}"]

    @display(description=_("status"), ordering="status", label=COLOURS)
    def status_shown(self, visit: Appointment) -> tuple[str, str]:
        return visit.status, visit.get_status_display()

    @display(description=_("client"), ordering="contact_name", header=True)
    def person(self, visit: Appointment) -> list[str]:
        return [visit.person or str(_("Guest")), international(visit.contact_phone)]

    @display(description=_("service"), ordering="service__name", header=True)
    def what(self, visit: Appointment) -> list[str]:
        return [visit.service.name, visit.specialist.name]

    @display(description=_("price"), ordering="price")
    def price_shown(self, visit: Appointment) -> str:
        return money_in(visit.to_pay, visit.company.currency)

    # --- pages: none of them is the admin's change form

    def get_urls(self) -> list[URLPattern]:
        view, name = self.admin_site.admin_view, "booking_appointment_"
        return [
            path("<int:pk>/confirm/", view(self.confirm_page), name=f"{name}confirm"),
            path("<int:pk>/move/", view(self.move_page), name=f"{name}move"),
            path("<int:pk>/cancel/", view(self.cancel_page), name=f"{name}cancel"),
            path("<int:pk>/pay/", view(self.pay_page), name=f"{name}pay"),
            path("<int:pk>/return/", view(self.return_page), name=f"{name}return"),
            path("<int:pk>/step/<slug:step>/", view(self.take_step), name=f"{name}step"),
            *super().get_urls(),
        ]

    def visit_for(self, request: HttpRequest, pk: int | None, *, to_change: bool = True) -> Appointment:
        """The visit with the database's clock; 404 when it is not the actor's, 403 when he may not do that with any."""
        allowed = self.has_change_permission if to_change else self.has_view_permission
        if not allowed(request):
            raise PermissionDenied
        rows = self.get_queryset(request).annotate(now=ClockTimestamp())
        visit: Appointment | None = rows.filter(pk=pk).first() if pk is not None else None
        if visit is None:
            raise Http404
        return visit

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        return pages.book(request, self)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Everything about a visit, read only, with what can be done with it now."""
        visit = self.visit_for(request, number_or_none(object_id), to_change=False)
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        actor, history = actor_in(request), self.history_of(visit)
        visit.last_event = last_deed(history)  # type: ignore[attr-defined]  # for was_just_moved
        context = {
            "visit": visit,
            "zone": visit.location.zone,
            "title": f"#{visit.pk} · {visit.person or _('Guest')}",
            "history": told(history, actor),
            "with_money": sees_money(actor),
            "phone": international(visit.contact_phone),
            "why": dict(Policy.choices).get(visit.assignment_reason, ""),
            **(self.money_of(visit) if sees_money(actor) else {}),
            **(self.what_can_be_done(visit, actor) if self.has_change_permission(request) else {}),
        }
        return page(request, self, "booking/appointment", **context)

    def history_of(self, visit: Appointment) -> list[AppointmentEvent]:
        return list(visit.events.select_related("appointment__location", "appointment__company").order_by("pk"))

    def money_of(self, visit: Appointment) -> dict[str, Any]:
        """What was paid for the visit and returned, oldest first, by whatever means."""
        wallet = visit.wallet_transactions.all()
        operations = [(row.created_at, row.get_kind_display(), -row.amount, str(_("Wallet"))) for row in wallet]
        operations += [(row.created_at, "", row.amount, row.get_method_display()) for row in visit.payments.all()]
        return {"operations": sorted(operations, key=itemgetter(0))}

    def what_can_be_done(self, visit: Appointment, actor: Actor) -> dict[str, Any]:
        now = visit.now  # type: ignore[attr-defined]  # annotated by visit_for
        own_pages = [
            {"name": page, "label": page.label, "icon": ICONS[page]} for page in legal_pages(visit, now, actor)
        ]
        is_visit = visit.status not in (Status.HOLD, Status.EXPIRED)
        return {"steps": legal_steps(visit, now), "pages": own_pages, "link": link_of(visit) if is_visit else ""}

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        return redirect(page_of(self.visit_for(request, number_or_none(object_id), to_change=False)))

    def take_step(self, request: HttpRequest, pk: int, step: str) -> HttpResponse:
        visit = self.visit_for(request, pk)
        if step not in STEPS:
            raise Http404
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        pages.take(request, [visit], STEPS[step].run, STEPS[step].done)
        return redirect(page_of(visit))

    def confirm_page(self, request: HttpRequest, pk: int) -> HttpResponse:
        return pages.confirm(request, self, self.visit_for(request, pk))

    def move_page(self, request: HttpRequest, pk: int) -> HttpResponse:
        return pages.move(request, self, self.visit_for(request, pk))

    def cancel_page(self, request: HttpRequest, pk: int) -> HttpResponse:
        visit = self.visit_for(request, pk)
        return pages.cancel(request, self, [visit], cancel_url=page_of(visit)) or redirect(page_of(visit))

    def pay_page(self, request: HttpRequest, pk: int) -> HttpResponse:
        return money.pay(request, self, self.visit_for(request, pk))

    def return_page(self, request: HttpRequest, pk: int) -> HttpResponse:
        return money.give_back(request, self, self.visit_for(request, pk))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A visit is cancelled, never deleted, whoever asks."""
        return False
