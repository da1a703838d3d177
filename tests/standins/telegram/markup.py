"""The Bot API's HTML: read in bytes, told in UTF-16 units, by the rules and in the words of td's parse_html."""

import re
from dataclasses import dataclass, field
from typing import Any

from tests.standins.telegram.links import BadLinkError, checked_link
from tests.standins.telegram.refusals import Refused, bad_request

KINDS = {
    **dict.fromkeys(("b", "strong"), "bold"),
    **dict.fromkeys(("i", "em"), "italic"),
    **dict.fromkeys(("s", "strike", "del"), "strikethrough"),
    **dict.fromkeys(("u", "ins"), "underline"),
    **dict.fromkeys(("span", "tg-spoiler"), "spoiler"),
    "a": "text_link",
    "blockquote": "blockquote",
    "code": "code",
    "pre": "pre",
    "tg-emoji": "custom_emoji",
    "tg-time": "date_time",
}
"""Every tag there is, and the entity it becomes."""
NAMED = {b"lt": "<", b"gt": ">", b"amp": "&", b"quot": '"'}
LONGEST_NUMERIC = 9
"""Bytes of a numeric character reference without its semicolon; a longer one is text."""
SPACE = frozenset(b" \t\r\n\v\0")
END = b"\0"
"""A C string's end: a space that no tag goes beyond."""
HALF_A_PAIR = (
    "Text contains invalid Unicode characters after decoding HTML entities, check for unmatched surrogate code units"
)


def parse_html(html: str) -> tuple[str, list[dict[str, Any]]]:
    """The text of ``html`` and its entities, outermost first."""
    return Reader(html).read()


def complaint(words: str) -> Refused:
    return bad_request(f"can't parse entities: {words}")


