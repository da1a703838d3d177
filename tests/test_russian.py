"""The Russian catalogue is complete: whatever the code can say, it says in Russian, with the same placeholders."""

import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.extract import extract
from babel.messages.pofile import read_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
APPS = ("accounts", "booking", "catalog", "config", "notifications", "telegram_bot", "wallet")
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
INDENT = re.compile(r"^[ \t]+", re.MULTILINE)
"""Of what Django makes of a template: it would be Python's, but means nothing."""
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]")

Text = tuple[str | None, str]


def texts() -> Iterator[Text]:
    """Everything marked for translation, as (context, English)."""
    for app in APPS:
        for source in (ROOT / app).rglob("*.py"):
            if "migrations" not in source.parts:
                yield from marked(source.read_bytes())
    for template in (ROOT / "templates").rglob("*.html"):
        yield from marked(INDENT.sub("", templatize(template.read_text())).encode())


def marked(source: bytes) -> Iterator[Text]:
    for _, message, _, context in extract("python", io.BytesIO(source), keywords=KEYWORDS):
        yield context, message[0] if isinstance(message, tuple) else message


@pytest.fixture(scope="module")
def russian() -> dict[Text, object]:
    with (ROOT / "locale/ru/LC_MESSAGES/django.po").open("rb") as file:
        return {(message.context, first(message.id)): message for message in read_po(file) if message.id}


def first(value) -> str:
    return value if isinstance(value, str) else value[0]


def test_every_text_is_in_the_catalogue(russian):
    missing = sorted({text for text in texts() if text not in russian}, key=str)

    assert missing == []


def test_every_translation_is_there_and_sure(russian):
    unsure = [text for text, message in russian.items() if message.fuzzy or not all(forms(message))]

    assert unsure == []


def test_translations_keep_their_placeholders(russian):
    wrong = [
        text
        for text, message in russian.items()
        for form in forms(message)
        if not set(PLACEHOLDER.findall(form)) <= set(PLACEHOLDER.findall("".join(ids(message))))
        or (len(ids(message)) == 1 and set(PLACEHOLDER.findall(form)) != set(PLACEHOLDER.findall(text[1])))
    ]

    assert wrong == []


def forms(message) -> tuple[str, ...]:
    return (message.string,) if isinstance(message.string, str) else tuple(message.string)


def ids(message) -> tuple[str, ...]:
    return (message.id,) if isinstance(message.id, str) else tuple(message.id)
