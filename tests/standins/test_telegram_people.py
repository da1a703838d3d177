"""What people do reaches the bot as Telegram tells it."""

import asyncio
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.error import BadRequest, Conflict

from tests.standins.talk import ask, raw, refused
from tests.standins.telegram import deliver

ANNA = {"id": 7, "is_bot": False, "first_name": "Аня", "language_code": "ru"}
CHAT = {"id": 7, "first_name": "Аня", "type": "private"}
BOT = {"id": 42, "is_bot": True, "first_name": "Okno", "username": "okno_test_bot"}
KEYBOARD = InlineKeyboardMarkup(
    [[InlineKeyboardButton("Да", callback_data="yes:1"), InlineKeyboardButton("Карта", url="https://a.by")]]
)
TOO_OLD = "Bad Request: query is too old and response timeout expired or query ID is invalid"


def question(bot):
    return bot.send_message(7, "Придёте?", reply_markup=KEYBOARD)


def test_message_is_told_in_full(telegram):
    update = telegram.says(7, "🏟 /start v_abc")

    date = update["message"].pop("date")
    assert abs(date - time.time()) < 5
    assert update == {
        "update_id": 1001,
        "message": {
            "message_id": 1,
            "from": ANNA,
            "chat": CHAT,
            "text": "🏟 /start v_abc",
            "entities": [{"type": "bot_command", "offset": 3, "length": 6}],
        },
    }


def test_contact_is_told(telegram):
    own = telegram.shares_contact(7, "79991234567")
    other = telegram.shares_contact(7, "79990000000", user_id=0, first_name="Иван")

    assert own["message"]["contact"] == {"phone_number": "79991234567", "first_name": "Аня", "user_id": 7}
    assert other["message"]["contact"] == {"phone_number": "79990000000", "first_name": "Иван"}


def test_pressed_button_is_told_with_its_message(telegram):
    ask(telegram, question)

    update = telegram.press(7, "Да")

    query = update["callback_query"]
    parsed = Update.de_json(update, None).callback_query
    assert (query["from"], query["data"], query["message"]["reply_markup"]) == (ANNA, "yes:1", KEYBOARD.to_dict())
    assert (query["message"]["from"], query["message"]["chat"], query["message"]["text"]) == (BOT, CHAT, "Придёте?")
    assert query["id"].isdigit()
    assert query["chat_instance"].startswith("-")
    assert (parsed.message.is_accessible, parsed.data) == (True, "yes:1")


def test_forwarded_message_tells_its_author_unless_he_hides(telegram):
    author = {"id": 55, "is_bot": False, "first_name": "Маша"}

    shown, hidden = (
        Update.de_json(telegram.forwards(7, whose, "Можно сегодня?"), None).message for whose in (author, "Маша")
    )

    assert (shown.text, shown.forward_origin.sender_user.to_dict()) == ("Можно сегодня?", author)
    assert (hidden.forward_origin.type, hidden.forward_origin.sender_user_name) == ("hidden_user", "Маша")


def test_press_of_a_gone_message_tells_only_where_it_was(telegram):
    ask(telegram, question)
    old = telegram.press(7, "yes:1", inaccessible=True)
    telegram.erase(7, 1)
    gone = telegram.press(7, "yes:1", message_id=1)

    nowhere = {"chat": CHAT, "message_id": 1, "date": 0}
    assert [old["callback_query"]["message"], gone["callback_query"]["message"]] == [nowhere, nowhere]
    assert Update.de_json(gone, None).callback_query.message.is_accessible is False


@pytest.mark.parametrize("button", ["Нет", "Карта"])
def test_only_buttons_that_are_there_can_be_pressed(telegram, button):
    ask(telegram, question)

    with pytest.raises(LookupError):
        telegram.press(7, button)


def test_query_is_answered_once(telegram):
    ask(telegram, question)
    update = telegram.press(7, "Да")
    query = update["callback_query"]["id"]

    ask(telegram, lambda bot: bot.answer_callback_query(query, "Ждём", show_alert=True))

    assert telegram.answer_to(update) == {"text": "Ждём", "show_alert": True}
    assert raw(telegram, "answerCallbackQuery", callback_query_id=query) == refused(400, TOO_OLD)


def test_query_is_too_old_after_150_seconds(telegram):
    ask(telegram, question)
    query = telegram.press(7, "Да")["callback_query"]["id"]
    telegram.let_pass(151)

    with pytest.raises(BadRequest, match="Query is too old and response timeout expired or query id is invalid"):
        ask(telegram, lambda bot: bot.answer_callback_query(query))

    assert telegram.calls[-1].answer == refused(400, TOO_OLD)


def test_unknown_query_and_long_answer_are_refused(telegram):
    ask(telegram, question)
    query = telegram.press(7, "Да")["callback_query"]["id"]

    assert raw(telegram, "answerCallbackQuery", callback_query_id="1") == refused(400, TOO_OLD)
    assert raw(telegram, "answerCallbackQuery", callback_query_id=query, text="a" * 201) == refused(
        400, "Bad Request: MESSAGE_TOO_LONG"
    )