def utf16_length(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def character(source: bytes, at: int) -> tuple[str, int] | None:
    """The character that the reference at ``at`` stands for and where it ends; None where it is only an ampersand."""
    if found := re.compile(rb"&#(?:x([0-9a-fA-F]*)|([0-9]*))").match(source, at):
        code = int(found[1] or b"0", 16) if found[1] is not None else int(found[2] or b"0")
        decoded = chr(code) if 0 < code < 0x10FFFF and len(found[0]) <= LONGEST_NUMERIC else None
    else:
        found = re.compile(rb"&([A-Za-z]*)").match(source, at)
        decoded = NAMED.get(found[1]) if found else None
    if found is None or decoded is None:
        return None
    return decoded, found.end() + (source[found.end() : found.end() + 1] == b";")


@dataclass
class Tag:
    """An open tag: where it stands in the source, where its text begins, what its attributes say."""

    name: str
    begin: int
    offset: int = 0
    text_begin: int = 0
    attributes: dict[str, str] = field(default_factory=dict)

    def position(self) -> str:
        return f"at byte offset {self.begin}"


class Reader:
    """One reading of one text; ``at`` is a byte of the source."""

    def __init__(self, html: str) -> None:
        self.source = html.encode() + END
        self.at = 0
        self.text = bytearray()
        self.offset = 0
        self.open: list[Tag] = []
        self.entities: list[dict[str, Any]] = []

    def read(self) -> tuple[str, list[dict[str, Any]]]:
        while self.at < len(self.source) - 1:
            if self.source[self.at] == ord("<"):
                self.read_tag()
            else:
                self.read_character()
        if self.open:
            raise complaint(f'Can\'t find end tag corresponding to start tag "{self.open[-1].name}"')
        try:
            text = self.text.decode()
        except UnicodeDecodeError:
            raise complaint(HALF_A_PAIR) from None
        for entity in self.entities:
            if entity["type"] == "code":
                entity.pop("language", None)
        return text, sorted(self.entities, key=lambda entity: (entity["offset"], -entity["length"]))

    def read_character(self) -> None:
        if decoded := character(self.source, self.at):
            letter, self.at = decoded
        else:
            end = next(i for i in range(self.at + 1, self.at + 5) if self.source[i] & 0xC0 != 0x80)
            letter, self.at = self.source[self.at : end].decode(), end
        self.text += letter.encode("utf-8", "surrogatepass")
        self.offset += utf16_length(letter)

    def read_tag(self) -> None:
        begin = self.at
        self.at += 1
        if self.source[self.at] == ord("/"):
            self.read_end_tag(begin)
        else:
            self.read_start_tag(Tag(self.name(), begin))

    def name(self) -> str:
        """A tag's name; lower case is made of ASCII letters only."""
        return self.until(b">").lower().decode()

    def until(self, stops: bytes) -> bytes:
        """What comes before the next space or one of ``stops``."""
        begin = self.at
        while self.source[self.at] not in SPACE and self.source[self.at] not in stops:
            self.at += 1
        return self.source[begin : self.at]

    def skip_spaces(self) -> bytes:
        """Go to the next byte that is no space, and name it."""
        while not self.ended() and self.source[self.at] in SPACE:
            self.at += 1
        return self.source[self.at : self.at + 1]

    def ended(self) -> bool:
        return self.at >= len(self.source) - 1

    def read_start_tag(self, tag: Tag) -> None:
        if self.ended():
            raise complaint(f"Unclosed start tag {tag.position()}")
        if tag.name not in KINDS:
            raise complaint(f'Unsupported start tag "{tag.name}" {tag.position()}')
        while self.skip_spaces() != b">":
            self.read_attribute(tag)
        self.at += 1
        if tag.name == "span" and tag.attributes.get("class") != "tg-spoiler":
            raise complaint(f'Tag "span" must have class "tg-spoiler" {tag.position()}')
        tag.offset, tag.text_begin = self.offset, len(self.text)
        self.open.append(tag)

    def read_attribute(self, tag: Tag) -> None:
        name = self.until(b"=>/\"'").decode()
        if not name:
            raise complaint(f'Empty attribute name in the tag "{tag.name}" {tag.position()}')
        if self.skip_spaces() == b"=":
            self.at += 1
            tag.attributes[name] = self.attribute_value(tag)
        elif self.ended():
            raise complaint(f'Unclosed start tag "{tag.name}" {tag.position()}')
        else:
            tag.attributes[name] = ""

    def attribute_value(self, tag: Tag) -> str:
        quote = self.skip_spaces()
        if self.ended():
            raise complaint(f'Unclosed start tag "{tag.name}" {tag.position()}')
        value = self.quoted(quote) if quote in {b'"', b"'"} else self.token()
        if self.ended():
            raise complaint(f"Unclosed start tag {tag.position()}")
        return value

    def token(self) -> str:
        found = re.compile(rb"[A-Za-z0-9.-]*").match(self.source, self.at)
        begin, self.at = self.at, found.end() if found else self.at
        if self.source[self.at] not in SPACE and self.source[self.at] != ord(">"):
            raise complaint(f"Unexpected end of name token at byte offset {begin}")
        return self.source[begin : self.at].decode().lower()

    def quoted(self, quote: bytes) -> str:
        self.at += 1
        value = bytearray()
        while not self.ended() and self.source[self.at : self.at + 1] != quote:
            if decoded := character(self.source, self.at):
                letter, self.at = decoded
                value += letter.encode("utf-8", "surrogatepass")
            else:
                value.append(self.source[self.at])
                self.at += 1
        self.at += not self.ended()
        return value.decode("utf-8", "replace")

    def read_end_tag(self, begin: int) -> None:
        if not self.open:
            raise complaint(f"Unexpected end tag at byte offset {begin}")
        self.at += 1
        name = self.name()
        if self.skip_spaces() != b">":
            raise complaint(f"Unclosed end tag at byte offset {begin}")
        self.at += 1
        tag = self.open.pop()
        if name and name != tag.name:  # </> closes whatever is open
            found = f'expected "</{tag.name}>", found "</{name}>"'
            raise complaint(f"Unmatched end tag at byte offset {begin}, {found}")
        if self.offset > tag.offset:
            self.keep(tag)

    def keep(self, tag: Tag) -> None:
        """Note the entity that ``tag`` was, unless it comes to nothing: a link without an address is text."""
        more = self.particulars(tag)
        if more is not None:
            place = {"offset": tag.offset, "length": self.offset - tag.offset}
            self.entities.append({"type": KINDS[tag.name], **place, **more})

    def particulars(self, tag: Tag) -> dict[str, Any] | None:
        if tag.name == "a":
            return self.link(tag)
        if tag.name == "blockquote" and "expandable" in tag.attributes:
            return {"type": "expandable_blockquote"}
        if tag.name == "tg-emoji":
            return {"custom_emoji_id": emoji(tag.attributes.get("emoji-id", ""))}
        if tag.name == "tg-time":
            return moment(tag)
        if tag.name in {"pre", "code"}:
            return self.code(tag)
        return {}

    def link(self, tag: Tag) -> dict[str, Any] | None:
        address = tag.attributes.get("href") or self.text[tag.text_begin :].decode("utf-8", "replace")
        if person := re.fullmatch(r"(?i)tg:(?://)?user\?id=(\d+)", address):
            return {"type": "text_mention", "user": {"id": int(person[1])}}
        try:
            return {"url": checked_link(address)}
        except BadLinkError:
            return None

    def code(self, tag: Tag) -> dict[str, Any] | None:
        """``<pre><code class="language-…">`` is one entity in either order; a language elsewhere is forgotten."""
        name = tag.attributes.get("class", "")
        language = name.removeprefix("language-") if tag.name == "code" and name.startswith("language-") else ""
        last = self.entities[-1] if self.entities else {"type": ""}
        twin = last["type"] == {"pre": "code", "code": "pre"}[tag.name] and (
            (last["offset"], last["length"]) == (tag.offset, self.offset - tag.offset)
        )
        if twin and (last.get("language") or language):
            last.update(type="pre", language=last.get("language") or language)
            return None
        return {"language": language} if language else {}


def emoji(identifier: str) -> str:
    if not re.fullmatch(r"[1-9]\d{0,18}", identifier):
        raise complaint("Invalid custom emoji identifier specified")
    return identifier


def moment(tag: Tag) -> dict[str, Any]:
    unix = tag.attributes.get("unix", "")
    if not re.fullmatch(r"\d{1,10}", unix):
        raise complaint("Invalid Unix time specified")  # ours
    form = tag.attributes.get("format", "")
    if not re.fullmatch(r"r|w?[dD]?[tT]?|", form):
        raise complaint("Invalid date-time format specified")  # ours
    return {"unix_time": int(unix), **({"date_time_format": form} if form else {})}
