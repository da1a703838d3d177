"""What the templates of the bot's screens need beside the words of ``booking`` and the emphasis of messages."""

from typing import Any

from django import template

from accounts.console.texts import international as international_form

register = template.Library()


@register.filter
def international(phone: Any) -> str:
    """+7 999 123-45-67."""
    return international_form(phone)