def test_web_app_query_is_answered_once(telegram):
    query = telegram.opens_web_app()
    result = {"id": "1", "type": "article"}

    first = raw(telegram, "answerWebAppQuery", web_app_query_id=query, result=result)
    second = raw(telegram, "answerWebAppQuery", web_app_query_id=query, result=result)

    assert (first["ok"], second) == (True, refused(400, TOO_OLD))


def test_blocking_is_told(telegram):
    blocked = telegram.block(7)["my_chat_member"]
    back = telegram.unblock(7)["my_chat_member"]

    assert (blocked["chat"], blocked["from"]) == (CHAT, ANNA)
    assert blocked["new_chat_member"] == {"user": BOT, "status": "kicked", "until_date": 0}
    assert back["new_chat_member"] == {"user": BOT, "status": "member"}


def test_updates_are_got_until_they_are_confirmed(telegram):
    for text in ("a", "b", "c"):
        telegram.says(7, text)

    def texts(**params):
        return [update["message"]["text"] for update in raw(telegram, "getUpdates", **params)["result"]]

    assert texts(limit=2) == ["a", "b"]
    assert texts(offset=1003) == ["c"]
    assert texts() == ["c"]
    assert texts(offset=1004) == []


def test_unwanted_kinds_of_updates_are_not_kept(telegram):
    raw(telegram, "getUpdates", allowed_updates=["message"])
    telegram.block(7)
    telegram.says(7, "a")

    assert [sorted(update) for update in telegram.pending_updates] == [["message", "update_id"]]


def test_poll_waits_for_an_update(telegram):
    threading.Timer(0.1, telegram.says, (7, "a")).start()

    (update,) = ask(telegram, lambda bot: bot.get_updates(timeout=5))

    assert update.message.text == "a"


def test_second_poller_ends_the_first(telegram):
    async def two_pollers(bot):
        first = asyncio.create_task(bot.get_updates(timeout=5))
        await asyncio.sleep(0.1)
        second = await bot.get_updates(timeout=0)
        return (await asyncio.gather(first, return_exceptions=True))[0], second

    first, second = ask(telegram, two_pollers)

    assert type(first) is Conflict
    assert str(first) == (
        "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
    )
    assert second == ()


def test_webhook_ends_polling(telegram):
    async def set_webhook_while_polling(bot):
        poll = asyncio.create_task(bot.get_updates(timeout=5))
        await asyncio.sleep(0.1)
        await bot.set_webhook("https://okno.by/telegram/", secret_token="s-1", allowed_updates=["message"])
        return (await asyncio.gather(poll, return_exceptions=True))[0], await bot.get_webhook_info()

    ended, info = ask(telegram, set_webhook_while_polling)

    assert str(ended) == "Conflict: terminated by setWebhook request"
    assert (info.url, info.allowed_updates, info.max_connections) == ("https://okno.by/telegram/", ("message",), 40)
    assert raw(telegram, "getUpdates") == refused(
        409,
        "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
    )
    assert raw(telegram, "deleteWebhook")["result"] is True
    assert raw(telegram, "getUpdates")["result"] == []


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"url": "http://okno.by/"}, "bad webhook: An HTTPS URL must be provided for webhook"),
        ({"url": "https://okno.by:8000/"}, "bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443"),
        ({"url": "https://okno.by/", "secret_token": "a b"}, "secret token contains unallowed characters"),
        ({"url": "https://okno.by/", "secret_token": "a" * 257}, "secret token is too long"),
    ],
)
def test_webhook_is_refused(telegram, params, words):
    assert raw(telegram, "setWebhook", **params) == refused(400, f"Bad Request: {words}")


def test_webhook_is_set_once_a_second(telegram):
    raw(telegram, "setWebhook", url="https://okno.by/")

    assert raw(telegram, "setWebhook", url="https://okno.by/")["parameters"] == {"retry_after": 1}


@pytest.fixture
def webhook():
    """A webhook that remembers what it got."""
    got = []

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self):
            got.append((self.path, self.headers, self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"ok")

        def log_message(self, *args):
            pass

    with HTTPServer(("127.0.0.1", 0), Hook) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", got
        server.shutdown()
        thread.join()


def test_update_is_delivered_with_the_secret(telegram, webhook):
    url, got = webhook
    update = telegram.says(7, "Привет")

    delivered = deliver(update, f"{url}/telegram/?a=b", "s-1")

    ((path, headers, body),) = got
    assert (delivered.status, delivered.body, delivered.accepted) == (200, b"ok", True)
    assert (path, headers["X-Telegram-Bot-Api-Secret-Token"], headers["Content-Type"]) == (
        "/telegram/?a=b",
        "s-1",
        "application/json",
    )
    assert Update.de_json(json.loads(body), None).message.text == "Привет"
