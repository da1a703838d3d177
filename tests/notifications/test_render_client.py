"""What a client is told, as he reads it."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import translation

from accounts.values import SYSTEM, WEB_GUEST
from accounts.wording import NBSP
from booking.wording import long_day
from catalog.models import Location
from notifications.values import Button, Channel, Urgency
from tests.lasting import copied, lasting
from tests.notifications.stories import NEXT_DAY, THEN, Len, cancelled, created, moved, paid, reminded

pytestmark = pytest.mark.django_db

CLIENT = "client"
MAP = "https://www.openstreetmap.org/search?query=%D1%83%D0%BB.+%D0%9B%D0%B5%D0%BD%D0%B8%D0%BD%D0%B0%2C+5"
FREE = "Перенести или отменить визит можно бесплатно до его начала."


built = lasting(Len)


@pytest.fixture
def salon(built, settings) -> Len:
    settings.PUBLIC_URL = "https://okno.example.com"
    return copied(built)


@pytest.fixture
def desk(salon):
    return salon.actor(salon.admin)


def lines(*rows: str) -> str:
    return "\n".join(rows)


# --- booked


def test_a_client_who_booked_is_told_so(salon):
    visit = salon.booked()

    message = salon.says(created(visit, WEB_GUEST), CLIENT)

    assert message.text == lines(
        f"✅ <b>Вы записаны</b> · № {visit.pk}",
        "",
        "<b>ср 28 января, 14:00–15:00</b>",
        "Стрижка · Анна",
        "Центр, ул. Ленина, 5",
        "Вход со двора",
        "2 500 ₽",
        "",
        FREE,
    )
    assert message.buttons == (
        (Button("📆 В календарь", callback=f"m:ics:{visit.pk}"), Button("📍 Маршрут", url=MAP)),
        (Button("✏️ Изменить", callback=f"bke:menu:{visit.pk}:n"),),
    )


def test_a_client_who_booked_is_told_so_in_english(salon):
    visit = salon.booked()

    message = salon.says(created(visit, WEB_GUEST), CLIENT, language="en")

    assert message.text == lines(
        f"✅ <b>You are booked</b> · #{visit.pk}",
        "",
        "<b>Wed 28 January, 2:00 pm–3:00 pm</b>",
        "Стрижка · Анна",
        "Центр, ул. Ленина, 5",
        "Вход со двора",
        "2,500 ₽",
        "",
        "You can move or cancel the visit free of charge until it starts.",
    )


def test_a_client_whom_the_desk_booked_is_told_that(salon, desk):
    visit = salon.booked()

    message = salon.says(created(visit, desk), CLIENT)

    assert message.text.splitlines()[0] == f"✅ <b>Вас записали</b> · № {visit.pk}"


def test_the_rule_of_cancelling_is_said_with_its_deadline(salon):
    event = created(salon.booked(late_fee_percent=50), WEB_GUEST)

    with time_machine.travel(THEN - timedelta(hours=25)):
        early = salon.says(event, CLIENT)
    with time_machine.travel(THEN - timedelta(hours=23)):
        late = salon.says(event, CLIENT)

    assert [message.text.splitlines()[-1] for message in (early, late)] == [
        "Отмена бесплатна до вт 27 января, 14:00; позже из оплаченного удерживается 50% цены.",
        "Отменить бесплатно уже нельзя: из оплаченного удерживается 50% цены.",
    ]


@pytest.mark.parametrize(
    ("cash", "said"), [(2500, "2 500 ₽ · оплачено"), (500, "2 500 ₽ · оплачено 500 ₽, осталось 2 000 ₽")]
)
def test_what_was_paid_is_said(salon, cash, said):
    visit = salon.booked()
    paid(salon, visit, cash)

    assert said in salon.says(created(visit, WEB_GUEST), CLIENT).text.splitlines()


def test_nothing_that_whoever_booked_has_typed_comes_back(salon):
    """Or anybody could write what he likes to somebody else's telephone."""
    visit = salon.booked(contact_name="Call +7 900 now", notes="http://bad.example")
    event = created(visit, WEB_GUEST)

    texts = [part for channel in Channel for part in parts(salon.says(event, CLIENT, channel))]

    assert "bad.example" in salon.says(event, "admin").text  # there is something to leak
    assert [text for text in texts if "bad.example" in text or "Call" in text] == []


