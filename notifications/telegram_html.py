"""Telegram's HTML: is it what the Bot API takes, and how does it read as plain text? (facts T2)"""

import re
from html.parser import HTMLParser
from urllib.parse import urlsplit

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

TAGS = frozenset("a b strong i em u ins s strike del code pre blockquote tg-spoiler span".split())
ATTRIBUTES = {
    "a": frozenset({"href"}),
    "blockquote": frozenset({"expandable"}),
    "span": frozenset({"class"}),
    "code": frozenset({"class"}),
}
WHOLE_TAG = re.compile(r"""<(?:/?[a-zA-Z](?:[^<>"']|"[^"]*"|'[^']*')*|[!?][^<>]*)>""")
"""From bracket to bracket: HTML forgives an opening bracket that begins none, Telegram does not."""
LINKS = frozenset({"http", "https", "tg", "mailto", "tel"})


class Checker(HTMLParser):
    """Collects the first thing the Bot API would refuse, and the text without its tags."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.problem: str | Promise = ""
        self.text: list[str] = []
        self.href = ""

    def refuse(self, problem: str | Promise) -> None:
        self.problem = self.problem or problem

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in TAGS:
            self.refuse(_("<%(tag)s> is not a tag that Telegram knows.") % {"tag": tag})
        if tag == "span" and ("class", "tg-spoiler") not in attrs:
            self.refuse(_('<span> is for class="tg-spoiler" alone.'))
        for name, value in attrs:
            self.check_attribute(tag, name, value or "")
        self.open.append(tag)
        self.href = dict(attrs).get("href") or "" if tag == "a" else self.href

    def check_attribute(self, tag: str, name: str, value: str) -> None:
        if name not in ATTRIBUTES.get(tag, ()):
            self.refuse(_("<%(tag)s> takes no “%(name)s”.") % {"tag": tag, "name": name})
        if name == "href" and scheme_of(value) not in LINKS:
            self.refuse(_("A link begins with https://"))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.refuse(_("<%(tag)s/> is not a tag that Telegram knows.") % {"tag": tag})

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.refuse(_("</%(tag)s> closes nothing that is open.") % {"tag": tag})
        if tag == "a" and self.href:
            self.text.append(f" ({self.href})" if self.href not in self.text[-1:] else "")
            self.href = ""

    def handle_data(self, data: str) -> None:
        self.text.append(data)

    def handle_comment(self, data: str) -> None:
        self.refuse(_("Comments are not taken."))

    def handle_decl(self, decl: str) -> None:
        self.handle_comment(decl)

    def unknown_decl(self, data: str) -> None:
        self.handle_comment(data)

    def handle_pi(self, data: str) -> None:
        self.handle_comment(data)


def scheme_of(link: str) -> str:
    """Of a link that can be read at all; else nothing."""
    try:
        return urlsplit(link).scheme
    except ValueError:
        return ""


def checked(text: str) -> Checker:
    checker = Checker()
    checker.feed(text)
    checker.close()
    if checker.open:
        checker.refuse(_("<%(tag)s> is not closed.") % {"tag": checker.open[-1]})
    return checker


def problem_in(text: str) -> str | Promise:
    """What the Bot API would not take of ``text``, in words; empty when it takes all."""
    if "<" in WHOLE_TAG.sub("", text):
        return _("Write &lt; instead of “%(sign)s” where it is not a tag.") % {"sign": "<"}
    return checked(text).problem


def plain(text: str) -> str:
    """``text`` without its tags, each link followed by its address."""
    return "".join(checked(text).text) if "<" in text or "&" in text else text
