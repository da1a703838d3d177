"""What a specialist is told: of his visits without their money, and in the morning of his day."""

from datetime import timedelta

import pytest

from accounts.values import SYSTEM, WEB_GUEST
from catalog.models import Location
from notifications.render import render
from notifications.values import Button, Channel, Urgency
from tests.lasting import copied, lasting
from tests.notifications.stories import (
    NEXT_DAY,
    Len,
    cancelled,
    changed,
    created,
    moved,
    paid,
    reminded,
    written,
)

pytestmark = pytest.mark.django_db

HOST = "https://okno.example.com"
ADMIN, SPECIALIST = "admin", "specialist"


built = lasting(Len)


@pytest.fixture
def salon(built, settings) -> Len:
    settings.PUBLIC_URL = HOST
    return copied(built)


@pytest.fixture
def desk(salon):
    return salon.actor(salon.admin)


def test_a_specialist_is_told_of_a_new_visit_and_of_no_money(salon):
    visit = salon.booked(notes="Покороче")
    paid(salon, visit, 2500)

    message = salon.says(created(visit, WEB_GUEST), SPECIALIST)

    assert message.text == "\n".join(
        [
            f"📅 <b>К вам новая запись</b> #{visit.pk}",
            "",
            "👤 Иван Петров",
            "📞 +7 999 123-45-67",
            "📍 Центр",
            "💇 Стрижка · 60 мин",
            "🕐 ср 28 января, 14:00–15:00",
            "💬 Покороче",
        ]
    )
    change = Button("✏️ Изменить", callback=f"bke:menu:{visit.pk}:n")
    assert message.buttons == ((Button("Открыть", callback=f"sp:o:{visit.pk}"), change),)


def test_a_specialist_opens_a_visit_that_is_his_and_else_the_day_that_has_room_now(salon, desk):
    kept = moved(salon.booked(), desk, start=NEXT_DAY)
    lost = moved(kept.appointment, desk, start=NEXT_DAY + timedelta(days=2), specialist=salon.colleague("Борис"))
    given_up = cancelled(salon.booked(), desk)

    pressed = [callbacks(salon.says(event, SPECIALIST)) for event in (kept, lost, given_up)]

    number = kept.appointment.pk
    assert pressed == [[f"sp:o:{number}", f"bke:menu:{number}:n"], ["sp:d:20260129"], ["sp:d:20260128"]]


def test_a_specialists_other_channels_have_links(salon):
    visit = salon.booked()
    event = created(visit, WEB_GUEST)
    page = f"{HOST}/admin/booking/appointment/{visit.pk}/change/"

    push, mail = salon.says(event, SPECIALIST, Channel.WEB_PUSH), salon.says(event, SPECIALIST, Channel.EMAIL)

    assert (push.url, push.buttons, mail.buttons) == (page, (), ())
    assert f"Открыть в консоли: {page}" in mail.text


def test_no_message_to_a_specialist_names_a_sum(salon, desk):
    visit = salon.booked()
    paid(salon, visit, 2500)
    events = [
        created(visit, desk),
        moved(visit, desk, start=NEXT_DAY, price=3000, details={"returned": "700.00"}),
        cancelled(visit, desk, returned="1500.00", fee="100.00"),
        reminded(visit, SYSTEM, hours=2),
    ]

    texts = [
        part
        for event in events
        for channel in Channel
        for message in [salon.says(event, SPECIALIST, channel)]
        for part in (message.title, message.text, message.html)
    ]

    assert "₽" in salon.says(events[1], ADMIN).text  # there is something to leak
    assert [text for text in texts if "₽" in text] == []


def test_a_specialist_hears_of_a_visit_that_was_given_to_him(salon, desk):
    boris = salon.colleague("Борис")
    visit = salon.booked(specialist=boris)
    event = moved(visit, desk, specialist=salon.specialist)

    lines = salon.says(event, SPECIALIST).text.splitlines()

    assert lines[0] == f"👨‍💼 Запись #{visit.pk} теперь ваша: ср 28 января, 14:00"
    assert lines[3] == "📞 +7 999 123-45-67"
    assert lines[-1] == "👨‍💼 Борис → Анна"


