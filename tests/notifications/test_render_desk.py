"""What the desk is told, to the letter."""

from datetime import timedelta

import pytest

from accounts.values import SYSTEM, WEB_GUEST
from catalog.models import Location, Workplace
from notifications.values import Button, Channel
from tests.lasting import copied, lasting
from tests.notifications.stories import (
    AN_HOUR,
    NEXT_DAY,
    THEN,
    Len,
    cancelled,
    changed,
    created,
    moved,
    paid,
)

pytestmark = pytest.mark.django_db

HOST = "https://okno.example.com"
ADMIN = "admin"


built = lasting(Len)


@pytest.fixture
def salon(built, settings) -> Len:
    settings.PUBLIC_URL = HOST
    return copied(built)


@pytest.fixture
def desk(salon):
    return salon.actor(salon.admin)


def card(number: int, *more: str) -> str:
    """Source 001 §6.1, to the letter."""
    lines = [
        f"📅 Новая запись #{number}",
        "",
        "👤 Иван Петров",
        "📞 +7 999 123-45-67",
        "📍 Центр",
        "💇 Стрижка · 60 мин",
        "🕐 28.01.2026 14:00",
        "👨‍💼 Анна",
        *more,
    ]
    return "\n".join(lines)


# --- the operator's card


def test_the_card_is_that_of_source_001(salon):
    visit = salon.booked()

    message = salon.says(created(visit, WEB_GUEST), ADMIN)

    assert message.text == card(visit.pk)
    assert message.buttons == (
        (
            Button("✏️ Редактировать", callback=f"bkn:edit:{visit.pk}"),
            Button("🙈 Скрыть", callback=f"bkn:hide:{visit.pk}"),
        ),
    )


def test_the_card_in_english(salon):
    visit = salon.booked()

    message = salon.says(created(visit, WEB_GUEST), ADMIN, language="en")

    assert message.text == "\n".join(
        [
            f"📅 New booking #{visit.pk}",
            "",
            "👤 Иван Петров",
            "📞 +7 999 123-45-67",
            "📍 Центр",
            "💇 Стрижка · 60 min",
            "🕐 28 Jan 2026, 2:00 pm",
            "👨‍💼 Анна",
        ]
    )
    assert [button.text for row in message.buttons for button in row] == ["✏️ Edit", "🙈 Hide"]


def test_the_card_adds_the_chair_the_wish_and_what_was_paid(salon):
    chair = Workplace.objects.create(location=salon.location, name="Кресло 1")
    visit = salon.booked(workplace=chair, notes="Покороче\nи с чаем")
    paid(salon, visit, 1000)

    message = salon.says(created(visit, WEB_GUEST), ADMIN)

    assert message.text == card(
        visit.pk, "💺 Кресло 1", "💬 Покороче и с чаем", "💳 Уже оплачено: 1 000 ₽, осталось 1 500 ₽"
    )


def test_a_guest_without_name_and_phone_has_a_card(salon):
    visit = salon.booked(client=None, contact_name="", contact_phone="")

    message = salon.says(created(visit, WEB_GUEST), ADMIN)

    expected = card(visit.pk).replace("Иван Петров", "Гость").replace("📞 +7 999 123-45-67\n", "")
    assert message.text == expected


def test_a_long_wish_is_shortened(salon):
    visit = salon.booked(notes="слово " * 1000)

    wish = salon.says(created(visit, WEB_GUEST), ADMIN).text.splitlines()[-1]

    assert wish == "💬 " + "слово " * 32 + "слово…"


def test_a_clock_that_is_not_the_companys_is_named(salon):
    Location.objects.filter(pk=salon.location.pk).update(timezone="Asia/Tbilisi")
    visit = salon.booked()

    message = salon.says(created(visit, WEB_GUEST), ADMIN)

    assert message.text == card(visit.pk).replace("28.01.2026 14:00", "28.01.2026 15:00 (UTC+4)")


def test_a_moved_visit_says_from_when_to_when(salon, desk):
    visit = salon.booked()
    event = moved(visit, desk, start=NEXT_DAY)

    message = salon.says(event, ADMIN)

    _, *rest = card(visit.pk).replace("28.01.2026 14:00", "29.01.2026 10:30").splitlines()
    assert message.text.splitlines() == [f"🕐 Перенесена #{visit.pk}: 28.01 14:00 → 29.01 10:30", *rest]
    assert message.buttons[0][0].callback == f"bkn:edit:{visit.pk}"


def test_a_move_is_told_as_it_was_though_the_visit_has_moved_on(salon, desk):
    visit = salon.booked()
    event = moved(visit, desk, start=NEXT_DAY)
    later = THEN + timedelta(days=300)
    changed(visit, start_time=later, end_time=later + 2 * AN_HOUR, busy_until=later + 2 * AN_HOUR)

    lines = salon.says(event, ADMIN).text.splitlines()

    assert lines[0] == f"🕐 Перенесена #{visit.pk}: 28.01 14:00 → 29.01 10:30"
    assert lines[5:7] == ["💇 Стрижка · 60 мин", "🕐 29.01.2026 10:30"]


def test_another_specialist_is_named_beside_the_former_one(salon, desk):
    visit = salon.booked()
    event = moved(visit, desk, specialist=salon.colleague("Борис"))

    lines = salon.says(event, ADMIN).text.splitlines()

    assert lines[0] == f"👨‍💼 Другой мастер у #{visit.pk}: Анна → Борис"
    assert lines[-1] == "👨‍💼 Анна → Борис"


@pytest.mark.parametrize(
    ("by", "said"),
    [("client", "Кто отменил: клиент"), ("admin", "Кто отменил: Мария"), ("system", "Кто отменил: система")],
)
def test_a_cancellation_says_who_did_it(salon, desk, by, said):
    visit = salon.booked()
    event = cancelled(visit, {"client": WEB_GUEST, "admin": desk, "system": SYSTEM}[by])

    message = salon.says(event, ADMIN)

    assert message.text == card(visit.pk).replace("📅 Новая запись", "❌ Отменена запись").replace(
        "\n\n", f"\n{said}\n\n"
    )


def test_a_cancellation_says_why_and_what_became_of_the_money(salon, desk):
    visit = salon.booked()
    paid(salon, visit, 1500)
    event = cancelled(visit, desk, reason="specialist_ill", returned="1000.00", fee="500.00")

    lines = salon.says(event, ADMIN).text.splitlines()

    assert lines[1] == "Кто отменил: Мария · Мастер заболел"
    assert lines[-3:] == [
        "💳 Вернулось на кошелёк: 1 000 ₽",
        "💳 Удержано: 500 ₽",
        "💳 Вернуть клиенту: 1 000 ₽",
    ]


def test_the_desk_by_other_channels(salon):
    visit = salon.booked()
    event = created(visit, WEB_GUEST)
    page = f"{HOST}/admin/booking/appointment/{visit.pk}/change/"

    push, mail = salon.says(event, ADMIN, Channel.WEB_PUSH), salon.says(event, ADMIN, Channel.EMAIL)

    assert (push.title, push.text, push.url) == (
        f"Новая запись #{visit.pk}: ср 28 января, 14:00",
        "Стрижка · 60 мин, Анна, Иван Петров · Лён",
        page,
    )
    assert mail.title == f"Новая запись #{visit.pk}: ср 28 января, 14:00 · Лён"
    assert mail.text.removeprefix(f"Новая запись #{visit.pk}\n\n") == "\n".join(
        [*card(visit.pk).splitlines()[2:], "", f"Открыть в консоли: {page}", "", "--", "Лён"]
    )
    assert mail.attachments == push.attachments == ()
