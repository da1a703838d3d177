"""Every occasion, role, channel and language: there is a message, its channel takes it, nobody can write into it."""

import json
import re
from collections.abc import Iterator
from copy import copy
from html.parser import HTMLParser

import pytest

from accounts.models import Company, User
from accounts.values import SYSTEM, WEB_GUEST
from booking.models import AppointmentEvent
from catalog.models import Location, Service, Specialist, Workplace
from notifications.models import Broadcast, Delivery
from notifications.render import render
from notifications.render.text import GSM, SMS_LETTERS, SMS_LETTERS_IN_GSM, units
from notifications.telegram_html import plain, problem_in
from notifications.values import TOLD, Channel, Message, Occasion, RecipientRole
from tests.lasting import copied, lasting
from tests.notifications.stories import (
    NEXT_DAY,
    Len,
    all_written,
    cancelled,
    changed,
    created,
    moved,
    paid,
    reminded,
)

pytestmark = pytest.mark.django_db

LANGUAGES = ("ru", "en")


built = lasting(Len)


@pytest.fixture
def salon(built, settings) -> Len:
    settings.PUBLIC_URL = "https://okno.example.com"
    return copied(built)


def events(salon: Len) -> list[AppointmentEvent]:
    """Everything that can happen to a visit, by whoever can do it."""
    desk, boris = salon.actor(salon.admin), salon.colleague("Boris")
    visit = salon.booked(salon.at(12, days=3), workplace=Workplace.objects.first())
    other = salon.booked(salon.at(12, days=3), specialist=boris)
    paid(salon, visit, 500)
    return [
        created(visit, WEB_GUEST),
        created(visit, desk),
        moved(visit, desk, start=NEXT_DAY, price=2000, details={"returned": "200.00"}),
        moved(visit, WEB_GUEST, specialist=boris),
        moved(other, desk, specialist=salon.specialist, start=NEXT_DAY),
        reminded(changed(visit), SYSTEM, hours=24),
        cancelled(visit, WEB_GUEST, returned="100.00", fee="100.00"),
        cancelled(visit, desk, reason="client_asked"),
        cancelled(visit, desk, reason="specialist_ill", returned="100.00", fee="0.00"),
        cancelled(visit, SYSTEM),
    ]


def deliveries(salon: Len, language: str) -> Iterator[Delivery]:
    """To everybody by every channel; a day and a broadcast, too."""
    broadcast = Broadcast.objects.create(company=salon.company, name="Spring", content_tg="<b>20%</b> off &amp; more")
    told = [
        salon.telling(event, role, Channel.TELEGRAM, language)
        for event in events(salon)
        for role in TOLD[Occasion(event.event_type)]
    ]
    summary = {"occasion": f"day:{salon.day(3)}", "event_type": "day_summary", "role": "specialist"}
    spread = {"occasion": f"broadcast:{broadcast.pk}", "event_type": "broadcast", "role": "client"}
    common = {"company": salon.company, "channel": Channel.TELEGRAM, "language": language}
    told.append(common | summary | {"user": salon.master})
    told.append(common | spread | {"client": salon.client, "broadcast": broadcast})
    for row in all_written(told):
        for channel in Channel:
            row.channel = channel
            yield copy(row)


def labels(message: Message) -> list[str]:
    return [button.text for row in message.buttons for button in row]


def parts(message: Message) -> list[str]:
    return [message.title, message.text, message.html, *labels(message)]


# --- the table


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_message_is_one_that_its_channel_takes(salon, language):
    told = list(deliveries(salon, language))

    problems = [(row.event_type, row.role, row.channel, each) for row in told for each in problems_of(row)]

    assert {(row.event_type, row.role, row.channel) for row in told} == {
        *((occasion, role, channel) for occasion, roles in TOLD.items() for role in roles for channel in Channel),
        *(("broadcast", RecipientRole.CLIENT, channel) for channel in Channel),
    }
    assert problems == []


def problems_of(delivery: Delivery) -> list[str]:
    message = render(delivery)
    found = {
        "empty": not message.text.strip(),
        "no title": delivery.channel in (Channel.WEB_PUSH, Channel.EMAIL) and not message.title,
        "gaps": any(has_gaps(text) or has_holes(text) for text in (message.title, message.text)),
        "not filled in": any(sign in part for part in parts(message) for sign in ("{{", "{%", "%(", "None")),
        "buttons": any(not is_in_the_grammar(each.callback) for each in callbacks(message)),
        "dead buttons": delivery.channel != Channel.TELEGRAM and bool(message.buttons),
        "target": message.target != delivery.target,
        "language": message.language != delivery.language,
        **limits_of(delivery, message),
    }
    return [problem for problem, is_there in found.items() if is_there]


