"""After a calendar was changed in the console: which visits lie outside now, each a click away."""

from typing import Any

from django.contrib import messages
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.translation import ngettext

from booking.console_wording import page_of, when_of
from booking.models import Appointment
from booking.queries.outside import visits_outside
from catalog.signals import calendar_edited

NAMED = 8


@receiver(calendar_edited)
def warn_of_visits_outside(sender: Any, request: HttpRequest, **concerned: Any) -> None:
    """``concerned`` names the location, specialist, workplace or service whose calendar changed."""
    outside = visits_outside(Appointment.objects.filter(**{k: v for k, v in concerned.items() if k != "signal"}))
    if not outside:
        return
    text = ngettext(
        "%(count)s coming visit can no longer take place as booked. Move or cancel it:",
        "%(count)s coming visits can no longer take place as booked. Move or cancel them:",
        len(outside),
    ) % {"count": len(outside)}
    rows = ((page_of(visit), visit.pk, when_of(visit), visit.specialist, visit.person) for visit in outside[:NAMED])
    links = format_html_join("; ", '<a class="underline" href="{}">#{} {} · {} · {}</a>', rows)
    messages.warning(request, format_html("{} {}{}", text, links, " …" if len(outside) > NAMED else ""))
