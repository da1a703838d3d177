"""How people would see a text: Telegram's own tags become ours, and everything else is only text (guarantee 26)."""

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from html.parser import HTMLParser
from typing import Any

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from notifications.render.copy import TAGS as MAIL_TAGS
from notifications.render.copy import Copy
from notifications.telegram_html import LINKS, TAGS, Checker, problem_in, scheme_of

MOST_SHOWN = 10_000
"""Letters; a preview of more than any field takes is nobody's wish."""

SHOWN_AS = {"strong": "b", "em": "i", "ins": "u", "strike": "s", "del": "s"}
SPOILER = '<span class="okno-spoiler">'


class Painter(Checker):
    """Writes what is well-formed as HTML of our own making; nothing of the text becomes a tag or an attribute."""

    def __init__(self) -> None:
        super().__init__()
        self.painted: list[str] = []
        self.to_close: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        super().handle_starttag(tag, attrs)
        if tag in TAGS:
            opening, closing = painted_tag(tag, dict(attrs))
            self.painted.append(opening)
            self.to_close.append((tag, closing))

    def handle_endtag(self, tag: str) -> None:
        super().handle_endtag(tag)
        if tag in {name for name, _ in self.to_close}:
            self.painted += self.closings(tag)

    def closings(self, tag: str) -> Iterator[str]:
        """Up to and with the last one opened as ``tag``."""
        while self.to_close:
            name, closing = self.to_close.pop()
            yield closing
            if name == tag:
                return

    def handle_data(self, data: str) -> None:
        super().handle_data(data)
        self.painted.append(escape(data))


def painted_tag(tag: str, attrs: dict[str, str | None]) -> tuple[str, str]:
    if tag in ("tg-spoiler", "span"):
        return SPOILER, "</span>"
    if tag == "a":
        href = attrs.get("href") or ""
        where = f' href="{escape(href)}" rel="noreferrer" target="_blank"' if scheme_of(href) in LINKS else ""
        return f"<a{where}>", "</a>"
    name = SHOWN_AS.get(tag, tag)
    return f"<{name}>", f"</{name}>"


def painted(text: str) -> SafeString:
    """``text`` as HTML for the console, whatever is wrong with it."""
    painter = Painter()
    painter.feed(text)
    painter.close()
    return mark_safe("".join([*painter.painted, *painter.closings("")]))  # noqa: S308 - escaped piece by piece


@dataclass(frozen=True, slots=True)
class Preview:
    """A text as people see it, what is wrong with it, and of how many letters how many are used."""

    shown: SafeString
    problem: Any
    length: int = 0
    longest: int = 0


def in_telegram(text: str | None, longest: int) -> Preview:
    """Whatever was typed so far; ``problem`` is what Telegram would not take of it."""
    text = (text or "").replace("\r\n", "\n").strip()
    over = len(text) - longest
    too_long = ngettext("It is %(count)d character too long.", "It is %(count)d characters too long.", over)
    return Preview(
        painted(text[:MOST_SHOWN]), too_long % {"count": over} if over > 0 else problem_in(text), len(text), longest
    )


def in_a_mail(html: str | None) -> Preview | None:
    """None when mails get the text for Telegram; ``problem`` is what is taken out of it."""
    html = (html or "").strip()[:MOST_SHOWN]
    if not html:
        return None
    lister = Lister()
    lister.feed(html)
    lister.close()
    taken_out = ", ".join(f"<{tag}>" for tag in sorted(lister.tags - MAIL_TAGS))
    problem = _("Mails do not take this, it is left out: %(tags)s") % {"tags": taken_out} if taken_out else ""
    return Preview(Copy("", html).html, problem)


class Lister(HTMLParser):
    """Which tags there are."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