GRAMMAR = re.compile(
    r"bkn:(edit|hide):\d+|bke:menu:\d+:n|m:ics:\d+|rm:\d+:(yes|move|no)|b:q:\d+:\d+:\d+|sp:o:\d+|sp:d:\d{8}"
)
"""Experience §3.3: what of it stands under a message."""


def is_in_the_grammar(callback: str) -> bool:
    """And so of 64 bytes at most, whatever the numbers."""
    return bool(GRAMMAR.fullmatch(callback)) and len(callback.encode()) <= 64


def has_gaps(text: str) -> bool:
    return bool(re.search(r"  |\n\n\n|^\s|\s$| \n|\n |\u00a0", text))


def has_holes(text: str) -> bool:
    """Where something was to be filled in."""
    return bool(re.search(r"\(\)|, ,|,$|: ?$|·$|— ?$| \.", text, re.MULTILINE))


def callbacks(message: Message) -> list:
    return [button for row in message.buttons for button in row if button.callback or not button.url]


def limits_of(delivery: Delivery, message: Message) -> dict[str, bool]:
    if delivery.channel == Channel.TELEGRAM:
        return {
            "HTML": bool(problem_in(message.text)),
            "too long": len(message.text.encode("utf-16-le")) // 2 > 4096 or len(message.text.encode()) > 32_768,
        }
    if delivery.channel == Channel.WEB_PUSH:
        return {
            "too long": len(payload_of(message).encode()) > 3000 or len(message.title + message.text) > 300,
            "tag": not re.fullmatch(r"[A-Za-z0-9_-]{1,32}", message.tag),
            "url": not message.url.startswith("https://okno.example.com/"),
        }
    if delivery.channel == Channel.EMAIL:
        return {"subject": "\n" in message.title or len(message.title) > 150, "HTML": not is_whole_html(message.html)}
    room = SMS_LETTERS_IN_GSM if GSM.issuperset(message.text) else SMS_LETTERS
    return {"two segments": "\n" in message.text or units(message.text) > room, "link": "https://" not in message.text}


def payload_of(message: Message) -> str:
    """As facts T6 write it."""
    notification = {"title": message.title, "body": message.text, "navigate": message.url, "tag": message.tag}
    return json.dumps({"web_push": 8030, "notification": notification}, ensure_ascii=False)


class Nesting(HTMLParser):
    """Whether what is opened is closed in order."""

    VOID = frozenset({"meta", "br", "hr"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.is_whole = True
        self.tags: set[str] = set()

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.open += [] if tag in self.VOID else [tag]

    def handle_endtag(self, tag):
        self.is_whole = self.is_whole and bool(self.open) and self.open.pop() == tag


def is_whole_html(html: str) -> bool:
    nesting = Nesting()
    nesting.feed(html)
    return nesting.is_whole and not nesting.open and "script" not in nesting.tags


def test_the_english_messages_are_english(salon):
    """But for names, which are Latin here."""
    name_in_latin(salon)

    russian = [(row.event_type, row.role, part) for row in deliveries(salon, "en") for part in russian_in(row)]

    assert russian == []


def test_the_russian_messages_are_russian(salon):
    english = [(row.event_type, row.role, part) for row in deliveries(salon, "ru") for part in english_in(row)]

    assert english == []


def name_in_latin(salon: Len) -> None:
    """Whatever a message may name."""
    Company.objects.update(name="Len")
    Location.objects.update(name="Centre", address="1 Linen St", directions="")
    Service.objects.update(name="Haircut")
    Specialist.objects.update(name="Anna")
    User.objects.update(full_name="Mary")
    salon.company.refresh_from_db()
    salon.typed = {"contact_name": "Ivan Petrov", "notes": "Shorter"}


def russian_in(delivery: Delivery) -> list[str]:
    return [part for part in parts(render(delivery)) if re.search("[А-Яа-яЁё]", part)]


def english_in(delivery: Delivery) -> list[str]:
    """But for links, the colleague's name, and what the salon wrote itself."""
    if delivery.broadcast is not None:
        return []
    message = render(delivery)
    seen = re.sub(r"https://\S+", "", " ".join([message.title, message.text, *labels(message)]))
    return [word for word in re.findall("[A-Za-z]{2,}", plain(seen)) if word != "Boris"]
