"""A message's text and entities as HTML: everything escaped, nothing but what Telegram's own clients would show."""

import re
from typing import Any

from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString

Entity = dict[str, Any]

TAGS = {
    "bold": "b",
    "italic": "i",
    "underline": "u",
    "strikethrough": "s",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
    "expandable_blockquote": "blockquote",
}
BLOCKS = {"pre", "blockquote", "expandable_blockquote"}
LINKS = {"text_link", "url"}
VERBATIM = {"code", "pre", *LINKS}
"""In these nothing else becomes a link."""
SCHEMES = ("http://", "https://", "tel:", "mailto:", "tg:")
ADDRESS = re.compile(r"(?P<address>https?://[^\s<>\"]+[^\s<>\".,;:!?)])")
FOUND = re.compile(rf"{ADDRESS.pattern}|(?<!\S)(?P<command>/[a-z][a-z0-9_]{{0,31}})(?!\S)")
"""What Telegram makes a link of by itself."""
NOTHING = re.compile(r"(?!)")


def rendered(text: str, entities: list[Entity], *, commands: bool = True) -> SafeString:
    """HTML for an element that keeps white space; ``commands`` are buttons of a form ``say``, or text."""
    outermost_first = sorted(entities, key=lambda each: (each["offset"], -each["length"], each["type"] not in BLOCKS))
    reading = Rendering(text, FOUND if commands else ADDRESS)
    return reading.piece(0, reading.length, outermost_first)


class Rendering:
    """One text; its offsets are UTF-16 units (facts T4)."""

    def __init__(self, text: str, links: re.Pattern[str]) -> None:
        self.units = text.encode("utf-16-le", "surrogatepass")
        self.length = len(self.units) // 2
        self.links = links

    def piece(self, start: int, end: int, entities: list[Entity], links: re.Pattern[str] | None = None) -> SafeString:
        """From ``start`` to ``end``; an entity that goes beyond is cut."""
        links = links or self.links
        parts: list[SafeString] = []
        after_block = False
        while entities:
            entity, *entities = entities
            first, last = entity["offset"], min(entity["offset"] + entity["length"], end)
            if not start <= first < last:
                continue
            inside = [each for each in entities if each["offset"] < last]
            entities = entities[len(inside) :]
            is_block = entity["type"] in BLOCKS
            parts.append(plain(self.between(start, first, after_block, is_block), links))
            parts.append(
                dressed(entity, self.piece(first, last, inside, NOTHING if entity["type"] in VERBATIM else links))
            )
            start, after_block = last, is_block
        return joined([*parts, plain(self.between(start, end, after_block, before_block=False), links)])

    def between(self, start: int, end: int, after_block: bool, before_block: bool) -> str:
        """The text there; a block stands on lines of its own already."""
        text = self.units[start * 2 : end * 2].decode("utf-16-le", "replace")
        text = text.removeprefix("\n") if after_block else text
        return text.removesuffix("\n") if before_block else text


def dressed(entity: Entity, inside: SafeString) -> SafeString:
    kind = entity["type"]
    if kind in TAGS:
        return format_html("<{0}>{1}</{0}>", TAGS[kind], inside)
    if kind == "spoiler":
        return format_html('<span class="spoiler" tabindex="0">{}</span>', inside)
    if kind == "text_link" and str(entity.get("url", "")).startswith(SCHEMES):
        return link(str(entity["url"]), inside)
    return inside


def plain(text: str, links: re.Pattern[str]) -> SafeString:
    """Escaped; what ``links`` finds can be followed."""
    parts, at = [], 0
    for found in links.finditer(text):
        address = found["address"]
        parts.append(escape(text[at : found.start()]))
        parts.append(link(address, escape(address)) if address else command(found["command"]))
        at = found.end()
    return joined([*parts, escape(text[at:])])


def link(address: str, inside: SafeString) -> SafeString:
    return format_html('<a href="{}" target="_blank" rel="noopener noreferrer">{}</a>', address, inside)


def command(name: str) -> SafeString:
    return format_html('<button class="command" type="submit" form="say" name="text" value="{0}">{0}</button>', name)


def joined(parts: list[SafeString]) -> SafeString:
    return format_html_join("", "{}", ((part,) for part in parts))
