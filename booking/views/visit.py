"""W4 and W5: the visit by its link — done, move, undo, cancel, calendar file."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.errors import Refusal
from booking.availability import Reason
from booking.calendar_file import calendar_file
from booking.commands import cancel_appointment, reschedule_appointment, undo_reschedule
from booking.errors import SlotRefused
from booking.models import Appointment, Status
from booking.queries.locations import located
from booking.queries.money import charged_for_a_move, is_late, settlement_of
from booking.queries.moves import open_way_back
from booking.queries.slots import next_times_again
from booking.queries.storefront import DayStrip, day_strip
from booking.queries.visits import visit_by_link
from booking.views.browse import is_beyond, strip_context, times_template, wanted_day
from booking.views.common import (
    CONFLICT,
    browser_key,
    context_of,
    found,
    knows_browser,
    moment_or_none,
    number_or_none,
    private,
    visitor_in,
)
from booking.wording import exact


@require_GET
@private
@knows_browser
def visit(request: HttpRequest, token: str) -> HttpResponse:
    """The visit as it stands, at an address that stays; what can still be done with it, and nothing else."""
    visit = found(visit_by_link, token)
    open_to_change = can_change(visit)
    context = context_of(
        visit.location,
        visit=visit,
        can_change=open_to_change,
        way_back=open_way_back(visit) if open_to_change else None,
        again=[] if open_to_change else next_times_again(visit, browser_key(request)),
    )
    return render(request, "booking/visit.html", context)


def can_change(visit: Appointment) -> bool:
    """Clients move and cancel confirmed visits until their start (domain §3)."""
    now: datetime = visit.now  # type: ignore[attr-defined]  # see with_its_place()
    return visit.status == Status.CONFIRMED and visit.start_time > now


@require_http_methods(["GET", "HEAD", "POST"])
@private
@knows_browser
def move(request: HttpRequest, token: str) -> HttpResponse:
    """Choosing a time moves the visit at once; its page then offers the way back."""
    visit = found(visit_by_link, token)
    if not can_change(visit):
        return redirect("booking:visit", token)
    if request.method == "POST":
        return put_at(request, visit)
    date_form, wanted = wanted_day(request)
    specialist_id = number_or_none(request.GET.get("specialist")) or visit.specialist_id
    that_day = visit.start_time.astimezone(visit.location.zone).date()
    strip = day_strip(
        located(visit.location_id),
        visit.service_id,
        wanted=wanted or that_day,
        specialist_id=specialist_id,
        kept=visit.kept,
    )
    context = context_of(
        visit.location,
        visit=visit,
        may_pay=visit.client_id is not None and visitor_in(request, visit.company_id).client_id == visit.client_id,
        beyond=is_beyond(strip, wanted),
        **strip_context(strip, date_form, specialist_id),
        **price_of_move(visit, strip),
    )
    return render(request, times_template(request), context)


def price_of_move(visit: Appointment, strip: DayStrip | None) -> dict[str, Any]:
    """What choosing one of these times costs more or returns, said before it is chosen."""
    if strip is None or not strip.times:
        return {}
    price = strip.openings.slot_at(strip.times[0]).price
    now: datetime = visit.now  # type: ignore[attr-defined]  # see with_its_place()
    charge = charged_for_a_move(visit, price, is_late=is_late(visit, now))
    return {"new_price": price, "charge": charge, "due_then": price - visit.price}


def put_at(request: HttpRequest, visit: Appointment) -> HttpResponse:
    start = moment_or_none(request.POST.get("slot"))
    try:
        if start is None:
            raise SlotRefused(Reason.OFF_GRID)
        visitor, specialist_id = visitor_in(request, visit.company_id), number_or_none(request.POST.get("specialist"))
        reschedule_appointment(visit.pk, start, visitor, specialist_id=specialist_id)
    except Refusal as refusal:
        context = context_of(visit.location, refusal=refusal, visit=visit, service_id=visit.service_id)
        return render(request, "booking/refused.html", context, status=CONFLICT)
    return redirect("booking:visit", visit.visit_token)


@require_POST
@private
def undo(request: HttpRequest, token: str) -> HttpResponse:
    """«Put it back»: the old time, while nobody has it."""
    visit = found(visit_by_link, token)
    try:
        back = undo_reschedule(visit.pk, visitor_in(request, visit.company_id))
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Put back: %(time)s.") % {"time": exact(back.start_time, visit.location.zone)})
    return redirect("booking:visit", token)


@require_http_methods(["GET", "HEAD", "POST"])
@private
def cancel(request: HttpRequest, token: str) -> HttpResponse:
    """Ask once, with the rule stated; then cancel."""
    visit = found(visit_by_link, token)
    if request.method != "POST":
        if not can_change(visit):
            return redirect("booking:visit", token)
        settlement = settlement_of(visit, by_staff=False, now=visit.now)  # type: ignore[attr-defined]  # with_its_place
        return render(request, "booking/cancel.html", context_of(visit.location, visit=visit, settlement=settlement))
    try:
        cancel_appointment(visit.pk, visitor_in(request, visit.company_id))
    except Refusal as refusal:
        messages.error(request, str(refusal))
    return redirect("booking:visit", token)


@require_GET
@private
def ics(request: HttpRequest, token: str) -> HttpResponse:
    """The visit for the client's own calendar (RFC 5545)."""
    visit = found(visit_by_link, token)
    response = HttpResponse(calendar_file(visit), content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="visit.ics"'
    return response
