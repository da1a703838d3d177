"""What the pages of a visit show of Web Push; nothing where this deployment has none."""

from typing import Any

from django import template
from django.conf import settings

from booking.models import Appointment
from booking.views.common import browser_key
from notifications.channels import carrier_of
from notifications.queries import hears_of
from notifications.values import Channel

register = template.Library()


@register.inclusion_tag("push/_head.html")
def push_head() -> dict[str, Any]:
    return {"is_open": carrier_of(Channel.WEB_PUSH).is_configured()}


@register.inclusion_tag("push/_button.html", takes_context=True)
def push_button(context: template.Context, visit: Appointment) -> dict[str, Any]:
    """On a page that knows its browser; one statement."""
    if not carrier_of(Channel.WEB_PUSH).is_configured():
        return {}
    return {
        "key": settings.VAPID_PUBLIC_KEY,
        "visit": visit,
        "is_on": hears_of(browser_key(context["request"]), visit),
    }
