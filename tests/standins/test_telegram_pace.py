"""The pace Telegram puts up with, and the journal of calls by which a test judges ours."""

import asyncio
import time

import pytest
import requests
from telegram.error import RetryAfter

from tests.standins.talk import ask, raw, refused
from tests.standins.telegram import TelegramStandIn
from tests.standins.telegram.answers import slow_down
from tests.standins.telegram.flood import Flood, peak
from tests.standins.telegram.refusals import Refused


def hello(bot):
    return bot.send_message(7, "Здравствуйте")


def test_message_to_one_chat_waits_for_a_second():
    with TelegramStandIn(retry_after=2) as telegram:
        telegram.add_user(7)
        telegram.add_user(8)
        first = raw(telegram, "sendMessage", chat_id=7, text="a")
        elsewhere = raw(telegram, "sendMessage", chat_id=8, text="a")

        with pytest.raises(RetryAfter) as trouble:
            ask(telegram, hello)
        answers = [raw(telegram, method, chat_id=8, text="a") for method in ("getMe", "sendMessage")]
        telegram.let_pass(2)

        banned = {**refused(429, "Too Many Requests: retry after 2"), "parameters": {"retry_after": 2}}
        assert (first["ok"], elsewhere["ok"], trouble.value.retry_after.seconds) == (True, True, 2)
        assert answers == [banned, banned]
        assert raw(telegram, "sendMessage", chat_id=7, text="a")["ok"] is True


def test_whole_bot_has_a_limit_too():
    with TelegramStandIn(per_second=5, per_chat=None) as telegram:
        telegram.add_user(7)

        async def hurry(bot):
            return await asyncio.gather(*(hello(bot) for _ in range(6)), return_exceptions=True)

        results = ask(telegram, hurry)

        assert [type(result) for result in results].count(RetryAfter) == 1
        assert len(telegram.messages(7)) == 5
        assert telegram.peak_in_any_second() == 6


def test_window_slides():
    flood = Flood(per_second=30, per_chat=1, retry_after=1)
    for number in range(30):
        flood.admit(chat_id=number, now=number / 60)

    with pytest.raises(Refused, match="Too Many Requests: retry after 1"):
        flood.admit(chat_id=30, now=0.999)
    flood.admit(chat_id=0, now=1.0)
    with pytest.raises(Refused):
        flood.admit(chat_id=1, now=1.016)

    assert peak([0.0, 0.5, 0.999, 1.0, 2.0]) == 3


def test_limits_can_be_off():
    with TelegramStandIn(per_second=None, per_chat=None) as telegram:
        telegram.add_user(7)

        async def hurry(bot):
            return await asyncio.gather(*(bot.send_message(7, "a") for _ in range(40)))

        assert len(ask(telegram, hurry)) == 40


def test_scripted_429_bans_too_and_says_so_in_the_header(telegram):
    telegram.script(slow_down(5))
    url = f"{telegram.url}/bot{telegram.token}/getMe"

    answers = [requests.post(url, timeout=5) for _ in range(2)]

    assert [(answer.status_code, answer.headers["Retry-After"]) for answer in answers] == [(429, "5"), (429, "5")]
    assert answers[1].json()["parameters"] == {"retry_after": 5}


def test_calls_are_kept_with_their_parameters_and_answers(telegram):
    before = time.monotonic()
    ask(telegram, lambda bot: bot.send_message(7, "a", disable_notification=True))

    (call,) = telegram.calls_of("sendMessage")
    assert call.params == {"chat_id": "7", "text": "a", "disable_notification": "true"}
    assert (call.answer["result"]["text"], call.status) == ("a", 200)
    assert before < call.at < time.monotonic()
    assert telegram.messages(7)[0].silent is True


def test_connection_is_kept_alive(telegram):
    async def three_calls(bot):
        for _ in range(3):
            await bot.get_me()
        return len(telegram.server.connections)

    assert ask(telegram, three_calls) == 1
