"""One layout per channel: the same template, read by each in its own way."""

from collections.abc import Callable
from typing import Any

from django.template import Context, Engine

from accounts.wording import NBSP
from booking.calendar_file import calendar_file
from booking.models import Appointment, Status
from notifications.render.copy import Copy
from notifications.render.said import Said
from notifications.render.text import shortened, sms, tidy
from notifications.values import Attachment, Channel

LONGEST_TITLE, LONGEST_PUSH, LONGEST_PUSH_OF_A_BROADCAST = 60, 120, 300
"""Letters of a push's title, and of title and body together: telephones show no more."""
LONGEST_SUBJECT = 150

Fields = dict[str, Any]
"""Of a Message."""


def telegram(said: Said) -> Fields:
    body = said.content.telegram if said.content else plain_spaces(fill(said, "telegram.html", is_html=True))
    return {"text": with_ad(body, said.ad.telegram if said.ad else ""), "buttons": said.buttons}


def push(said: Said) -> Fields:
    """An advertisement goes along only where there is room for all of it."""
    title, body = title_and_body(fill(said, "push.txt"))
    title = shortened(title, LONGEST_TITLE)
    room = (LONGEST_PUSH_OF_A_BROADCAST if said.content else LONGEST_PUSH) - len(title)
    longer = with_ad(body, said.ad.plain if said.ad else "")
    return {"title": title, "text": longer if len(longer) <= room else shortened(body, room)}


def email(said: Said) -> Fields:
    subject, text = title_and_body(fill(said, "email.txt"))
    return {
        "title": shortened(subject, LONGEST_SUBJECT),
        "text": text,
        "html": fill(said, "email.html", is_html=True),
        "attachments": (calendar_of(said.calendar),) if said.calendar else (),
    }


def short_message(said: Said) -> Fields:
    """Paid by the segment: never an advertisement."""
    return {"text": sms(" ".join(plain_spaces(fill(said, "sms.txt")).split()), said.url)}


LAYOUTS: dict[str, Callable[[Said], Fields]] = {
    Channel.TELEGRAM: telegram,
    Channel.WEB_PUSH: push,
    Channel.EMAIL: email,
    Channel.SMS: short_message,
}


def fill(said: Said, layout: str, *, is_html: bool = False) -> str:
    """Only HTML is escaped: a text shows what somebody typed as he typed it."""
    page = Engine.get_default().get_template(f"notifications/{said.template}")
    values = {
        **said.values,
        "layout": f"notifications/layouts/{layout}",
        "url": said.url,
        "content": read(said.content, is_html=is_html),
        "ad": read(said.ad, is_html=is_html),
    }
    return tidy(page.render(Context(values, autoescape=is_html)))


def read(copy: Copy | None, *, is_html: bool) -> str:
    if copy is None:
        return ""
    return copy.html if is_html else copy.plain


def with_ad(text: str, ad: str) -> str:
    return f"{text}\n\n{ad}" if ad else text


def title_and_body(text: str) -> tuple[str, str]:
    """The first line is the title."""
    title, _, body = plain_spaces(text).partition("\n")
    return title, body.strip()


def plain_spaces(text: str) -> str:
    """Where nobody sets type, a space that does not break is only a strange sign to copy or to search for."""
    return text.replace(NBSP, " ")


def calendar_of(visit: Appointment) -> Attachment:
    method = "CANCEL" if visit.status == Status.CANCELLED else "PUBLISH"
    return Attachment("visit.ics", calendar_file(visit), f"text/calendar; method={method}")
