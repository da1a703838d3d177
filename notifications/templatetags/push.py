"""What the pages of a visit offer to be told by: Telegram and Web Push; nothing where this deployment has neither."""

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


@register.inclusion_tag("push/_reminders.html", takes_context=True)
def reminder_buttons(context: template.Context, visit: Appointment) -> dict[str, Any]:
    """On a page that knows its browser; one statement at most."""
    telegram = {"telegram": chat_link(visit)}
    if not carrier_of(Channel.WEB_PUSH).is_configured():
        return telegram
    return telegram | {
        "key": settings.VAPID_PUBLIC_KEY,
        "visit": visit,
        "is_on": hears_of(browser_key(context["request"]), visit),
    }


def chat_link(visit: Appointment) -> str:
    """Opens the bot, where one press attaches the chat to the visit (contract §5); empty where there is no bot."""
    name = settings.TELEGRAM_BOT_USERNAME
    if not (name and carrier_of(Channel.TELEGRAM).is_configured()):
        return ""
    return f"https://t.me/{name}?start=v_{visit.visit_token}"
