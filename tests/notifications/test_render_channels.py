"""The same by push, mail and SMS, and the calendar file that a mail brings."""

from datetime import timedelta

import pytest
from icalendar import Calendar

from accounts.values import SYSTEM, WEB_GUEST
from catalog.models import Location
from notifications.render import render
from notifications.values import Attachment, Channel
from tests.lasting import copied, lasting
from tests.notifications.stories import NEXT_DAY, Len, cancelled, changed, created, moved, reminded

pytestmark = pytest.mark.django_db

HOST = "https://okno.example.com"
CLIENT = "client"
FETCHED = ("<img", "<script", "<link", "@import", "url(")
"""What a mail would have to load from somewhere."""
FREE = "Перенести или отменить визит можно бесплатно до его начала."


built = lasting(Len)


@pytest.fixture
def salon(built, settings) -> Len:
    settings.PUBLIC_URL = HOST
    return copied(built)


@pytest.fixture
def desk(salon):
    return salon.actor(salon.admin)


def page(visit) -> str:
    return f"{HOST}/v/{visit.visit_token}/"


def lines(*rows: str) -> str:
    return "\n".join(rows)


def test_a_push_is_short_and_leads_to_the_visit(salon):
    visit = salon.booked()

    message = salon.says(created(visit, WEB_GUEST), CLIENT, Channel.WEB_PUSH)

    assert (message.title, message.text) == ("Вы записаны: ср 28 января, 14:00", "Стрижка, Анна, ул. Ленина, 5 · Лён")
    assert (message.url, message.tag, message.subject_id) == (page(visit), f"apt-{visit.pk}", visit.pk)
    assert (message.event, message.urgency, message.useful_for) == ("booking_created", "high", timedelta(hours=24))
    assert (message.is_bulk, message.is_silent, message.language) == (False, False, "ru")


def test_a_mail_says_it_as_text_too(salon):
    Location.objects.update(phone="+74951234567")
    visit = salon.booked()

    message = salon.says(created(visit, WEB_GUEST), CLIENT, Channel.EMAIL)

    assert message.title == "Вы записаны: ср 28 января, 14:00 · Лён"
    assert message.text == lines(
        f"Вы записаны · № {visit.pk}",
        "",
        "ср 28 января, 14:00–15:00",
        "Стрижка · Анна",
        "Центр, ул. Ленина, 5",
        "Вход со двора",
        "2 500 ₽",
        "",
        f"Перенести или отменить: {page(visit)}",
        "",
        FREE,
        "",
        "--",
        "Лён · +7 495 123-45-67",
    )


def test_a_mail_is_a_page_in_the_readers_language(salon):
    visit = salon.booked()

    html = salon.says(created(visit, WEB_GUEST), CLIENT, Channel.EMAIL).html

    assert '<html lang="ru">' in html
    assert 'name="color-scheme" content="light dark"' in html
    assert f'href="{page(visit)}"' in html
    assert "<b>ср\u00a028\u00a0января, 14:00–15:00</b><br>Стрижка · Анна<br>Центр, ул. Ленина, 5<br>" in html
    assert [tag for tag in FETCHED if tag in html] == []


@pytest.mark.parametrize("language", ["ru", "en"])
def test_an_sms_is_one_line_with_the_link(salon, language):
    visit = salon.booked()
    said = {
        "ru": "Лён. Вы записаны: ср 28 января, 14:00 — Стрижка, Анна, ул. Ленина, 5",
        "en": "Лён. You are booked: Wed 28 January, 2:00 pm — Стрижка, Анна, ул. Ленина, 5",
    }

    message = salon.says(created(visit, WEB_GUEST), CLIENT, Channel.SMS, language)

    assert message.text == f"{said[language]} {page(visit)}"


def test_an_sms_of_a_move_and_of_a_cancellation(salon, desk):
    visit = salon.booked()
    moving, cancelling = moved(visit, desk, start=NEXT_DAY), cancelled(visit, desk)

    texts = [salon.says(event, CLIENT, Channel.SMS).text for event in (moving, cancelling)]

    assert texts == [
        f"Лён. Ваш визит перенесён на чт 29 января, 10:30 — Стрижка, Анна. Было: ср 28… {page(visit)}",
        f"Лён. Ваш визит отменён: чт 29 января, 10:30 — Стрижка, Анна {page(visit)}",
    ]


# --- the calendar file


def test_a_mail_brings_the_visit_for_the_calendar(salon, desk):
    visit = salon.booked()
    events = [created(visit, WEB_GUEST), moved(visit, desk, start=NEXT_DAY)]

    for event in events:
        (file,) = salon.says(event, CLIENT, Channel.EMAIL).attachments

        assert (file.name, file.content_type) == ("visit.ics", "text/calendar; method=PUBLISH")
        assert method(file) == ("PUBLISH", "CONFIRMED")


def test_a_mail_takes_a_cancelled_visit_out_of_the_calendar(salon, desk):
    visit = salon.booked()

    (file,) = salon.says(cancelled(visit, desk), CLIENT, Channel.EMAIL).attachments

    assert file.content_type == "text/calendar; method=CANCEL"
    assert method(file) == ("CANCEL", "CANCELLED")


def test_a_reminder_and_other_channels_bring_no_file(salon):
    visit = salon.booked(salon.at(12, days=3))
    booked, reminder = created(visit, WEB_GUEST), reminded(visit, SYSTEM, hours=24)

    brought = [salon.says(booked, CLIENT, channel).attachments for channel in set(Channel) - {Channel.EMAIL}]

    assert [*brought, salon.says(reminder, CLIENT, Channel.EMAIL).attachments] == [(), (), (), ()]


def method(file: Attachment) -> tuple[str, str]:
    calendar = Calendar.from_ical(file.content)
    return str(calendar["method"]), str(calendar.walk("VEVENT")[0]["status"])


def test_a_guest_is_told_though_he_has_no_card(salon):
    visit = changed(salon.booked(), client=None)
    delivery = salon.told_of(created(visit, WEB_GUEST), CLIENT, Channel.SMS)
    delivery.client = None

    assert render(delivery).text.startswith("Лён. Вы записаны: ср 28 января, 14:00")
