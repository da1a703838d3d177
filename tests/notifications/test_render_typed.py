"""What people type stays text: in every message, by every channel (guarantee 26)."""

import re

import pytest
from django.template import Context
from django.utils.html import escape

from accounts.models import Company, User
from accounts.values import WEB_GUEST
from catalog.models import Location, Service, Specialist
from notifications.models import Delivery
from notifications.render import render
from notifications.telegram_html import plain
from notifications.values import Channel
from tests.factories import make_workplace
from tests.lasting import copied, lasting
from tests.notifications.stories import Len, created
from tests.notifications.test_render_every import deliveries, has_gaps, limits_of, parts

pytestmark = pytest.mark.django_db

HOSTILE = [
    '<b>&"Ко"',
    "{{7*7}}{% debug %}",
    '=HYPERLINK("http://bad.example")',
    "%(time)s %s {0}",
    "two\nlines\r\nand\u2028more\x85",
    "\u202etxet dnuora\u202c\u2066\u200f",
    "👨‍👩‍👧‍👦" * 20,
    "</b></i><a href='javascript:alert(1)'>x</a><script>alert(1)</script>",
    "слово " * 800,
    "ж" * 5000,
    "\x1b[31mred\x07",
    "Subject: x\r\nBcc: everybody@example.com",
]


built = lasting(Len)


@pytest.fixture
def salon(built, settings) -> Len:
    settings.PUBLIC_URL = "https://okno.example.com"
    return copied(built)


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_what_people_type_stays_text(salon, text):
    type_everywhere(salon, text)

    problems = [
        (row.event_type, row.role, row.channel, each) for row in deliveries(salon, "ru") for each in harm_of(row)
    ]

    assert problems == []


def type_everywhere(salon: Len, text: str) -> None:
    Company.objects.update(name=text[:200])
    Location.objects.update(name=text[:200], address=text[:300], directions=text[:300])
    Service.objects.update(name=text[:200])
    Specialist.objects.update(name=text[:200])
    User.objects.update(full_name=text[:200])
    make_workplace(salon.location, name=text[:200])
    salon.company.refresh_from_db()
    salon.typed = {"contact_name": text[:200], "notes": text}


def harm_of(delivery: Delivery) -> list[str]:
    message = render(delivery)
    seen = "".join(parts(message))
    links = re.findall(r"""href=["']([^"']*)""", message.html)
    found = {
        "gaps": any(has_gaps(part) for part in (message.title, message.text)),
        "turned around": any(mark in seen for mark in "\u202e\u202d\u2066\u2067\u200f\u200e"),
        "control": any(ord(sign) < 32 and sign != "\n" for sign in seen),
        "link": any(not link.startswith("https://okno.example.com/") for link in links),
        **limits_of(delivery, message),
    }
    return [problem for problem, is_there in found.items() if is_there]


def test_without_escaping_they_would_write_markup(salon, monkeypatch):
    """The control."""
    monkeypatch.setattr(
        "notifications.render.layouts.Context", lambda values, autoescape: Context(values, autoescape=False)
    )
    type_everywhere(salon, HOSTILE[7])

    harmed = {(row.channel, each) for row in deliveries(salon, "ru") for each in harm_of(row)}

    assert {("telegram", "HTML"), ("email", "HTML"), ("email", "link")} <= harmed


def test_without_cleaning_they_would_break_lines_and_turn_the_text_around(salon, monkeypatch):
    """The control."""
    for module in ("visit", "day", "subjects"):
        monkeypatch.setattr(f"notifications.render.{module}.one_line", lambda text, longest: text)
    type_everywhere(salon, "".join(HOSTILE))

    harmed = {each for row in deliveries(salon, "ru") for each in harm_of(row)}

    assert {"turned around", "control", "too long"} <= harmed


@pytest.mark.parametrize("text", HOSTILE[:4])
def test_what_people_type_is_shown_as_they_typed_it(salon, text):
    type_everywhere(salon, text)
    event = created(salon.booked(), WEB_GUEST)

    telegram, push, mail = (
        salon.says(event, "admin", channel) for channel in (Channel.TELEGRAM, Channel.WEB_PUSH, Channel.EMAIL)
    )

    assert f"👤 {escape(text)}\n" in telegram.text
    assert f"👤 {text}\n" in plain(telegram.text)
    assert push.text.startswith(f"{text} · 60 мин, ")
    assert f"👤 {text}\n" in mail.text
    assert f"👤 {escape(text)}<br>" in mail.html
