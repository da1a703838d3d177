"""A bot of a few lines, which shows everything that a chat can show, by real calls of the Bot API."""

import json
from typing import Any

import requests
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

Json = dict[str, Any]

MENU = [
    [{"text": "Toast", "callback_data": "toast"}, {"text": "Alert", "callback_data": "alert"}],
    [{"text": "✏️ Change", "callback_data": "change", "style": "success"}],
    [{"text": "Nothing", "callback_data": "nothing"}, {"text": "Gone", "callback_data": "gone", "style": "danger"}],
    [{"text": "Calendar", "callback_data": "file"}, {"text": "Your phone", "callback_data": "phone"}],
    [{"text": "The salon", "url": "http://localhost:8000/"}],
]
HELLO = (
    "<b>Salon «Лён»</b> &amp; co\n"
    "<blockquote>Next visit: <b>Tue 28 Jan, 18:30</b>\nHaircut · <i>Anna</i></blockquote>\n"
    '🗓 &lt;script&gt; is text; <a href="https://example.com/">a link</a>, <code>code</code>, <s>gone</s>, /help'
)
ASKS_FOR_PHONE = {
    "keyboard": [[{"text": "📱 Send my number", "request_contact": True}], ["Skip"]],
    "resize_keyboard": True,
}


@csrf_exempt
def webhook(request: HttpRequest) -> HttpResponse:
    if request.headers.get("X-Telegram-Bot-Api-Secret-Token") != settings.TELEGRAM_WEBHOOK_SECRET:
        return HttpResponse(status=403)
    take(json.loads(request.body))
    return HttpResponse()


def take(update: Json) -> None:
    if query := update.get("callback_query"):
        pressed(query)
    elif message := update.get("message"):
        told(message["chat"]["id"], message)


def call(method: str, **params: Any) -> None:
    answer = requests.post(
        f"{settings.TELEGRAM_API_BASE}/bot{settings.TELEGRAM_BOT_TOKEN}/{method}", json=params, timeout=5
    )
    assert answer.json()["ok"], answer.text


def told(chat: int, message: Json) -> None:
    if contact := message.get("contact"):
        text = f"Thank you, {contact['phone_number']}"
        call("sendMessage", chat_id=chat, text=text, reply_markup={"remove_keyboard": True})
    elif message["text"].startswith("/start"):
        call("sendMessage", chat_id=chat, text=HELLO, parse_mode="HTML", reply_markup={"inline_keyboard": MENU})
    else:
        call("sendMessage", chat_id=chat, text=f"{message['from']['language_code']}: {message['text']}")


def pressed(query: Json) -> None:
    chat, message, pressed = query["message"]["chat"]["id"], query["message"]["message_id"], query["data"]
    answer: Json = {"callback_query_id": query["id"]}
    if pressed == "nothing":
        return
    if pressed == "toast":
        answer["text"] = "Saved"
    elif pressed == "alert":
        answer |= {"text": "This time has just been taken.", "show_alert": True}
    call("answerCallbackQuery", **answer)
    if pressed == "change":
        changed = [[{"text": "Back", "callback_data": "back"}], *MENU[:1]]
        call(
            "editMessageText",
            chat_id=chat,
            message_id=message,
            text="Changed",
            reply_markup={"inline_keyboard": changed},
        )
    elif pressed == "gone":
        call("deleteMessage", chat_id=chat, message_id=message)
    elif pressed == "phone":
        call("sendMessage", chat_id=chat, text="What is your number?", reply_markup=ASKS_FOR_PHONE)
    elif pressed == "file":
        send_file(chat)


def send_file(chat: int) -> None:
    calendar = ("visit.ics", b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", "text/calendar")
    address = f"{settings.TELEGRAM_API_BASE}/bot{settings.TELEGRAM_BOT_TOKEN}/sendDocument"
    assert requests.post(
        address, {"chat_id": chat, "caption": "Your visit"}, files={"document": calendar}, timeout=5
    ).ok
