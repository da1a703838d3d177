"""Whoever writes in Telegram is a client, and by his own contact the one with that phone."""

import pytest
from structlog.testing import capture_logs

from accounts.commands import client_of_chat, prove_phone
from accounts.errors import CardClosed, WrongPhone
from accounts.models import Client
from accounts.values import Role
from tests.factories import make_client, make_company, make_user

pytestmark = pytest.mark.django_db

CHAT, OTHER_CHAT = 700_000_000_001, 700_000_000_002
PHONE, OTHER_PHONE = "+79991234567", "+79997654321"


@pytest.fixture
def company():
    return make_company()


def prove(company, phone: str = PHONE, chat: int = CHAT, **fields) -> Client:
    return prove_phone(company.pk, chat, phone, **{"first_name": "Аня", "last_name": "К", "language": "ru"} | fields)


def cards(company) -> list[tuple[str, int | None, str | None, bool]]:
    """Every card of the company in the order of their making: name, chat, phone, whether it is active."""
    rows = Client.objects.filter(company=company).order_by("pk")
    return [(row.first_name, row.tg_id, row.phone and str(row.phone), row.is_active) for row in rows]


# --- a chat is a client -----------------------------------------------------------------------------------------------


def test_client_of_chat_makes_a_client_without_a_phone(company):
    client = client_of_chat(company.pk, CHAT, first_name="Аня", last_name="К", language="en")

    client.refresh_from_db()
    assert (client.full_name, client.tg_id, client.phone, client.language) == ("Аня К", CHAT, None, "en")


def test_client_of_chat_is_the_same_one_the_second_time(company):
    first = client_of_chat(company.pk, CHAT, first_name="Аня")

    again = client_of_chat(company.pk, CHAT, first_name="Renamed")

    assert again == first
    assert cards(company) == [("Аня", CHAT, None, True)]


def test_client_of_chat_is_another_one_in_every_company(company):
    here = client_of_chat(company.pk, CHAT, first_name="Аня")

    there = client_of_chat(make_company().pk, CHAT, first_name="Аня")

    assert here != there


def test_client_of_chat_leaves_a_card_closed_that_the_salon_has_closed(company):
    make_client(company, tg_id=CHAT, is_active=False)

    with pytest.raises(CardClosed):
        client_of_chat(company.pk, CHAT, first_name="Аня")

    assert Client.objects.count() == 1


@pytest.mark.parametrize(
    ("names", "kept"),
    [
        (("A\0nn", "\0"), ("Ann", "")),
        (("  ", "К"), ("Telegram", "К")),
        (("a" * 300, "b" * 300), ("a" * 100, "b" * 100)),
        (("<b>&", "{{7*7}}"), ("<b>&", "{{7*7}}")),
    ],
)
def test_client_of_chat_keeps_of_a_name_what_can_be_kept(company, names, kept):
    client = client_of_chat(company.pk, CHAT, first_name=names[0], last_name=names[1], language="xx")

    client.refresh_from_db()
    assert (client.first_name, client.last_name, client.language) == (*kept, "")


# --- a phone is proved ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("written", ["79991234567", "+79991234567", " +7 999 123-45-67 ", "+7 (999) 1234567"])
def test_prove_phone_keeps_it_in_one_form(company, written):
    client = prove(company, written)

    assert cards(company) == [("Аня", CHAT, PHONE, True)]
    assert str(client.phone) == PHONE


def test_prove_phone_takes_a_number_of_another_country_without_its_plus(company):
    prove(company, "995555123456")

    assert cards(company) == [("Аня", CHAT, "+995555123456", True)]


NONSENSE = [
    "",
    "+",
    "7",
    "phone",
    "0" * 400,
    "+7999",
    "799912345678901",
    "88801234567",
    "\0",
    "++79991234567",
    "☎",
    "+7999FLOWERS",
    "+７９９９１２３４５６７",
]


@pytest.mark.parametrize("nonsense", NONSENSE, ids=ascii)
def test_prove_phone_refuses_what_nobody_can_call(company, nonsense):
    with pytest.raises(WrongPhone):
        prove(company, nonsense)

    assert cards(company) == []


def test_prove_phone_gives_it_to_the_client_of_the_chat(company):
    mine = client_of_chat(company.pk, CHAT, first_name="Аня")

    assert prove(company, first_name="Renamed") == mine
    assert cards(company) == [("Аня", CHAT, PHONE, True)]


def test_prove_phone_changes_nothing_the_second_time(company):
    prove(company)

    prove(company, first_name="Renamed")

    assert cards(company) == [("Аня", CHAT, PHONE, True)]


