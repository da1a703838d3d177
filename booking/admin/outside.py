"""After a calendar was changed in the console: which visits lie outside now, each a click away."""

from typing import Any

from django.contrib import messages
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import ngettext

from accounts.console import actor_in
from booking.console_wording import page_of, when_of
from booking.models import Appointment
from booking.queries.outside import overfull, visits_outside
from catalog.signals import calendar_edited

NAMED = 8


@receiver(calendar_edited)
def warn_of_visits_outside(sender: Any, request: HttpRequest, signal: Any, **concerned: Any) -> None:
    """``concerned`` names the location, specialist, workplace or service whose calendar changed."""
    if outside := visits_outside(Appointment.objects.filter(**concerned)):
        text = ngettext(
            "%(count)s coming visit can no longer take place as booked. Move or cancel it:",
            "%(count)s coming visits can no longer take place as booked. Move or cancel them:",
            len(outside),
        )
        messages.warning(request, naming(text, outside, request))
    if "location" in concerned and (crowd := overfull(concerned["location"])):
        text = ngettext(
            "%(count)s coming visit begins when more are booked than the location holds:",
            "%(count)s coming visits begin when more are booked than the location holds:",
            len(crowd),
        )
        messages.warning(request, naming(text, crowd, request))


def naming(text: str, visits: list[Appointment], request: HttpRequest) -> SafeString:
    """``text`` with their number, and as links the first of those that this person may see."""
    ours = Appointment.objects.visible_to(actor_in(request)).filter(pk__in=[visit.pk for visit in visits])
    seen = set(ours.values_list("pk", flat=True))
    named = [visit for visit in visits if visit.pk in seen][:NAMED]
    rows = ((page_of(visit), visit.pk, when_of(visit), visit.specialist, visit.person) for visit in named)
    links = format_html_join("; ", '<a class="underline" href="{}">#{} {} · {} · {}</a>', rows)
    return format_html("{} {}{}", text % {"count": len(visits)}, links, " …" if len(visits) > len(named) else "")
