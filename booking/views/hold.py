"""W3: a time is held, two fields and a button confirm it."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods, require_POST
from phonenumber_field.phonenumber import PhoneNumber

from accounts.commands import remember_device
from accounts.errors import Refusal
from accounts.models import Client, Device
from accounts.rates import seconds_to_wait
from accounts.visitors import person_in_telegram
from booking.commands import confirm_appointment, extend_hold, release_hold
from booking.errors import HoldReleased, SignInToPay, TooManyVisits
from booking.forms import ContactForm
from booking.models import Appointment, Status
from booking.queries.slots import alternatives_to
from booking.queries.visits import held_by_link
from booking.views.browse import refused
from booking.views.common import (
    CONFLICT,
    TOO_MANY,
    UNPROCESSABLE,
    booker_in,
    browser_key,
    context_of,
    found,
    knows_browser,
    please_wait,
    private,
    visitor_in,
    with_wait,
)
from wallet.errors import InsufficientFunds, WalletFrozen
from wallet.queries import balance_of


@require_http_methods(["GET", "HEAD", "POST"])
@private
@knows_browser
def hold(request: HttpRequest, token: str) -> HttpResponse:
    """The details of what is held and the form; a POST books it."""
    held = found(held_by_link, token)
    if held.status == Status.CANCELLED:
        return let_go(request, held)
    if held.status not in (Status.HOLD, Status.EXPIRED):
        return redirect("booking:visit", held.visit_token)
    if request.method == "POST":
        return confirm(request, held)
    return details(request, held, form_for(request, held, initial=remembered(request, held)))


def form_for(request: HttpRequest, held: Appointment, data: QueryDict | None = None, **more: Any) -> ContactForm:
    """Whom Telegram introduces may leave the phone out."""
    return ContactForm(data, location=held.location, phone_is_needed=person_in_telegram(request) is None, **more)


def details(request: HttpRequest, held: Appointment, form: ContactForm, status: int = 200) -> HttpResponse:
    known = not form.is_bound and form.initial.get("name") and form.initial.get("phone")
    context = context_of(
        held.location,
        held=held,
        form=form,
        known=known,
        ran_out=has_run_out(held),
        extension=held.company.hold_length // 60,
        **wallet_for(request, held),
    )
    return render(request, "booking/details.html", context, status=status)


def wallet_for(request: HttpRequest, held: Appointment) -> dict[str, Any]:
    """What the client who has signed in can pay from; a visitor who merely typed a phone sees nothing (domain §5)."""
    visitor = visitor_in(request, held.company_id)
    if visitor.client_id is None:
        return {}
    balance = balance_of(visitor.client_id)
    return {"balance": balance, "enough": balance >= held.due, "lacking": held.due - balance}


def confirm(request: HttpRequest, held: Appointment) -> HttpResponse:
    """Tap two: book what is held. Nothing typed is ever lost, whatever the answer."""
    form = form_for(request, held, request.POST)
    if seconds := seconds_to_wait(request):
        form.add_error(None, please_wait(seconds))
        return with_wait(details(request, held, form, status=TOO_MANY), seconds)
    if not form.is_valid():
        return details(request, held, form, status=UNPROCESSABLE)
    contact = form.contact(get_language() or "")
    try:
        booker = booker_in(request, held.company_id)
        visit = confirm_appointment(
            held.pk,
            booker,
            contact,
            client_id=booker.client_id,
            comment=form.cleaned_data["comment"],
            pay_from_wallet=PAY in request.POST,
        )
    except (InsufficientFunds, SignInToPay, TooManyVisits, WalletFrozen) as refusal:
        form.add_error(None, str(refusal))
        return details(request, held, form, status=CONFLICT)
    except Refusal as refusal:
        return refused(request, refusal, held.location, held.service_id, form)
    if contact.phone:
        remember_device(
            held.company_id,
            browser_key(request),
            first_name=contact.first_name,
            last_name=contact.last_name,
            phone=contact.phone,
        )
    return redirect("booking:visit", visit.visit_token)


PAY = "pay_from_wallet"


def has_run_out(held: Appointment) -> bool:
    now = held.now  # type: ignore[attr-defined]  # see with_its_place()
    return held.expires_at is None or held.expires_at <= now


def remembered(request: HttpRequest, held: Appointment) -> dict[str, str]:
    """What was typed before: for a time that was taken meanwhile, else what the client's card has, what was typed for
    this browser's last visit, and what Telegram says."""
    if "other" in request.GET:
        return {}
    if held.contact_name or held.contact_phone:
        return {"name": held.contact_name, "phone": spelled(held.contact_phone), "comment": held.notes}
    visitor, person = visitor_in(request, held.company_id), person_in_telegram(request)
    client = Client.objects.visible_to(visitor).first()
    device = Device.objects.of_browser(held.company_id, browser_key(request)).first()
    name = str(client or device or (person.full_name if person else ""))
    phone = (client and client.phone) or (device.phone if device else "")
    return {"name": name, "phone": spelled(phone)} if name else {}


def spelled(phone: PhoneNumber | str) -> str:
    """As people write it, so that one sees whose number it is."""
    return phone.as_international if isinstance(phone, PhoneNumber) else phone


def let_go(request: HttpRequest, held: Appointment) -> HttpResponse:
    """The hold was released: the same time again, if it is still free, or others."""
    refusal = HoldReleased(alternatives=alternatives_to(held.slot, browser_key(request)))
    return refused(request, refusal, held.location, held.service_id, ContactForm(location=held.location))


@require_POST
@private
@knows_browser
def extend(request: HttpRequest, token: str) -> HttpResponse:
    """«Need more time?», once."""
    held = found(held_by_link, token)
    try:
        extend_hold(held.pk, visitor_in(request, held.company_id))
    except Refusal as refusal:
        messages.error(request, str(refusal))
    return redirect("booking:hold", token)


@require_POST
@private
@knows_browser
def release(request: HttpRequest, token: str) -> HttpResponse:
    """«Another time»: let this one go and show the others of the same service and specialist."""
    held = found(held_by_link, token)
    try:
        release_hold(held.pk, visitor_in(request, held.company_id))
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect("booking:visit", held.visit_token)
    day = held.start_time.astimezone(held.location.zone).date()
    times = reverse("booking:times", args=[held.location.slug, held.service_id])
    return redirect(f"{times}?date={day.isoformat()}")
