"""What a real python-telegram-bot gets from the stand-in: the strings of the server, and the exceptions they become."""

from contextlib import suppress

import pytest
import requests
from telegram import BotCommand
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TimedOut,
)

from tests.standins.talk import ask, raw, refused
from tests.standins.telegram import TelegramStandIn
from tests.standins.telegram.answers import bad_gateway, delayed, dropped, error, lost, normal, restart, slow_down


def hello(bot):
    return bot.send_message(7, "Здравствуйте")


@pytest.mark.parametrize(
    ("text", "description"),
    [
        ("", "Bad Request: message text is empty"),
        (" \n\u200b", "Bad Request: text must be non-empty"),
        ("<b> </b>", "Bad Request: text must be non-empty"),
        ("a" * 4097, "Bad Request: message is too long"),
        ("<b></b>" * 5000, "Bad Request: text is too long"),
        ("1 < 2", 'Bad Request: can\'t parse entities: Unsupported start tag "" at byte offset 2'),
    ],
)
def test_send_message_refuses_a_text(telegram, text, description):
    answer = raw(telegram, "sendMessage", chat_id=7, text=text, parse_mode="HTML")

    assert answer == refused(400, description)
    assert telegram.messages(7) == []


@pytest.mark.parametrize(
    ("chat_id", "description"),
    [("", "Bad Request: chat_id is empty"), (8, "Bad Request: chat not found"), ("@a", "Bad Request: chat not found")],
)
def test_send_message_refuses_a_chat(telegram, chat_id, description):
    assert raw(telegram, "sendMessage", chat_id=chat_id, text="a") == refused(400, description)


def test_text_of_the_greatest_length_is_sent(telegram):
    assert ask(telegram, lambda bot: bot.send_message(7, "я" * 4096)).text == "я" * 4096


def test_unreachable_people_are_forbidden(telegram):
    telegram.add_user(8, started=False)
    telegram.add_user(9)
    telegram.block(7)
    telegram.deactivate(9)

    with pytest.raises(Forbidden) as blocked:
        ask(telegram, hello)

    assert str(blocked.value) == "Forbidden: bot was blocked by the user"
    assert [raw(telegram, "sendMessage", chat_id=chat, text="a") for chat in (7, 8, 9)] == [
        refused(403, "Forbidden: bot was blocked by the user"),
        refused(403, "Forbidden: bot can't initiate conversation with a user"),
        refused(403, "Forbidden: user is deactivated"),
    ]


def test_somebody_who_writes_again_is_reachable_again(telegram):
    telegram.block(7)
    telegram.says(7, "/start")

    assert ask(telegram, hello).chat.id == 7


@pytest.mark.parametrize(
    ("path", "code", "description"),
    [
        ("/bot42:OTHER/getMe", 401, "Unauthorized"),
        ("/bot42/getMe", 401, "Unauthorized: invalid token specified"),
        ("/bot042:TEST/getMe", 401, "Unauthorized: invalid token specified"),
        ("/bot42:TEST/getMee", 404, "Not Found: method not found"),
        ("/bot42:TEST", 404, "Not Found"),
        ("/", 404, "Not Found"),
    ],
)
def test_wrong_paths_lead_nowhere(telegram, path, code, description):
    response = requests.get(telegram.url + path, timeout=5)

    assert (response.status_code, response.json()) == (code, refused(code, description))


def test_text_that_is_no_utf8_is_refused(telegram):
    url = f"{telegram.url}/bot{telegram.token}/sendMessage"

    form = requests.post(url, {"chat_id": "7", "text": b"\xff"}, timeout=5)
    body = requests.post(url, b"\xff", headers={"Content-Type": "application/json"}, timeout=5)

    assert [form.json(), body.json()] == [refused(400, "Bad Request: strings must be encoded in UTF-8")] * 2