def test_a_place_without_an_address_is_named(salon):
    Location.objects.update(address="", directions="")
    visit = salon.booked(price=0)
    event = created(visit, WEB_GUEST)

    message = salon.says(event, CLIENT)

    assert message.text.splitlines()[2:-2] == ["<b>ср 28 января, 14:00–15:00</b>", "Стрижка · Анна", "Центр"]
    assert [button.text for row in message.buttons for button in row] == ["📆 В календарь", "✏️ Изменить"]
    assert salon.says(event, CLIENT, Channel.WEB_PUSH).text == "Стрижка, Анна, Центр · Лён"


def test_a_place_by_another_clock_names_it(salon):
    Location.objects.update(timezone="Asia/Tbilisi")
    visit = salon.booked()

    message = salon.says(created(visit, WEB_GUEST), CLIENT)

    assert message.text.splitlines()[2] == "<b>ср 28 января, 15:00–16:00 (UTC+4)</b>"


# --- moved


def test_a_moved_visit_says_what_it_was_and_what_it_is(salon, desk):
    visit = salon.booked()

    message = salon.says(moved(visit, desk, start=NEXT_DAY), CLIENT)

    assert message.text == lines(
        f"🕐 <b>Ваш визит перенесён</b> · № {visit.pk}",
        "",
        "Было: ср 28 января, 14:00",
        "Стало: <b>чт 29 января, 10:30–11:30</b>",
        "Стрижка · Анна",
        "Центр, ул. Ленина, 5",
        "Вход со двора",
        "2 500 ₽",
        "",
        FREE,
    )


def test_another_specialist_and_what_it_changes(salon, desk):
    visit = salon.booked()
    event = moved(visit, desk, specialist=salon.colleague("Борис"), price=2200, details={"returned": "300.00"})

    message = salon.says(event, CLIENT)

    assert message.text == lines(
        f"🕐 <b>У вашего визита другой мастер</b> · № {visit.pk}",
        "",
        "<b>ср 28 января, 14:00–15:00</b>",
        "Стрижка · Анна → Борис",
        "Центр, ул. Ленина, 5",
        "Вход со двора",
        "Цена: 2 500 ₽ → 2 200 ₽",
        "",
        "На ваш кошелёк вернули 300 ₽.",
        FREE,
    )


def test_a_visit_that_became_free_of_charge_says_so(salon, desk):
    visit = salon.booked()

    message = salon.says(moved(visit, desk, start=NEXT_DAY, price=0), CLIENT)

    assert "Цена: 2 500 ₽ → 0 ₽" in message.text.splitlines()


# --- cancelled


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ({}, "Приносим извинения за неудобство."),
        ({"reason": "client_asked"}, "Мы отменили его по вашей просьбе."),
        ({"reason": "specialist_ill"}, "Мастер не сможет принять вас в это время. Приносим извинения."),
        ({"reason": "mistake"}, "Запись была сделана по ошибке. Приносим извинения."),
    ],
)
def test_a_cancelled_visit_says_why_and_how_to_book_again(salon, desk, reason, said):
    visit = salon.booked()

    message = salon.says(cancelled(visit, desk, **reason), CLIENT)

    assert message.text == lines(
        f"❌ <b>Ваш визит отменён</b> · № {visit.pk}",
        "",
        "<b>ср 28 января, 14:00–15:00</b>",
        "Стрижка · Анна",
        "",
        said,
    )
    again = f"b:q:{salon.location.pk}:{salon.service.pk}:{salon.specialist.pk}"
    assert message.buttons == ((Button("📅 Записаться снова", callback=again),),)


