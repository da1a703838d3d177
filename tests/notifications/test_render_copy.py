"""What the salon wrote itself: advertisements that follow messages, and broadcasts."""

from datetime import timedelta

import pytest

from accounts.values import SYSTEM, WEB_GUEST
from notifications.models import AdTemplate, Broadcast, NotificationSetting
from notifications.render import render
from notifications.render.copy import Copy
from notifications.values import TOLD, Channel, Occasion, Urgency
from tests.lasting import copied, lasting
from tests.notifications.stories import NEXT_DAY, Len, cancelled, created, moved, reminded, written

pytestmark = pytest.mark.django_db

HOST = "https://okno.example.com"
IN_TELEGRAM = '<b>Скидка 10%</b> на укладку: <a href="https://len.example/">подробнее</a>'
AS_TEXT = "Скидка 10% на укладку: подробнее (https://len.example/)"
AS_HTML = '<b>Скидка 10%</b> на укладку: <a href="https://len.example/" rel="noopener noreferrer">подробнее</a>'


built = lasting(Len)


@pytest.fixture
def salon(built, settings) -> Len:
    settings.PUBLIC_URL = HOST
    return copied(built)


@pytest.fixture
def booked(salon):
    return created(salon.booked(), WEB_GUEST)


def advertise(salon: Len, occasion: str = "booking_created", role: str = "client", **fields) -> None:
    ad = AdTemplate.objects.create(company=salon.company, **{"name": occasion, "content_tg": IN_TELEGRAM} | fields)
    rows = NotificationSetting.objects.filter(company=salon.company, event_type=occasion, recipient_role=role)
    assert rows.update(ad_template=ad) == 1


# --- advertisements


def test_an_advertisement_follows_after_an_empty_line(salon, booked):
    plain = salon.says(booked, "client").text
    advertise(salon)

    assert salon.says(booked, "client").text == f"{plain}\n\n{IN_TELEGRAM}"


def test_an_advertisement_in_a_mail(salon, booked):
    without = salon.says(booked, "client", Channel.EMAIL)
    advertise(salon)

    mail = salon.says(booked, "client", Channel.EMAIL)

    assert mail.text == without.text.replace("\n\n--\n", f"\n\n{AS_TEXT}\n\n--\n")
    assert AS_HTML in mail.html
    assert AS_HTML not in without.html


def test_a_mail_has_its_own_words_if_they_were_written(salon, booked):
    advertise(salon, content_html="<h2>Скидка</h2><p>10&nbsp;%</p>")

    mail = salon.says(booked, "client", Channel.EMAIL)

    assert "<h2>Скидка</h2><p>10&nbsp;%</p>" in mail.html
    assert AS_TEXT in mail.text


def test_no_advertisement_follows_an_sms(salon, booked):
    without = salon.says(booked, "client", Channel.SMS)
    advertise(salon)

    assert salon.says(booked, "client", Channel.SMS).text == without.text


def test_a_push_takes_an_advertisement_only_whole(salon, booked):
    without = salon.says(booked, "client", Channel.WEB_PUSH).text
    advertise(salon, content_tg="<b>Укладка</b> −10%")
    with_a_short_one = salon.says(booked, "client", Channel.WEB_PUSH).text
    AdTemplate.objects.update(content_tg="слово " * 20)

    assert with_a_short_one == f"{without}\n\nУкладка −10%"
    assert salon.says(booked, "client", Channel.WEB_PUSH).text == without


def test_an_advertisement_is_for_whom_and_what_it_was_set(salon, booked):
    advertise(salon)
    reminder = reminded(salon.booked(salon.at(12, days=3)), SYSTEM, hours=24)

    others = [
        salon.says(booked, "admin").text,
        salon.says(booked, "specialist").text,
        salon.says(reminder, "client").text,
    ]

    assert [text for text in others if "Скидка" in text] == []


def test_an_advertisement_may_be_set_for_every_occasion(salon):
    for occasion, roles in TOLD.items():
        for role in roles:
            advertise(salon, occasion, role, name=f"{occasion} {role}")
    desk, visit = salon.actor(salon.admin), salon.booked()
    events = [
        created(visit, desk),
        moved(visit, desk, start=NEXT_DAY),
        reminded(visit, SYSTEM, hours=24),
        cancelled(visit, desk),
    ]

    missing = [
        (event.event_type, role)
        for event in events
        for role in TOLD[Occasion(event.event_type)]
        if not salon.says(event, role).text.endswith(f"\n\n{IN_TELEGRAM}")
    ]

    assert missing == []


@pytest.mark.parametrize("fields", [{"active": False}, {"valid_until": "2020-01-01T00:00Z"}])
def test_an_advertisement_that_has_ended_is_not_shown(salon, booked, fields):
    without = salon.says(booked, "client").text
    advertise(salon, **fields)

    assert salon.says(booked, "client").text == without


