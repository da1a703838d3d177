"""How the web process plays the people: JSON over the loopback, for whoever has the key and is no page in a browser."""

import hmac
import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote, urlsplit

from config.devchat.postman import Parcel, Postman
from config.devchat.telegram import DemoTelegram
from config.devchat.told import everything
from tests.standins.server import Reply, Request

Json = dict[str, Any]

PREFIX = "/control/"
KEY_HEADER = "X-Devchat-Key"
PATIENCE = 3.0
"""Seconds that an answer waits for the bot to take what somebody has just done."""


class Controlled(DemoTelegram):
    """The demo's Telegram with a second door, beside the Bot API's."""

    def __init__(self, token: str, username: str, postman: Postman, *, key: str, port: int = 0) -> None:
        super().__init__(token, username, postman, port=port)
        self.key = key

    def respond(self, request: Request) -> Reply:
        path = urlsplit(request.path).path
        if not path.startswith(PREFIX):
            return super().respond(request)
        if not is_ours(request, self.key):
            return Reply(403)
        return obey(self, request.method, path.removeprefix(PREFIX), request.body)


def is_ours(request: Request, key: str) -> bool:
    """A browser names an Origin with every POST and cannot add our header; the key nobody else has."""
    given = str(request.headers.get(KEY_HEADER, ""))
    return "Origin" not in request.headers and hmac.compare_digest(given.encode(), key.encode())


def obey(telegram: DemoTelegram, method: str, path: str, body: bytes) -> Reply:
    """404 for what there is not, 400 for what nobody can do, 409 for a button that is gone."""
    if path == "newcomers" and method == "POST":
        return reply({"id": telegram.welcome_newcomer().tg_id})
    if found := re.fullmatch(r"files/([\w-]+)", path):
        return file(telegram, found[1])
    found = re.fullmatch(r"(\d{1,18})(?:/(\w+))?", path)
    chat_id = int(found[1]) if found else next(iter(telegram.people))
    if not (found or path == "") or chat_id not in telegram.people:
        return Reply(404)
    if found and found[2]:
        return act(telegram, chat_id, found[2], body) if method == "POST" else Reply(404)
    telegram.read_all(chat_id)
    return reply(everything(telegram, chat_id))


def act(telegram: DemoTelegram, chat_id: int, name: str, body: bytes) -> Reply:
    """Do as asked, wait a moment for the bot, and tell what came of it."""
    deed = DEEDS.get(name)
    if deed is None:
        return Reply(404)
    try:
        wish = json.loads(body)
        telegram.speak(chat_id, wish["language"])
        parcel = deed(telegram, chat_id, wish)
    except (KeyError, ValueError, TypeError):
        return Reply(400)
    except LookupError:  # beside KeyError only the stand-in's word for a button that is gone
        return Reply(409)
    if parcel:
        parcel.over.wait(PATIENCE)
    telegram.read_all(chat_id)
    return reply(everything(telegram, chat_id))


def say(telegram: DemoTelegram, chat_id: int, wish: Json) -> Parcel | None:
    text = str(wish["text"]).strip()
    return telegram.write(chat_id, text) if text else None


def start(telegram: DemoTelegram, chat_id: int, wish: Json) -> Parcel:
    return telegram.write(chat_id, f"/start {wish.get('payload', '')}".strip())


def press(telegram: DemoTelegram, chat_id: int, wish: Json) -> Parcel:
    return telegram.tap(chat_id, int(wish["message"]), str(wish["callback"]))


def share(telegram: DemoTelegram, chat_id: int, wish: Json) -> Parcel:
    return telegram.share_phone(chat_id)


def block(telegram: DemoTelegram, chat_id: int, wish: Json) -> Parcel:
    return telegram.change_membership(chat_id, blocked=True)


def unblock(telegram: DemoTelegram, chat_id: int, wish: Json) -> Parcel:
    return telegram.change_membership(chat_id, blocked=False)


def dismiss(telegram: DemoTelegram, chat_id: int, wish: Json) -> None:
    telegram.dismiss(chat_id)


DEEDS: dict[str, Callable[[DemoTelegram, int, Json], Parcel | None]] = {
    deed.__name__: deed for deed in (say, start, press, share, block, unblock, dismiss)
}


def reply(told: Json) -> Reply:
    return Reply(200, json.dumps(told).encode(), {"Content-Type": "application/json"})


def file(telegram: DemoTelegram, file_id: str) -> Reply:
    with telegram.cloud.lock:
        upload = telegram.cloud.files.get(file_id)
    if upload is None:
        return Reply(404)
    return Reply(200, upload.content, {"Content-Type": upload.content_type, "X-File-Name": quote(upload.name)})
