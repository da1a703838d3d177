"""The web process asks the stand-in and tells it what a visitor does."""

import json
from http.client import HTTPConnection, HTTPException
from typing import Any
from urllib.parse import unquote, urlsplit

from django.conf import settings

Json = dict[str, Any]

PATIENCE = 10.0
"""Seconds; the stand-in itself waits for the bot for three."""


class Away(Exception):
    """The stand-in does not answer: it has ended, or is only just starting."""


class NotThere(Exception):
    """Nobody, no file and no deed of that name."""


class Gone(Exception):
    """The button was there when the page was drawn."""


def look(chat_id: int) -> Json:
    """The people and the chat of one of them."""
    return told(ask("GET", str(chat_id)))


def act(chat_id: int, deed: str, **particulars: Any) -> Json:
    """What the chat is like after it. Raises Gone when a button is not there any more, NotThere, Away."""
    return told(ask("POST", f"{chat_id}/{deed}", particulars))


def first_person() -> int:
    return int(told(ask("GET", ""))["chat"]["id"])


def one_more_newcomer() -> int:
    return int(told(ask("POST", "newcomers", {}))["id"])


def file(file_id: str) -> tuple[bytes, str, str]:
    """What is in it, its type and its name."""
    headers, body = ask("GET", f"files/{file_id}")
    return body, headers.get("Content-Type", ""), unquote(headers.get("X-File-Name", ""))


def told(answer: tuple[dict[str, str], bytes]) -> Json:
    state: Json = json.loads(answer[1])
    return state


def ask(method: str, path: str, body: Json | None = None) -> tuple[dict[str, str], bytes]:
    door = settings.DEVCHAT
    if door is None:
        raise Away
    address = urlsplit(door.url)
    connection = HTTPConnection(address.hostname or "", address.port, timeout=PATIENCE)
    content = None if body is None else json.dumps(body)
    try:
        connection.request(method, f"/control/{path}", content, {"X-Devchat-Key": door.key})
        response = connection.getresponse()
        answer = dict(response.getheaders()), response.read()
    except (OSError, HTTPException) as error:
        raise Away from error
    finally:
        connection.close()
    if response.status == 409:
        raise Gone
    if response.status in {400, 404}:
        raise NotThere
    if response.status != 200:
        raise Away
    return answer
