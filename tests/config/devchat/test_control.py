"""The stand-in's second door: who may use it, and what happens behind it."""

import pytest
import requests

from config.devchat import people
from config.devchat.control import Controlled
from config.devchat.postman import Postman
from tests.config.devchat.stage import KEY, TOKEN
from tests.standins.telegram import Delivered

OURS = {"X-Devchat-Key": KEY}
NEWCOMER = 0


@pytest.fixture
def heard() -> list:
    return []


@pytest.fixture
def telegram(heard):
    """Its bot only listens."""

    def listen(update) -> Delivered:
        heard.append(update)
        return Delivered(200, {}, b"")

    postman = Postman(listen)
    with Controlled(TOKEN, "okno_demo_bot", postman, key=KEY) as one:
        yield one
    postman.close()


def ask(telegram, path: str, headers=OURS, **body) -> requests.Response:
    body = {"language": "ru", **body}
    return requests.post(f"{telegram.url}/control/{path}", json=body, headers=headers, timeout=5)


def look(telegram, chat_id) -> dict:
    return requests.get(f"{telegram.url}/control/{chat_id}", headers=OURS, timeout=5).json()


def first(telegram) -> int:
    return next(iter(telegram.people))


@pytest.mark.parametrize(
    "headers",
    [
        {}, {"X-Devchat-Key": ""}, {"X-Devchat-Key": "a-ke"}, {"X-Devchat-Key": "a-keys"},
        {"X-Devchat-Key": "ключ".encode()},
        {**OURS, "Origin": "http://evil.example"}, {**OURS, "Origin": "null"}, {**OURS, "Origin": "http://localhost:8000"},
    ],
)  # fmt: skip
def test_strangers_are_refused_and_nothing_happens(telegram, heard, headers):
    chat_id = first(telegram)

    answers = [
        ask(telegram, f"{chat_id}/say", headers, text="/start"),
        ask(telegram, "newcomers", headers),
        requests.get(f"{telegram.url}/control/{chat_id}", headers=headers, timeout=5),
        requests.get(f"{telegram.url}/control/files/x", headers=headers, timeout=5),
    ]

    assert [(answer.status_code, answer.content) for answer in answers] == [(403, b"")] * 4
    assert (heard, telegram.conversation(chat_id), len(telegram.people)) == ([], [], 5)


def test_a_page_elsewhere_is_not_allowed_to_ask(telegram):
    """The preflight of a request with our header finds nobody at home."""
    preflight = requests.options(
        f"{telegram.url}/control/newcomers",
        headers={"Origin": "http://evil.example", "Access-Control-Request-Headers": "x-devchat-key"},
        timeout=5,
    )

    assert preflight.status_code == 501
    assert "Access-Control-Allow-Origin" not in preflight.headers


def test_the_key_does_not_open_the_bots_door(telegram):
    answer = requests.post(f"{telegram.url}/bot{KEY}/getMe", headers=OURS, timeout=5)

    assert answer.status_code == 401


def test_everybody_of_the_demo_is_there_and_one_whom_nobody_knows(telegram):
    told = look(telegram, "")

    assert [each["part"] for each in told["people"]] == [
        "newcomer",
        "client",
        "specialist",
        "operator",
        "administrator",
    ]
    assert [each["id"] for each in told["people"]][1:] == [
        each.tg_id for each in (people.CLIENT, people.SPECIALIST, people.OPERATOR, people.ADMINISTRATOR)
    ]
    assert told["chat"]["id"] == told["people"][0]["id"]


def test_another_start_has_other_newcomers_and_numbers(telegram):
    later = people.newcomer(0, telegram.seed + 1)

    assert later.tg_id != first(telegram)
    assert telegram.says(first(telegram), "x")["message"]["message_id"] == telegram.seed


def test_no_two_newcomers_are_the_same(telegram):
    ids = {ask(telegram, "newcomers").json()["id"] for _ in range(8)} | {first(telegram)}

    assert len(ids) == 9
    assert set(telegram.people) >= ids