@pytest.mark.parametrize("token", ["42:OTHER", "42:TEST/nowhere"])
def test_wrong_paths_are_invalid_tokens_to_the_bot(telegram, token):
    with pytest.raises(InvalidToken):
        ask(telegram, hello, token=token)


@pytest.mark.parametrize("method", ["getme", "GETME", "getMe"])
def test_case_of_a_method_does_not_matter(telegram, method):
    assert raw(telegram, method)["result"]["username"] == "okno_test_bot"
    assert telegram.calls[-1].method == "getMe"


@pytest.mark.parametrize(
    ("scripted", "exception", "words"),
    [
        (error(400, "Bad Request: BUTTON_DATA_INVALID"), BadRequest, "Button_data_invalid"),
        (error(403, "Forbidden: user is deactivated"), Forbidden, "Forbidden: user is deactivated"),
        (error(401, "Unauthorized"), InvalidToken, "Unauthorized"),
        (error(404, "Not Found"), InvalidToken, "Not Found"),
        (
            error(409, "Conflict: terminated by setWebhook request"),
            Conflict,
            "Conflict: terminated by setWebhook request",
        ),
        (error(400, "Bad Request: group chat was upgraded", migrate_to_chat_id=-1), ChatMigrated, "Group migrated"),
        (slow_down(3), RetryAfter, "Flood control exceeded. Retry in 0:00:03"),
        (restart(), NetworkError, "Internal Server Error: restart"),
        (bad_gateway(), NetworkError, "Bad Gateway"),
        (dropped(), NetworkError, "httpx.RemoteProtocolError"),
        (lost(), NetworkError, "httpx.RemoteProtocolError"),
    ],
)
def test_scripted_trouble_becomes_the_exception_of_the_library(telegram, scripted, exception, words):
    telegram.script(scripted)

    with pytest.raises(exception) as trouble:
        ask(telegram, hello)

    assert type(trouble.value) is exception
    assert str(trouble.value).startswith(words)


def test_dropped_call_has_no_effect_and_a_lost_answer_has(telegram):
    telegram.script(dropped(), normal(), lost())

    with pytest.raises(NetworkError):
        ask(telegram, hello)
    ask(telegram, hello)
    with pytest.raises(NetworkError):
        ask(telegram, hello)

    assert [call.status for call in telegram.calls] == [None, 200, None]
    assert len(telegram.live_messages(7)) == 2


def test_answer_that_comes_too_late_times_out_though_the_message_was_sent(telegram):
    telegram.answer_next("sendMessage", delayed(0.3))

    with pytest.raises(TimedOut):
        ask(telegram, hello, reads=0.05)

    assert [message.text for message in telegram.messages(7)] == ["Здравствуйте"]


def test_answer_for_a_method_waits_for_its_call(telegram):
    telegram.answer_next("sendMessage", restart())

    assert ask(telegram, lambda bot: bot.get_me()).id == 42
    with pytest.raises(NetworkError):
        ask(telegram, hello)


def test_commands_and_words_about_the_bot_are_kept(telegram):
    async def introduce(bot):
        await bot.set_my_commands([BotCommand("book", "Записаться")], language_code="ru")
        await bot.set_my_name("Окно")
        await bot.set_my_description("a")
        await bot.set_my_short_description("b")
        await bot.set_chat_menu_button(7)
        return await bot.get_my_commands(language_code="ru"), await bot.get_my_commands()

    assert ask(telegram, introduce) == ((BotCommand("book", "Записаться"),), ())
    assert raw(telegram, "deleteMyCommands", language_code="ru")["result"] is True
    assert raw(telegram, "getMyCommands", language_code="ru")["result"] == []


def test_the_stand_in_that_breaks_fails_its_test():
    def break_it():
        with TelegramStandIn() as telegram, suppress(NetworkError):
            telegram.journal = None
            ask(telegram, hello)

    with pytest.raises(BaseExceptionGroup, match="TelegramStandIn itself broke"):
        break_it()
