"""W0 to W2: locations, services with their next times, all times of a service; and the tap that takes one."""

from datetime import date
from operator import attrgetter

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from accounts.errors import Refusal
from accounts.hosts import host_of
from accounts.rates import seconds_to_wait
from booking.availability import Reason
from booking.commands import hold_slot
from booking.errors import SlotRefused
from booking.forms import ContactForm, DateForm
from booking.queries.locations import located
from booking.queries.storefront import DayStrip, day_strip, locations_on, storefront
from booking.values import Slot
from booking.views.common import (
    CONFLICT,
    TOO_MANY,
    booker_in,
    browser_key,
    context_of,
    knows_browser,
    location_or_404,
    moment_or_none,
    number_or_none,
    please_wait,
    visitor_in,
    with_wait,
)
from booking.views.empty import why_empty
from catalog.models import Location

TAKEN_WITH = ("slot", "specialist", "name", "phone", "comment")
"""What the button of a time sends, and what was typed for another time before."""


@require_GET
@knows_browser
def home(request: HttpRequest) -> HttpResponse:
    """Companies and their locations; where there is only one location, its services."""
    locations = locations_on(host_of(request))
    if len(locations) == 1:
        return services_page(request, located(locations[0].pk))
    return render(request, "booking/locations.html", {"locations": locations})


@require_GET
@knows_browser
def services(request: HttpRequest, slug: str) -> HttpResponse:
    return services_page(request, location_or_404(request, slug))


def services_page(request: HttpRequest, location: Location) -> HttpResponse:
    store = storefront(location, browser_key(request), visitor_in(request, location.company_id).client_id)
    return render(request, "booking/services.html", context_of(location, store=store))


@require_http_methods(["GET", "HEAD", "POST"])
@knows_browser
def times(request: HttpRequest, slug: str, service_id: int) -> HttpResponse:
    """All times of a service; a POST takes the one whose button was pressed, here or on the services page."""
    location = location_or_404(request, slug)
    if request.method == "POST":
        return take(request, location, service_id)
    date_form, wanted = wanted_day(request)
    specialist_id = number_or_none(request.GET.get("specialist"))
    strip = day_strip(
        location, service_id, wanted=wanted, specialist_id=specialist_id, browser_key=browser_key(request)
    )
    context = context_of(location, **strip_context(strip, date_form, specialist_id), beyond=is_beyond(strip, wanted))
    return render(request, times_template(request), context)


def times_template(request: HttpRequest) -> str:
    return "booking/_times.html" if request.htmx else "booking/times.html"  # type: ignore[attr-defined]  # middleware


def strip_context(strip: DayStrip | None, date_form: DateForm, specialist_id: int | None) -> dict[str, object]:
    """Raises Http404 when nobody performs the service here, or not the specialist asked for."""
    if strip is None:
        raise Http404
    specialist = next((who for who in strip.card.specialists if who.pk == specialist_id), None)
    if specialist_id and specialist is None:
        raise Http404
    return {
        "strip": strip,
        "card": strip.card,
        "specialist": specialist,
        "date_form": date_form,
        "why_empty": "" if strip.times else why_empty(strip, specialist),
    }


def is_beyond(strip: DayStrip | None, wanted: date | None) -> bool:
    """Whether somebody asked for a day that nobody can book yet; the last one is shown instead."""
    return bool(strip and wanted and wanted > strip.last_day)


def wanted_day(request: HttpRequest) -> tuple[DateForm, date | None]:
    """The day asked for by a link (``?date=``) or by the three fields; an impossible one is said beside them."""
    if "day" in request.GET:
        form = DateForm(request.GET)
        return form, form.cleaned_data["date"] if form.is_valid() else None
    try:
        return DateForm(), date.fromisoformat(request.GET.get("date", ""))
    except ValueError:
        return DateForm(), None


def take(request: HttpRequest, location: Location, service_id: int) -> HttpResponse:
    """Tap one: hold the time and show the form."""
    if seconds := seconds_to_wait(request):
        return too_often(request, seconds, location, service_id)
    start = moment_or_none(request.POST.get("slot"))
    typed = ContactForm(request.POST, location=location)
    typed.is_valid()  # what is right of it is kept; what is wrong will be asked again
    try:
        if start is None:
            raise SlotRefused(Reason.OFF_GRID)
        slot = Slot(location.pk, service_id, start, number_or_none(request.POST.get("specialist")))
        booker = booker_in(request, location.company_id)
        hold = hold_slot(
            slot, booker, client_id=booker.client_id, browser_key=browser_key(request), draft=typed.draft()
        )
    except Refusal as refusal:
        return refused(request, refusal, location, service_id, typed)
    return redirect("booking:hold", hold.hold_token)


def too_often(request: HttpRequest, seconds: int, location: Location, service_id: int) -> HttpResponse:
    """The same tap again, a little later, with everything that was typed."""
    kept = {name: request.POST[name] for name in TAKEN_WITH if name in request.POST}
    context = context_of(location, service_id=service_id, please_wait=please_wait(seconds), kept=kept)
    return with_wait(render(request, "booking/too_often.html", context, status=TOO_MANY), seconds)


def refused(
    request: HttpRequest, refusal: Refusal, location: Location, service_id: int, typed: ContactForm
) -> HttpResponse:
    """Why not, and up to six other times, soonest first, each one tap away with everything typed kept."""
    refusal.alternatives = tuple(sorted(refusal.alternatives, key=attrgetter("start", "specialist_name")))
    context = context_of(location, refusal=refusal, service_id=service_id, typed=typed)
    return render(request, "booking/refused.html", context, status=CONFLICT)