def test_what_a_person_does_is_brought_to_the_bot(telegram, heard):
    chat_id = first(telegram)
    ask(telegram, f"{chat_id}/start", language="en", payload="v_abc")
    telegram.cloud.post(
        telegram.cloud.users[chat_id], {"text": "Menu"},
        reply_markup={"inline_keyboard": [[{"text": "Book", "callback_data": "b:l:0"}]]},
    )  # fmt: skip
    menu = telegram.messages(chat_id)[0].message_id

    answers = [
        ask(telegram, f"{chat_id}/press", message=menu, callback="b:l:0"),
        ask(telegram, f"{chat_id}/share"),
        ask(telegram, f"{chat_id}/block"),
        ask(telegram, f"{chat_id}/unblock"),
        ask(telegram, f"{chat_id}/say", text=" hello "),
        ask(telegram, f"{chat_id}/say", text="  "),
    ]

    assert {answer.status_code for answer in answers} == {200}
    started, pressed, shared, blocked, unblocked, said = heard
    assert (started["message"]["text"], started["message"]["from"]["language_code"]) == ("/start v_abc", "en")
    assert (pressed["callback_query"]["data"], pressed["callback_query"]["from"]["language_code"]) == ("b:l:0", "ru")
    me = telegram.people[chat_id]
    own_contact = {"phone_number": me.phone, "first_name": me.first_name, "user_id": chat_id}
    assert shared["message"]["contact"] == own_contact
    assert blocked["my_chat_member"]["new_chat_member"]["status"] == "kicked"
    assert unblocked["my_chat_member"]["new_chat_member"]["status"] == "member"
    assert said["message"]["text"] == "hello"
    assert telegram.pending_updates == []


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("{me}/press", {"message": 1, "callback": "gone"}, 409),
        ("{me}/press", {"message": "x", "callback": "b"}, 400),
        ("{me}/say", {}, 400),
        ("{me}/fly", {}, 404),
        ("99/say", {"text": "x"}, 404),
        ("elsewhere", {}, 404),
        ("files/unknown", {}, 404),
    ],
)
def test_what_cannot_be_is_refused(telegram, heard, path, body, status):
    answer = ask(telegram, path.format(me=first(telegram)), **body)

    assert (answer.status_code, heard) == (status, [])


def test_what_arrives_elsewhere_is_unread_until_it_is_looked_at(telegram):
    anna = people.SPECIALIST.tg_id
    telegram.cloud.post(telegram.cloud.users[anna], {"text": "New visit"})

    before = {each["id"]: each["unread"] for each in look(telegram, first(telegram))["people"]}
    look(telegram, anna)
    after = {each["id"]: each["unread"] for each in look(telegram, first(telegram))["people"]}

    assert (before[anna], sum(before.values()), sum(after.values())) == (1, 1, 0)


def test_the_version_changes_with_what_is_shown_and_only_then(telegram):
    chat_id = first(telegram)
    before, same = look(telegram, chat_id)["version"], look(telegram, chat_id)["version"]
    telegram.cloud.post(telegram.cloud.users[chat_id], {"text": "Hello"})

    assert before == same
    assert look(telegram, chat_id)["version"] != before


@pytest.mark.parametrize(
    ("markups", "shown"),
    [
        ([{"keyboard": [["A"]]}], True),
        ([{"keyboard": [["A"]]}, None], True),
        ([{"keyboard": [["A"]]}, {"remove_keyboard": True}], False),
        ([{"keyboard": [["A"]], "one_time_keyboard": True}, "own"], False),
        ([{"keyboard": [["A"]]}, "own"], True),
        ([None], False),
    ],
)
def test_the_keyboard_below_is_that_of_the_newest_message_that_has_a_say(telegram, markups, shown):
    user = telegram.cloud.users[first(telegram)]
    for markup in markups:
        telegram.cloud.post(
            user, {"text": "x"}, reply_markup=None if markup == "own" else markup, incoming=markup == "own"
        )

    assert bool(look(telegram, user.id)["chat"]["keyboard"]) == shown


def test_a_deleted_message_takes_its_keyboard_along_but_a_removal_stays(telegram):
    user = telegram.cloud.users[first(telegram)]
    for markup in ({"keyboard": [["A"]]}, {"remove_keyboard": True}, {"keyboard": [["B"]]}):
        message = telegram.cloud.post(user, {"text": "x"}, reply_markup=markup)

    message.deleted = True
    assert look(telegram, user.id)["chat"]["keyboard"] is None

    telegram.messages(user.id)[1].deleted = True
    assert telegram.reply_keyboard(user.id) is None


def test_commands_are_those_set_for_this_chat_and_language(telegram):
    chat_id = first(telegram)

    def commands(name: str, **scope) -> None:
        requests.post(
            f"{telegram.url}/bot{TOKEN}/setMyCommands", timeout=5,
            json={"commands": [{"command": name, "description": name}], **scope},
        ).raise_for_status()  # fmt: skip

    telegram.speak(chat_id, "en")
    commands("usual")
    assert [each["command"] for each in telegram.commands(chat_id)] == ["usual"]
    commands("russian", language_code="ru")
    assert [each["command"] for each in telegram.commands(chat_id)] == ["usual"]
    telegram.speak(chat_id, "ru")
    assert [each["command"] for each in telegram.commands(chat_id)] == ["russian"]
    commands("own", scope={"type": "chat", "chat_id": chat_id})
    assert [each["command"] for each in telegram.commands(chat_id)] == ["own"]
