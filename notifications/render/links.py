"""Where messages lead."""

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from booking.console_wording import link_of, page_of
from booking.models import Appointment
from booking.templatetags.wording import map_link
from notifications.values import Button

Buttons = tuple[tuple[Button, ...], ...]


def console_page(visit: Appointment) -> str:
    return settings.PUBLIC_URL + page_of(visit)


def console_day() -> str:
    """Today's visits."""
    return f"{settings.PUBLIC_URL}{reverse('admin:booking_appointment_changelist')}?when=today"


def storefront() -> str:
    return settings.PUBLIC_URL + reverse("booking:home")


def book_again(visit: Appointment) -> str:
    """All times of the same service."""
    return settings.PUBLIC_URL + reverse("booking:times", args=[visit.location.slug, visit.service_id])


def calendar_link(visit: Appointment) -> str:
    return settings.PUBLIC_URL + reverse("booking:ics", args=[visit.visit_token])


def clients_buttons(visit: Appointment) -> Buttons:
    """Of a visit that is to come."""
    first = [Button("📆 " + _("Add to calendar"), url=calendar_link(visit))]
    if visit.location.address:
        first.append(Button("📍 " + _("Route"), url=map_link(visit.location.address)))
    return tuple(first), (Button("✏️ " + _("Move or cancel"), url=link_of(visit)),)


def again_button(visit: Appointment) -> Buttons:
    return ((Button("📅 " + _("Book again"), url=book_again(visit)),),)


def desk_buttons(visit: Appointment) -> Buttons:
    """Source 001 §6.1."""
    edit = Button("✏️ " + pgettext("button", "Edit"), callback=f"bkn:edit:{visit.pk}")
    return ((edit, Button("🙈 " + pgettext("button", "Hide"), callback=f"bkn:hide:{visit.pk}")),)


def console_button(url: str) -> Buttons:
    return ((Button(_("Open in the console"), url=url),),)
