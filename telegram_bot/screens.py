"""The texts of the bot's screens: templates, filled and tidied; whatever a person typed is escaped."""

from typing import Any

from django.template import Context, Engine

from accounts.wording import NBSP
from notifications.render.text import tidy

NAME = 60
"""Letters of a name in a text at most."""


def text_of(screen: str, **values: Any) -> str:
    """``templates/telegram/<screen>.html`` in the language that is active."""
    page = Engine.get_default().get_template(f"telegram/{screen}.html")
    return tidy(page.render(Context(values))).replace(NBSP, " ")
