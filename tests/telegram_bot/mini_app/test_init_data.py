"""``initData`` unforged and fresh (guarantee 23, facts T7)."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from accounts.values import TelegramUser
from telegram_bot.init_data import FOR_READING, FOR_WRITING, SKEW, BadInitData, Opening, read_init_data
from tests.telegram_bot.mini_app.opening import ANNA, TOKEN, hash_over, signed

AUTH_DATE = 1_790_000_000
OPENED = datetime.fromtimestamp(AUTH_DATE, UTC)
OURS = (
    "auth_date=1790000000&query_id=AAE7&user=%7B%22id%22%3A7%2C%22first_name%22%3A%22%D0%90%D0%BD%D0%BD%D0%B0%22%2C%22"
    "last_name%22%3A%22%D0%9A%22%2C%22username%22%3A%22annak%22%2C%22language_code%22%3A%22ru%22%2C%22"
    "allows_write_to_pm%22%3Atrue%7D&signature=abc_DEF"
    "&hash=cb32a8c92f3ad89a6cf392e874ed82776eb678f575d6a8b2e9c1aac04a3ea068"
)
PUBLIC_TOKEN = "5768337691:AAH5YkoiEuPk8-FZa32hStHTqXiLPtAEhx8"
PUBLIC = (
    "query_id=AAHdF6IQAAAAAN0XohDhrOrc&user=%7B%22id%22%3A279058397%2C%22first_name%22%3A%22Vladislav%22%2C%22"
    "last_name%22%3A%22Kibenko%22%2C%22username%22%3A%22vdkfrost%22%2C%22language_code%22%3A%22ru%22%2C%22"
    "is_premium%22%3Atrue%7D&auth_date=1662771648"
    "&hash=c501b71e775f74ce10e377dea85a7ea24ecd640b223ea86dfe453e0eaed2e2b2"
)
FIELDS = {"auth_date": str(AUTH_DATE), "query_id": "AAE7", "user": json.dumps(ANNA), "signature": "abc_DEF"}
GOOD = signed(FIELDS)


def read(raw: str, token: str = TOKEN, now: datetime = OPENED, at_most: timedelta = FOR_WRITING) -> Opening:
    return read_init_data(raw, token, now=now, at_most=at_most)


def refused(raw: str, **how) -> str:
    with pytest.raises(BadInitData) as refusal:
        read(raw, **how)
    return refusal.value.why


def of_user(user: object) -> str:
    return signed(FIELDS | {"user": user if isinstance(user, str) else json.dumps(user)})


def test_the_vector_of_our_facts_is_believed():
    assert read(OURS) == Opening(TelegramUser(7, "Анна", "К", "ru"), OPENED)


def test_the_published_vector_is_believed():
    opened = datetime.fromtimestamp(1_662_771_648, UTC)

    opening = read(PUBLIC, PUBLIC_TOKEN, now=opened)

    assert opening == Opening(TelegramUser(279_058_397, "Vladislav", "Kibenko", "ru"), opened)


def test_the_order_of_fields_does_not_matter():
    turned = "&".join(reversed(GOOD.split("&")))

    assert read(turned) == read(GOOD)


def test_fields_that_telegram_adds_one_day_are_signed_like_the_others():
    raw = signed(FIELDS | {"chat": json.dumps({"id": -1, "title": "Ы"}), "zz_new": ""})

    assert read(raw) == read(GOOD)


FORGERIES = {
    "nothing": "",
    "no hash": GOOD.partition("&hash=")[0],
    "an empty hash": GOOD.partition("hash=")[0] + "hash=",
    "a flipped hash": GOOD[:-1] + ("0" if GOOD[-1] != "0" else "1"),
    "a hash cut short": GOOD[:-1],
    "a longer hash": GOOD + "0",
    "a hash in capitals": GOOD[:-64] + GOOD[-64:].upper(),
    "a hash of other digits": GOOD[:-64] + "%EF%BC%90" * 64,
    "two hashes": f"{GOOD}&hash={'0' * 64}",
    "the same hash twice": f"{GOOD}&{GOOD[-69:]}",
    "another token's": signed(FIELDS, "42:OTHER"),
    "no token's": signed(FIELDS, ""),
    "the token as the key": f"{GOOD[:-64]}{'ab' * 32}",
    "no signature field": GOOD.replace("&signature=abc_DEF", ""),
    "another signature field": GOOD.replace("abc_DEF", "abc_DEE"),
    "another user": GOOD.replace("%22id%22%3A%207", "%22id%22%3A%208"),
    "a second user": f"{GOOD}&user=%7B%22id%22%3A8%7D",
    "a later date": GOOD.replace("1790000000", "1790000001"),
    "another field": f"{GOOD}&start_param=b_1",
    "a field without a value": f"{GOOD}&start_param",
    "two fields as one line": GOOD.replace("&signature=", "%0Asignature="),
    "a name that is two lines": f"{GOOD}&a%0Ab=1",
    "other letters": GOOD.replace("auth_date", "auth_dаte"),
    "half a letter": f"{GOOD}&a=%ED%A0%80",
    "no UTF-8": f"{GOOD}&a=%FF",
    "a raw half": f"{GOOD}\udc80",
    "no text at all": "\0",
    "too many fields": GOOD + "&a=" * 40,
    "too long": f"{GOOD}&a={'a' * 9000}",
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_forgery_is_refused(forgery):
    assert FORGERIES[forgery] != GOOD
    assert refused(FORGERIES[forgery]) in ("not_signed", "unreadable", "too_long")


def test_one_line_in_place_of_two_would_have_the_same_hash():
    """Why line breaks are refused: the control of the forgery above."""
    joined = {"auth_date": FIELDS["auth_date"], "query_id": f"AAE7\nsignature=abc_DEF\nuser={FIELDS['user']}"}

    assert hash_over(joined) == hash_over(FIELDS)
    assert refused(signed(joined)) == "unreadable"


def test_without_a_bot_nobody_is_believed():
    assert refused(signed(FIELDS, ""), token="") == "not_signed"


@pytest.mark.parametrize(
    ("now", "at_most", "why"),
    [
        (OPENED + FOR_WRITING, FOR_WRITING, ""),
        (OPENED + FOR_WRITING + timedelta(seconds=1), FOR_WRITING, "expired"),
        (OPENED + FOR_READING, FOR_READING, ""),
        (OPENED + FOR_READING + timedelta(seconds=1), FOR_READING, "expired"),
        (OPENED - SKEW, FOR_WRITING, ""),
        (OPENED - SKEW - timedelta(seconds=1), FOR_WRITING, "from_the_future"),
    ],
)
def test_its_age_is_limited(now, at_most, why):
    if why:
        assert refused(GOOD, now=now, at_most=at_most) == why
    else:
        assert read(GOOD, now=now, at_most=at_most).opened_at == OPENED


@pytest.mark.parametrize("auth_date", ["", "soon", "-1", "1.5", "1e9", "٣", "0x10", "9" * 12, " 1790000000"])
def test_a_date_that_is_none_is_refused_though_signed(auth_date):
    assert refused(signed(FIELDS | {"auth_date": auth_date})) == "unreadable"


def test_no_date_is_refused_though_signed():
    assert refused(signed({"user": FIELDS["user"]})) == "unreadable"


NO_IDS = ["7", 7.0, True, 0, -7, 2**63, None]
NOBODY = ["", "[]", "7", "null", "{", "[" * 2000, {}, {"id": 7, "is_bot": True}, *({"id": tg_id} for tg_id in NO_IDS)]


@pytest.mark.parametrize("user", NOBODY)
def test_nobody_is_nobody_though_signed(user):
    assert refused(of_user(user)) == "nobody"


@pytest.mark.parametrize(
    ("said", "known"),
    [
        ({}, TelegramUser(7, "")),
        ({"first_name": "", "last_name": "К"}, TelegramUser(7, "К")),
        ({"first_name": " Анна \n", "last_name": None}, TelegramUser(7, "Анна")),
        ({"first_name": "A\0n\ud800n\x1ba"}, TelegramUser(7, "Anna")),
        ({"first_name": "Ы" * 200}, TelegramUser(7, "Ы" * 100)),
        ({"first_name": ["Анна"], "language_code": 5}, TelegramUser(7, "")),
        ({"first_name": "<b>Анна</b> 👩‍🦰"}, TelegramUser(7, "<b>Анна</b> 👩‍🦰")),
        ({"first_name": "A", "language_code": "ru-RU"}, TelegramUser(7, "A", language="ru")),
        ({"first_name": "A", "language_code": "de"}, TelegramUser(7, "A", language="en")),
        ({"first_name": "A", "language_code": ""}, TelegramUser(7, "A")),
    ],
)
def test_a_person_is_known_by_what_can_be_written_down(said, known):
    assert read(of_user({"id": 7, **said})).user == known


@pytest.mark.parametrize(
    ("given", "kept"), [("b_17", "b_17"), ("", ""), ("../../admin", ""), ("v_" + "A" * 600, ""), ("щ", "")]
)
def test_a_start_parameter_is_what_a_link_can_carry(given, kept):
    assert read(signed(FIELDS | {"start_param": given})).start_param == kept