def test_a_cancelled_visit_says_what_becomes_of_the_money(salon, desk):
    visit = salon.booked()
    paid(salon, visit, 500)

    message = salon.says(cancelled(visit, desk, returned="2000.00", fee="0.00"), CLIENT)

    assert message.text.splitlines()[-3:] == [
        "Приносим извинения за неудобство.",
        "На ваш кошелёк вернули 2 000 ₽.",
        "Внесённые в салоне 500 ₽ вернём там же.",
    ]


# --- reminded


def test_a_reminder_says_tomorrow_and_which_day_that_is(salon):
    visit = salon.booked(salon.at(18, 30, days=1))
    with translation.override("ru"):
        day = long_day(salon.day(1)).replace(NBSP, " ")

    message = salon.says(reminded(visit, SYSTEM, hours=24), CLIENT)

    assert message.text == lines(
        "⏰ Завтра в <b>18:30</b> — Стрижка, Анна, ул. Ленина, 5",
        "",
        f"{day}, 18:30–19:30",
        "Вход со двора",
        "",
        FREE,
    )
    assert message.buttons == (
        (
            Button("✅ Приду", callback=f"rm:{visit.pk}:yes"),
            Button("🕐 Перенести", callback=f"rm:{visit.pk}:move"),
            Button("❌ Не смогу", callback=f"rm:{visit.pk}:no"),
        ),
    )


@pytest.mark.parametrize(
    ("days", "language", "said"),
    [
        (0, "ru", "Сегодня в 23:59"),
        (1, "ru", "Завтра в 23:59"),
        (0, "en", "Today at 11:59 pm"),
        (1, "en", "Tomorrow at 11:59 pm"),
    ],
)
def test_today_and_tomorrow_are_those_of_the_reader_and_not_of_the_lead(salon, days, language, said):
    visit = salon.booked(salon.at(23, 59, days=days))

    message = salon.says(reminded(visit, SYSTEM, hours=24), CLIENT, Channel.WEB_PUSH, language)

    assert message.title == said


def test_today_is_that_of_the_location(salon):
    """Whenever this runs, it is already tomorrow on one of these islands or still yesterday on the other."""
    for zone in ("Pacific/Kiritimati", "Pacific/Pago_Pago"):
        Location.objects.update(timezone=zone)
        salon.location.refresh_from_db()
        visit = salon.booked(salon.at(23, 59, days=0))

        message = salon.says(reminded(visit, SYSTEM, hours=24), CLIENT, Channel.WEB_PUSH)

        assert message.title.startswith("Сегодня в 23:59 (UTC")


def test_a_reminder_long_before_names_the_day(salon):
    visit = salon.booked(salon.at(18, 30, days=9))
    local = visit.start_time.astimezone(salon.location.zone)

    title = salon.says(reminded(visit, SYSTEM, hours=240), CLIENT, Channel.WEB_PUSH, "en").title

    assert title == f"{local:%a} {local.day} {local:%B} at 6:30 pm"


@pytest.mark.parametrize(("hours", "urgency"), [(24, Urgency.NORMAL), (2, Urgency.HIGH)])
def test_a_reminder_is_of_use_until_the_visit_begins(salon, hours, urgency):
    visit = salon.booked(salon.at(12, days=3))
    event = reminded(visit, SYSTEM, hours=hours)

    message = salon.says(event, CLIENT, Channel.WEB_PUSH)

    left = visit.start_time - created(visit, SYSTEM).created_at
    assert abs(message.useful_for - left) < timedelta(seconds=30)
    assert message.urgency == urgency


@pytest.mark.parametrize(("hours", "coming", "silent"), [(2, True, True), (2, None, False), (24, True, False)])
def test_a_reminder_is_silent_for_whoever_has_said_that_he_is_coming(salon, hours, coming, silent):
    visit = salon.booked(salon.at(12, days=3), client_says_coming=coming)

    assert salon.says(reminded(visit, SYSTEM, hours=hours), CLIENT).is_silent is silent


def parts(message) -> list[str]:
    return [message.title, message.text, message.html]
