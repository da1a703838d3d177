"""The desk's own pages: book, move, cancel, confirm. Each translates a form into one command and its answer back.

They stand outside the admin's change form because that is wrapped in a transaction, and a command opens its own.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.html import format_html
from django.utils.translation import gettext as _

from accounts.console import actor_in
from accounts.console.pages import page
from accounts.errors import Refusal
from accounts.values import Actor
from accounts.wording import money
from booking.admin.forms import LOOK, OUTSIDE, PICK, CancelForm, ConfirmForm, DeskForm, MoveForm, Pick, TimeForm, choice
from booking.admin.history import sees_money
from booking.availability import Reason
from booking.commands import book_now, cancel_appointment, confirm_appointment, reschedule_appointment
from booking.commands.once import once
from booking.console_wording import page_of, when, when_of
from booking.errors import SlotRefused
from booking.models import Appointment
from booking.queries.desk import other_visits_then, times_of_day
from booking.queries.money import settlement_of
from booking.values import CancelReason, Contact, FreeSlot
from booking.views.common import CONFLICT, UNPROCESSABLE, number_or_none
from booking.wording import clock

SECOND_STEP = frozenset({Reason.CLOSED, Reason.OFF_SHIFT, Reason.ON_BREAK})
"""Refusals that the permission to book outside the rules can overcome, once they have been heard."""


# --- a time: typed, refused, picked ---------------------------------------------------------------------------------


def offers(
    slots: Iterable[FreeSlot], form: TimeForm, actor: Actor, say: Callable[[datetime, ZoneInfo], str] = when
) -> list[dict[str, str]]:
    """Free times as buttons, with whom and for how much; only with people the actor may choose."""
    location = form.location()
    if location is None:
        return []
    names = {row.pk: row.name for row in choice(form, "specialist").queryset or ()}

    def text(slot: FreeSlot) -> str:
        price = [money(slot.price, location.company.currency)] if sees_money(actor) else []
        return " · ".join([say(slot.start, location.zone), names[slot.specialist_id], *price])

    return [{"value": str(Pick.of(slot)), "text": text(slot)} for slot in slots if slot.specialist_id in names]


def refused(refusal: SlotRefused, form: TimeForm, actor: Actor) -> dict[str, Any]:
    """What a page shows after a refusal: why, what else is free, and the second step for whoever has the right."""
    may_insist = actor.may_book_outside_rules and refusal.reason in SECOND_STEP
    return {
        "refusal": str(refusal),
        "offers": offers(refusal.alternatives, form, actor),
        "outside": str(Pick(form.cleaned_data["start"], who(form))) if may_insist else "",
    }


def who(form: TimeForm) -> int | None:
    specialist = form.cleaned_data.get("specialist")
    return specialist.pk if specialist else None


def insisting(request: HttpRequest, run: Callable[[bool], Appointment]) -> Appointment:
    """Within the rules if that is possible; outside them only when it is not and the second step was taken."""
    try:
        return run(False)
    except SlotRefused as refusal:
        if OUTSIDE in request.POST and refusal.reason in SECOND_STEP:
            return run(True)
        raise


def forgive(form: TimeForm) -> None:
    """Asking what is free is no mistake, whatever is still missing."""
    form.errors.clear()


# --- book -----------------------------------------------------------------------------------------------------------


def book(request: HttpRequest, admin: Any) -> HttpResponse:
    if not admin.has_add_permission(request):
        raise PermissionDenied
    actor = actor_in(request)
    if request.method != "POST":
        return desk_page(request, admin, DeskForm(initial=wished(request), actor=actor))
    form = DeskForm(request.POST, actor=actor)
    is_valid = form.is_valid()
    if LOOK in request.POST:
        return free_times_for_desk(request, admin, form)
    if not is_valid:
        return desk_page(request, admin, form, status=UNPROCESSABLE)
    if PICK in request.POST and form.is_for_nobody():
        return desk_page(request, admin, form, picked=True)
    try:
        visit = insisting(request, lambda outside: book_from(form, actor, outside))
    except SlotRefused as refusal:
        return desk_page(request, admin, form, status=CONFLICT, **refused(refusal, form, actor))
    except Refusal as refusal:
        return desk_page(request, admin, form, status=CONFLICT, refusal=str(refusal))
    tell_booked(request, visit)
    return redirect(page_of(visit))


def desk_page(request: HttpRequest, admin: Any, form: DeskForm, status: int = 200, **context: Any) -> HttpResponse:
    return page(request, admin, "booking/desk", status, form=form, title=_("New appointment"), look=LOOK, **context)


def wished(request: HttpRequest) -> dict[str, Any]:
    """What a link fills in beforehand; numbers that are none are left out."""
    names = {"location": "location_choice", "service": "service", "specialist": "specialist", "client": "client"}
    numbers = {field: number_or_none(request.GET.get(name)) for name, field in names.items()}
    return {field: number for field, number in numbers.items() if number is not None}


def free_times_for_desk(request: HttpRequest, admin: Any, form: DeskForm) -> HttpResponse:
    data = form.cleaned_data
    if not all(data.get(name) for name in ("location_choice", "service", "date")):
        return desk_page(request, admin, form, status=UNPROCESSABLE)
    slots = times_of_day(data["location_choice"].pk, data["service"].pk, data["date"], who(form))
    forgive(form)
    return desk_page(request, admin, form, looked=True, offers=offers(slots, form, actor_in(request), clock))


def book_from(form: DeskForm, actor: Actor, outside: bool) -> Appointment:
    slot, contact, data = form.slot(), form.contact(), form.cleaned_data
    client_id = data["client"].pk if data["client"] else None
    request = once(
        f"desk:{actor.user_id}", data["key"], slot=slot, contact=contact, client=client_id, comment=data["comment"]
    )
    return book_now(
        slot, actor, contact, client_id=client_id, comment=data["comment"], outside_rules=outside, request=request
    )


def tell_booked(request: HttpRequest, visit: Appointment) -> None:
    messages.success(request, _("Booked: %(when)s.") % {"when": when_of(visit)})
    for other in other_visits_then(visit, actor_in(request)):
        link = format_html('<a class="underline" href="{}">#{}</a>', page_of(other), other.pk)
        text = _("The client has another visit then: {visit}, {specialist}.")
        messages.warning(request, format_html(text, visit=link, specialist=other.specialist))


# --- move -----------------------------------------------------------------------------------------------------------


def move(request: HttpRequest, admin: Any, visit: Appointment) -> HttpResponse:
    actor = actor_in(request)
    if request.method != "POST":
        return move_page(request, admin, MoveForm(initial=as_it_is(visit), visit=visit, actor=actor))
    form = MoveForm(request.POST, visit=visit, actor=actor)
    is_valid = form.is_valid()
    if LOOK in request.POST and form.cleaned_data.get("date"):
        day, specialist_id = form.cleaned_data["date"], who(form)
        slots = times_of_day(visit.location_id, visit.service_id, day, specialist_id, visit.kept)
        forgive(form)
        return move_page(request, admin, form, looked=True, offers=offers(slots, form, actor, clock))
    if not is_valid:
        return move_page(request, admin, form, status=UNPROCESSABLE)
    try:
        moved = insisting(request, lambda outside: move_from(form, actor, outside))
    except SlotRefused as refusal:
        return move_page(request, admin, form, status=CONFLICT, **refused(refusal, form, actor))
    except Refusal as refusal:
        return move_page(request, admin, form, status=CONFLICT, refusal=str(refusal))
    messages.success(request, _("Moved to %(when)s.") % {"when": when_of(moved)})
    return redirect(page_of(moved))


def as_it_is(visit: Appointment) -> dict[str, Any]:
    local = visit.start_time.astimezone(visit.location.zone)
    return {
        "specialist": visit.specialist_id,
        "date": local.date(),
        "time": local.time().replace(second=0, microsecond=0),
        "version": visit.version,
    }


def move_page(request: HttpRequest, admin: Any, form: MoveForm, status: int = 200, **context: Any) -> HttpResponse:
    visit = form.visit
    title = _("Move visit #%(number)s") % {"number": visit.pk}
    return page(request, admin, "booking/move", status, form=form, visit=visit, title=title, look=LOOK, **context)


def move_from(form: MoveForm, actor: Actor, outside: bool) -> Appointment:
    slot = form.slot()
    return reschedule_appointment(
        form.visit.pk,
        slot.start,
        actor,
        specialist_id=slot.specialist_id,
        expected_version=form.cleaned_data["version"],
        outside_rules=outside,
    )


# --- confirm, cancel ------------------------------------------------------------------------------------------------


def confirm(request: HttpRequest, admin: Any, visit: Appointment) -> HttpResponse:
    """A hold becomes a visit; what its client has typed so far is filled in."""
    title = _("Confirm hold #%(number)s") % {"number": visit.pk}
    typed = {"first_name": visit.person, "phone": str(visit.contact_phone or ""), "comment": visit.notes}
    sent = request.POST if request.method == "POST" else None
    form = ConfirmForm(sent, visit=visit, actor=actor_in(request), initial=typed)
    context: dict[str, Any] = {"form": form, "visit": visit, "title": title}
    if request.method != "POST" or not form.is_valid():
        return page(request, admin, "booking/confirm", UNPROCESSABLE if form.errors else 200, **context)
    try:
        confirm_from(form, actor_in(request))
    except Refusal as refusal:
        return page(request, admin, "booking/confirm", CONFLICT, refusal=str(refusal), **context)
    messages.success(request, _("Booked: %(when)s.") % {"when": when_of(visit)})
    return redirect(page_of(visit))


def confirm_from(form: ConfirmForm, actor: Actor) -> Appointment:
    visit, contact = form.visit, form.contact()
    if visit.client and not contact.phone:
        contact = Contact(contact.first_name, contact.last_name, str(visit.client.phone or ""))
    return confirm_appointment(
        visit.pk, actor, contact, client_id=visit.client_id, comment=form.cleaned_data["comment"]
    )


def cancel(request: HttpRequest, admin: Any, visits: Sequence[Appointment], **context: Any) -> HttpResponse | None:
    """Ask for the reason, then cancel; None when it is done."""
    is_answer = request.method == "POST" and "reason" in request.POST
    form = CancelForm(request.POST if is_answer else None)
    if not (is_answer and form.is_valid()):
        status = UNPROCESSABLE if form.errors else 200
        returned = [told_return(visit) for visit in visits if visit.paid] if sees_money(actor_in(request)) else []
        context |= {"form": form, "visits": visits, "title": _("Cancel visits"), "returned": returned}
        return page(request, admin, "booking/cancel", status, **context)
    reason = CancelReason(form.cleaned_data["reason"])
    take(request, visits, lambda pk, actor: cancel_appointment(pk, actor, reason), _("cancelled"))
    return None


def take(
    request: HttpRequest, visits: Sequence[Appointment], run: Callable[[int, Actor], Appointment], done: Any
) -> None:
    """Run a command on each of ``visits`` and say what came of it."""
    actor, taken = actor_in(request), list[str]()
    for visit in visits:
        try:
            run(visit.pk, actor)
        except Refusal as refusal:
            messages.error(request, f"#{visit.pk}: {refusal}")
        else:
            taken.append(f"#{visit.pk}")
    if taken:
        messages.success(request, f"{', '.join(taken)}: {done}")


def told_return(visit: Appointment) -> str:
    """What becomes of the money when staff cancel."""
    settlement, currency = settlement_of(visit, by_staff=True, now=visit.created_at), visit.company.currency
    parts = []
    if settlement.to_wallet:
        parts.append(_("%(sum)s goes back to the wallet") % {"sum": money(settlement.to_wallet, currency)})
    if settlement.at_desk:
        parts.append(_("%(sum)s is to be returned at the desk") % {"sum": money(settlement.at_desk, currency)})
    return f"#{visit.pk}: {', '.join(parts)}."
