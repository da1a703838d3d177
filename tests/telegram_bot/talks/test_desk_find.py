"""🔎 A client found at the desk, and his card."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django_redis import get_redis_connection

from accounts.models import Client
from accounts.values import Role
from booking.models import Appointment, Status
from telegram_bot.callbacks import CLIENT_CARD, EDIT, FIND, NEW_PLACE
from tests.booking.rows import put
from tests.booking.steps import cashier_of
from tests.factories import Salon, make_client, make_location, make_specialist
from tests.lasting import copied, lasting
from tests.telegram_bot.desk import a_moment_later, at_the_desk, data_of, opens, staff, toasts
from tests.telegram_bot.talks.world import OUTDATED
from wallet.commands import deposit
from wallet.values import Method

pytestmark = pytest.mark.django_db

NOBODY = "Nobody was found. Write four digits or more, another spelling of the name, or the whole number."


built = lasting(Salon)


@pytest.fixture
def salon(built) -> Salon:
    return copied(built)


@pytest.fixture
def maria(salon) -> Client:
    return make_client(salon.company, first_name="Мария", last_name="Алёхина", phone="+79991234567", tg_id=55)


def finds(talker, salon, language="en", role=Role.ADMIN, tg_id=101):
    return opens(at_the_desk(talker, salon, role, language, tg_id), FIND())


def put_on(salon: Salon, days: int, hour: int = 10, **fields) -> Appointment:
    start = salon.at(hour, days=days)
    end = start + timedelta(hours=1)
    return put(salon, start_time=start, end_time=end, busy_until=end, **fields)


# --- finding ----------------------------------------------------------------------------------------------------------


HER_CARD = "👤 Мария Алёхина\n📞 +7 999 123-45-67 ✈️ Telegram\n"
HERS = ["4567", "…45-67", "89991234567", "+7 (999) 123-45-67", "мария", "Алехина Мар", "мар алёх"]


@pytest.mark.parametrize(("role", "language"), [(Role.ADMIN, "ru"), (Role.OPERATOR, "en")])
def test_one_client_is_shown_at_once(salon, talker, maria, language, role):
    make_client(salon.company)
    desk = at_the_desk(talker, salon, role, language)

    shown = {typed: opens(a_moment_later(desk), FIND()).says(typed).text for typed in HERS}

    assert {typed: text for typed, text in shown.items() if not text.startswith(HER_CARD)} == {}


def test_the_command_asks_the_same(salon, talker, maria):
    desk = at_the_desk(talker, salon).says("/find").says("4567")

    assert desk.text.startswith("👤 Мария Алёхина")


def test_several_are_shown_to_choose_from(salon, talker, maria):
    other = make_client(salon.company, first_name="Анна", phone="+79997654567")

    desk = finds(talker, salon).says("4567")

    assert desk.text == "🔎 Which of them?"
    assert desk.labels == [["Анна · +7 999 765-45-67"], ["Мария Алёхина · +7 999 123-45-67"], ["🏠 To the menu"]]
    assert data_of(desk)[0] == [CLIENT_CARD(client=other.pk)]
    assert desk.taps("Мария").text.startswith("👤 Мария Алёхина")


def test_too_many_ask_for_more(salon, talker):
    for number in range(9):
        make_client(salon.company, first_name="Ivan", last_name=f"{number}")

    desk = finds(talker, salon).says("ivan")

    assert desk.text.endswith("There are more of them: write more of the name or of the number.")
    assert [len(row) for row in desk.labels] == [1] * 9


NOBODYS = ["9999", "567", "Пётр", "м", "ария", "%", "_____", "'; DROP TABLE", "<b>", "0" * 300]


def test_whoever_is_not_there_is_not_found(salon, talker, maria):
    desk, shown = at_the_desk(talker, salon), {}

    for typed in NOBODYS:
        opens(a_moment_later(desk), FIND()).says(typed)
        shown[typed] = (desk.text, desk.labels)

    found = (NOBODY, [["➕ Book for somebody new"], ["🏠 To the menu"]])
    assert shown == dict.fromkeys(NOBODYS, found)


def test_whoever_types_again_searches_again(salon, talker, maria):
    desk = finds(talker, salon).says("9999")
    assert desk.text == NOBODY

    assert desk.says("4567").text.startswith("👤 Мария")
    assert desk.says("nobody").text == NOBODY


def test_a_shared_contact_is_found_by_its_number(salon, talker, maria):
    desk = finds(talker, salon).shares_phone("79991234567", user_id=0)

    assert desk.text.startswith("👤 Мария")


def test_a_shared_contact_is_found_by_its_chat(salon, talker, maria):
    desk = finds(talker, salon).shares_phone("79990009999", user_id=55)

    assert desk.text.startswith("👤 Мария")


def test_whoever_wrote_what_is_forwarded_is_found(salon, talker, maria):
    desk = finds(talker, salon).forwards({"id": 55, "is_bot": False, "first_name": "Masha"}, "Can I come today?")

    assert desk.text.startswith("👤 Мария")


def test_who_hides_behind_a_name_is_looked_for_by_what_he_wrote(salon, talker, maria):
    assert finds(talker, salon).forwards("Masha", "Can I come today?").text == NOBODY


CONTACTS = [("123", 0), ("", 77), ("79990009999", 77)]


def test_a_contact_of_nobody_is_not_found(salon, talker, maria):
    desk, shown = at_the_desk(talker, salon), {}

    for phone, user_id in CONTACTS:
        opens(a_moment_later(desk), FIND()).shares_phone(phone, user_id=user_id)
        shown[phone, user_id] = desk.text

    assert shown == dict.fromkeys(CONTACTS, NOBODY)


def test_inactive_clients_are_not_offered(salon, talker, maria):
    Client.objects.filter(pk=maria.pk).update(is_active=False)

    assert finds(talker, salon).says("4567").text == NOBODY


def test_clients_of_another_company_are_not_found(salon, talker):
    stranger = make_client(Salon().company, first_name="Мария", phone="+79991234567", tg_id=55)
    desk = finds(talker, salon)

    assert desk.says("4567").text == NOBODY
    assert desk.says("Мария").text == NOBODY
    assert desk.shares_phone("79991234567", user_id=55).text == NOBODY
    assert opens(desk, CLIENT_CARD(client=stranger.pk)).toast == OUTDATED


def test_nothing_of_what_was_typed_is_kept_in_redis(salon, talker, maria):
    finds(talker, salon).says("4567").says("89991234567")

    redis = get_redis_connection()
    kept = b" ".join(key + (redis.get(key) or b"") for key in redis.keys("*") if redis.type(key) == b"string")
    assert b"4567" not in kept


def test_without_its_question_an_answer_leads_to_the_menu(salon, talker, maria):
    """Forgotten after half an hour, or with the whole of Redis."""
    desk = at_the_desk(talker, salon).says("/menu")
    menu = desk.text
    opens(desk, FIND())
    get_redis_connection().delete(f"fsm:{desk.tg_id}")

    assert desk.says("4567").text == menu


def test_who_is_no_longer_at_the_desk_finds_nobody(salon, talker, maria):
    desk = finds(talker, salon)
    staff_user = salon.company.staff.get(tg_id=desk.tg_id)
    staff_user.role = Role.SPECIALIST
    staff_user.save(update_fields=["role"])
    get_redis_connection().delete(f"tg_user:{desk.tg_id}")

    desk.says("4567")

    assert "Мария" not in desk.text


@pytest.mark.parametrize("role", [Role.SPECIALIST, Role.ACCOUNTANT, Role.CLIENT])
def test_nobody_else_finds_clients(salon, talker, maria, role):
    if role != Role.CLIENT:
        staff(salon.company, 9, role)
    somebody = talker(9, language="en").says("/menu")

    for data in (FIND(), CLIENT_CARD(client=maria.pk)):
        assert opens(a_moment_later(somebody), data).toast == OUTDATED
    assert "Мария" not in somebody.says("/find").says("4567").text


# --- the card ---------------------------------------------------------------------------------------------------------


def test_the_card_of_a_client(salon, talker, maria):
    Client.objects.filter(pk=maria.pk).update(notes="Tea <b>without</b> sugar", priority="VIP")
    deposit(maria.pk, Decimal(3200), cashier_of(salon), method=Method.CASH, description="", reference="1")
    coming = put_on(salon, 1, client=maria)
    put_on(salon, -1, 12, client=maria, status=Status.NO_SHOW)
    put_on(salon, -2, 13, client=maria, status=Status.COMPLETED)

    desk = finds(talker, salon).says("4567")

    lines = desk.text.splitlines()
    assert lines[:4] == [
        "👤 Мария Алёхина · VIP", "📞 +7 999 123-45-67 ✈️ Telegram", "👛 In the wallet: 3,200 ₽", "",
    ]  # fmt: skip
    assert lines[4] == "📝 Tea <b>without</b> sugar"
    assert [line.rpartition(" · ")[2] for line in lines[-3:-1]] == ["No-show", "Completed"]
    assert lines[-1] == "Did not come 1 time"
    assert data_of(desk) == [
        [EDIT(id=coming.pk, return_to=f"c{CLIENT_CARD(client=maria.pk).rpartition(':')[2]}")],
        [NEW_PLACE(whom=maria.pk)],
        [FIND(), "n:home"],
    ]


def test_holds_and_what_became_of_them_are_no_visits(salon, talker, maria):
    put_on(salon, 1, client=maria, status=Status.HOLD, expires_at=salon.at(9, days=1))
    put_on(salon, 1, 12, client=maria, status=Status.EXPIRED)
    put_on(salon, 1, 14, client=maria, status=Status.CANCELLED)  # without ever having been booked

    desk = finds(talker, salon).says("4567")

    assert "visits" not in desk.text


def test_an_operator_sees_the_visits_of_his_location(salon, talker, maria):
    here, there = make_location(salon.company), salon.location
    put_on(salon, 1, client=maria)
    mine = put_on(salon, 2, client=maria, location=here, specialist=make_specialist(here))
    user = staff(salon.company, 9, Role.OPERATOR)
    user.locations.add(here)

    desk = opens(talker(9, language="en").says("/menu"), FIND()).says("4567")

    assert [data[0] for data in data_of(desk) if data[0].startswith("bke:")] == [
        EDIT(id=mine.pk, return_to=data_of(desk)[0][0].rpartition(":")[2])
    ]
    assert there.pk != here.pk


def test_names_and_notes_are_never_markup(salon, talker):
    make_client(salon.company, first_name='<b>&"Ко"', last_name="{{7*7}}", notes="</b><i>" * 300, phone="+79990004567")

    desk = finds(talker, salon).says("4567")

    assert desk.text.startswith('👤 <b>&"Ко" {{7*7}}')


def test_the_longest_card_fits_into_a_message(salon, talker):
    client = make_client(
        salon.company, first_name="Ж" * 100, last_name="Ж" * 100, notes="Ж\n" * 2500, phone="+79990004567"
    )
    salon.service.name = salon.specialist.name = "Щ" * 200
    salon.service.save()
    salon.specialist.save()
    for number in range(8):
        put_on(salon, 1, 9 + number, client=client)
        put_on(salon, -1, 9 + number, client=client, status=Status.COMPLETED)

    desk = finds(talker, salon).says("4567")

    assert [row[0][:4] for row in data_of(desk)] == ["bke:"] * 6 + ["ad:n", "ad:f"]


def test_cards_of_nobody_are_out_of_date(salon, talker):
    cards = ["ad:c:0", "ad:c:zzzzzzzzzzzz", "ad:c:1", "ad:c:-1", "ad:c:"]

    assert toasts(at_the_desk(talker, salon), cards) == dict.fromkeys(cards, OUTDATED)


@pytest.mark.parametrize("rows", [1, 30])
def test_one_visit_and_thirty_cost_the_same(salon, talker, maria, rows):
    for number in range(rows):
        put_on(salon, number + 1, client=maria)
        put_on(salon, -number - 1, client=maria, status=Status.COMPLETED)
        make_client(salon.company, first_name="Мария")
    desk = at_the_desk(talker, salon).says("/menu")
    opens(desk, CLIENT_CARD(client=maria.pk))

    with CaptureQueriesContext(connection) as captured:
        opens(a_moment_later(desk), CLIENT_CARD(client=maria.pk))
    with CaptureQueriesContext(connection) as searched:
        opens(desk, FIND()).says("Мария")

    assert (len(captured), len(searched)) == (9, 8)