def test_prove_phone_finds_the_card_of_the_salon_and_leaves_its_name(company):
    card = make_client(company, first_name="Анна Петровна", phone=PHONE, language="")

    assert prove(company) == card
    assert cards(company) == [("Анна Петровна", CHAT, PHONE, True)]
    card.refresh_from_db()
    assert card.language == "ru"


def test_prove_phone_does_not_change_a_language_that_was_chosen(company):
    card = make_client(company, phone=PHONE, language="en")

    prove(company, language="ru")

    card.refresh_from_db()
    assert card.language == "en"


def test_a_card_that_changed_hands_leads_to_its_earlier_owner_no_more(company):
    """He would read of the visits of whoever has his old number."""
    account = make_user(company, Role.CLIENT)
    make_client(company, phone=PHONE, tg_id=OTHER_CHAT, email="anna@example.com", user=account)

    card = prove(company)

    card.refresh_from_db()
    assert (card.email, card.user) == ("", None)


def test_control_whoever_proves_his_own_number_again_keeps_everything(company):
    account = make_user(company, Role.CLIENT)
    make_client(company, phone=PHONE, tg_id=CHAT, email="anna@example.com", user=account)

    card = prove(company)

    card.refresh_from_db()
    assert (card.email, card.user) == ("anna@example.com", account)


def test_prove_phone_merges_the_chat_s_own_client_into_the_card(company):
    own = client_of_chat(company.pk, CHAT, first_name="Аня")
    card = make_client(company, first_name="Анна", phone=PHONE)

    assert prove(company) == card
    assert cards(company) == [("Аня", None, None, False), ("Анна", CHAT, PHONE, True)]
    own.refresh_from_db()
    assert own.merged_into == card


def test_prove_phone_merges_also_when_the_chat_had_another_number(company):
    """An account of Telegram has one number at a time: the old one is no longer his, the card of the new one is."""
    prove(company, OTHER_PHONE)
    make_client(company, first_name="Анна", phone=PHONE)

    prove(company)

    assert cards(company) == [("Аня", None, None, False), ("Анна", CHAT, PHONE, True)]


def test_prove_phone_replaces_the_number_that_a_chat_had(company):
    prove(company, OTHER_PHONE)

    prove(company)

    assert cards(company) == [("Аня", CHAT, PHONE, True)]


def test_prove_phone_takes_the_card_away_from_whoever_had_the_number_before(company):
    make_client(company, first_name="Анна", phone=PHONE, tg_id=OTHER_CHAT)

    with capture_logs() as logs:
        prove(company)

    assert cards(company) == [("Анна", CHAT, PHONE, True)]
    (line,) = [line for line in logs if line["event"] == "phone_changed_hands"]
    assert not {PHONE, PHONE[1:], CHAT, OTHER_CHAT} & set(line.values())


def test_prove_phone_merges_the_chat_s_own_client_into_a_card_that_changed_hands(company):
    client_of_chat(company.pk, CHAT, first_name="Аня")
    make_client(company, first_name="Анна", phone=PHONE, tg_id=OTHER_CHAT)

    prove(company)

    assert cards(company) == [("Аня", None, None, False), ("Анна", CHAT, PHONE, True)]


def test_whoever_lost_his_number_begins_anew(company):
    make_client(company, first_name="Анна", phone=PHONE, tg_id=OTHER_CHAT)
    prove(company)

    client_of_chat(company.pk, OTHER_CHAT, first_name="Борис")

    assert cards(company) == [("Анна", CHAT, PHONE, True), ("Борис", OTHER_CHAT, None, True)]


def test_prove_phone_leaves_a_card_closed_that_the_salon_has_closed(company):
    client_of_chat(company.pk, CHAT, first_name="Аня")
    make_client(company, first_name="Анна", phone=PHONE, is_active=False)
    before = cards(company)

    with pytest.raises(CardClosed):
        prove(company)

    assert cards(company) == before


def test_prove_phone_leads_from_a_closed_duplicate_to_the_card_that_is_open(company):
    """The desk may have put one of two cards aside, because it saw that they are one person's."""
    make_client(company, first_name="Аня", phone=None, tg_id=CHAT, is_active=False)
    make_client(company, first_name="Анна", phone=PHONE)

    prove(company)

    assert cards(company) == [("Аня", None, None, False), ("Анна", CHAT, PHONE, True)]


def test_prove_phone_touches_no_other_company(company):
    elsewhere = make_company()
    make_client(elsewhere, first_name="Анна", phone=PHONE, tg_id=CHAT, user=make_user(None, "CLIENT"))
    before = cards(elsewhere)

    prove(company)

    assert cards(elsewhere) == before
    assert cards(company) == [("Аня", CHAT, PHONE, True)]