@pytest.mark.parametrize(
    ("written_html", "shown"),
    [
        ("<script>alert(1)</script><b>b</b>", "<b>b</b>"),
        ("<style>p{}</style><p style='position:fixed' onclick='x()' class='c'>p</p>", "<p>p</p>"),
        ("<img src='https://track.example/1.gif'>text", "text"),
        ("<form action='/x'><input name='card'>f</form><iframe src='//x'></iframe>", "f"),
        ("<a href='javascript:alert(1)'>js</a>", '<a rel="noopener noreferrer">js</a>'),
        ("<a href='data:text/html,x'>data</a>", '<a rel="noopener noreferrer">data</a>'),
        ("<a href='/admin/'>relative</a>", '<a rel="noopener noreferrer">relative</a>'),
        (
            "<a href='https://a.example' target='_blank' rel='opener'>a</a>",
            '<a href="https://a.example" rel="noopener noreferrer">a</a>',
        ),
        ("<b>never closed", "<b>never closed</b>"),
        ("</td></tr></table><b>out</b>", "<b>out</b>"),
        ("<!-- hidden -->1 < 2 & 3", "1 &lt; 2 &amp; 3"),
        ("<ul><li>one</ul><blockquote>two</blockquote><br>", "<ul><li>one</li></ul><blockquote>two</blockquote><br>"),
    ],
)
def test_html_for_mails_keeps_words_and_emphasis_alone(written_html, shown):
    assert Copy("", written_html).html == shown


# --- broadcasts


def broadcast_to(salon: Len, channel: str, language: str = "ru", **fields):
    fields = {"name": "Весна в «Лёне»", "content_tg": f"Всем привет!\n\n{IN_TELEGRAM}"} | fields
    broadcast = Broadcast.objects.create(company=salon.company, **fields)
    delivery = written(
        company=salon.company, client=salon.client, broadcast=broadcast, event_type="broadcast",
        occasion=f"broadcast:{broadcast.pk}", role="client", channel=channel, language=language,
    )  # fmt: skip
    return render(delivery)


def test_a_broadcast_in_telegram_is_what_was_written(salon):
    message = broadcast_to(salon, Channel.TELEGRAM)

    assert message.text == f"Всем привет!\n\n{IN_TELEGRAM}"
    assert (message.buttons, message.attachments, message.subject_id) == ((), (), 0)


@pytest.mark.parametrize("channel", Channel)
def test_a_broadcast_lets_everything_else_pass(salon, channel):
    message = broadcast_to(salon, channel)

    assert (message.is_bulk, message.urgency, message.useful_for) == (True, Urgency.LOW, timedelta(hours=12))
    assert (message.event, message.url) == ("broadcast", f"{HOST}/")
    assert message.tag.startswith("broadcast-")


def test_a_broadcast_by_push_has_its_name_as_title(salon):
    message = broadcast_to(salon, Channel.WEB_PUSH)

    assert (message.title, message.text) == ("Весна в «Лёне»", f"Всем привет!\n\n{AS_TEXT}")


@pytest.mark.parametrize(
    ("language", "said", "label"),
    [
        ("ru", "Чтобы не получать предложений, ответьте на это письмо или скажите нам в салоне.", "Записаться"),
        ("en", "To get no more offers, answer this mail or tell us at the salon.", "Book a visit"),
    ],
)
def test_a_broadcast_by_mail_says_how_to_stop_it(salon, language, said, label):
    message = broadcast_to(salon, Channel.EMAIL, language)

    assert message.title == "Весна в «Лёне» · Лён"
    assert message.text == "\n\n".join(
        ["Весна в «Лёне»", "Всем привет!", AS_TEXT, f"{label}: {HOST}/", said, "--\nЛён"]
    )
    assert f"Всем привет!<br><br>{AS_HTML}" in message.html
    assert said in message.html


def test_a_long_broadcast_is_whole_where_it_can_be(salon):
    text = "слово " * 500

    messages = {channel: broadcast_to(salon, channel, content_tg=text).text for channel in Channel}

    assert messages[Channel.TELEGRAM] == text.strip()
    assert text.strip() in messages[Channel.EMAIL]
    assert len(messages[Channel.WEB_PUSH]) <= 300
    assert messages[Channel.SMS].endswith(f"… {HOST}/")


def test_a_broadcast_costs_no_statement(salon, django_assert_num_queries):
    broadcast = Broadcast.objects.create(company=salon.company, name="Весна", content_tg="Скидка")
    delivery = written(
        company=salon.company, client=salon.client, broadcast=broadcast, event_type="broadcast",
        occasion=f"broadcast:{broadcast.pk}", role="client", channel=Channel.EMAIL, language="ru",
    )  # fmt: skip

    with django_assert_num_queries(0):
        render(delivery)
