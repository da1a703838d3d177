"""How people would see a text: Telegram's own tags become ours, and everything else is only text (guarantee 26)."""

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from typing import Any

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from notifications.models.setting import LONGEST_AD
from notifications.telegram_html import LINKS, TAGS, Checker, problem_in, scheme_of

MOST_SHOWN = 10 * LONGEST_AD

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
    """A text as Telegram shows it, what Telegram would not take of it, and how long it is."""

    shown: SafeString
    problem: Any
    length: int
    longest: int


def preview_of(text: str | None, longest: int = LONGEST_AD) -> Preview:
    """Of whatever was typed so far."""
    text = (text or "").replace("\r\n", "\n").strip()
    too_long = len(text) - longest
    problem = _("It is too long by %(count)d characters.") % {"count": too_long} if too_long > 0 else problem_in(text)
    return Preview(painted(text[:MOST_SHOWN]), problem, len(text), longest)