def test_a_specialist_who_has_lost_a_visit_hears_that_and_no_more_of_the_client(salon, desk):
    visit = salon.booked(notes="Покороче")
    event = moved(visit, desk, specialist=salon.colleague("Борис"))

    message = salon.says(event, SPECIALIST)

    assert message.text == "\n".join(
        [
            f"👨‍💼 Запись #{visit.pk} передана коллеге: ср 28 января, 14:00",
            "",
            "👤 Иван Петров",
            "📍 Центр",
            "💇 Стрижка · 60 мин",
            "🕐 ср 28 января, 14:00–15:00",
            "👨‍💼 Анна → Борис",
        ]
    )
    assert message.url == f"{HOST}/admin/booking/appointment/?when=today"


@pytest.mark.parametrize(
    ("hours", "urgency"), [(24, Urgency.NORMAL), (3, Urgency.NORMAL), (2, Urgency.HIGH), (1, Urgency.HIGH)]
)
def test_a_specialists_reminder_is_short(salon, hours, urgency):
    visit = salon.booked(salon.at(18, 30, days=1))

    message = salon.says(reminded(visit, SYSTEM, hours=hours), SPECIALIST)

    assert message.text == "⏰ Завтра в <b>18:30</b> — Стрижка, Иван Петров\n\n📍 Центр"
    assert callbacks(message) == [f"sp:o:{visit.pk}"]
    assert message.urgency == urgency


def callbacks(message) -> list[str]:
    return [button.callback for row in message.buttons for button in row]


# --- his day


def morning(salon: Len, days: int = 3, channel: str = Channel.TELEGRAM, language: str = "ru"):
    return written(
        company=salon.company, user=salon.master, occasion=f"day:{salon.day(days)}", event_type="day_summary",
        role=SPECIALIST, channel=channel, language=language, useful_until=salon.at(20, days=days),
    )  # fmt: skip


def test_a_day_lists_its_visits_in_all_locations_by_their_clocks(salon):
    tbilisi = Location.objects.create(
        company=salon.company, name="Сабуртало", slug="saburtalo", timezone="Asia/Tbilisi"
    )
    for hour, place in ((12, salon.location), (10, salon.location), (15, tbilisi)):
        visit = salon.visit(hour, name="Иван Петров")
        changed(visit, location=place)
    changed(salon.visit(17), status="CANCELLED")
    salon.visit(10, days=4)

    message = render(morning(salon))

    assert message.text == "\n".join(
        [
            "☀️ <b>Сегодня 3 визита, первый в 10:00</b>",
            "",
            "📍 Центр",
            "10:00–11:00 Иван Петров — Стрижка",
            "12:00–13:00 Иван Петров — Стрижка",
            "📍 Сабуртало (UTC+4)",
            "16:00–17:00 Иван Петров — Стрижка",
        ]
    )
    assert message.buttons == ((Button("Открыть день", callback=f"sp:d:{salon.day(3):%Y%m%d}"),),)


def test_a_day_by_push(salon):
    for hour in (10, 12):
        salon.visit(hour, name="Иван Петров")

    message = render(morning(salon, channel=Channel.WEB_PUSH, language="en"))

    assert (message.title, message.text) == (
        "2 visits today, the first at 10:00 am",
        "10:00 am–11:00 am Иван Петров — Стрижка · Лён",
    )
    assert (message.url, message.tag) == (f"{HOST}/admin/booking/appointment/?when=today", f"day-{salon.day(3)}")


@pytest.mark.parametrize(
    ("hours", "title"),
    [
        ([], "Сегодня визитов нет"),
        ([10], "Сегодня один визит, в 10:00"),
        ([10, 11], "Сегодня 2 визита, первый в 10:00"),
        ([9, 10, 11, 12, 13], "Сегодня 5 визитов, первый в 09:00"),
    ],
)
def test_a_day_counts_in_russian(salon, hours, title):
    for hour in hours:
        salon.visit(hour)

    assert render(morning(salon, channel=Channel.WEB_PUSH)).title == title


def test_a_day_of_a_colleague_is_not_told(salon):
    boris = salon.colleague("Борис")
    changed(salon.visit(10), specialist=boris)

    assert render(morning(salon)).text == "☀️ <b>Сегодня визитов нет</b>\n\nВсе перенесены или отменены."
