"""How an update reaches a webhook: one POST, the secret in a header, any 2xx taken for a yes (T4)."""

import json
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPSConnection
from urllib.parse import urlsplit

from tests.standins.telegram.records import Json

PATIENCE = 60
"""Seconds Telegram waits for an answer."""


@dataclass(frozen=True)
class Delivered:
    """What the webhook said."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def accepted(self) -> bool:
        return 200 <= self.status < 300


def deliver(update: Json, url: str, secret: str, *, timeout: float = PATIENCE, host: str = "") -> Delivered:
    """Post ``update`` as Telegram does; without a ``secret`` there is no header of it.

    ``host``: the name the webhook is known by, where it is not the one in its address.
    """
    address = urlsplit(url)
    make = HTTPSConnection if address.scheme == "https" else HTTPConnection
    connection = make(address.hostname or "", address.port, timeout=timeout)
    headers = {"Content-Type": "application/json", **({"X-Telegram-Bot-Api-Secret-Token": secret} if secret else {})}
    headers |= {"Host": host} if host else {}
    target = (address.path or "/") + (f"?{address.query}" if address.query else "")
    try:
        connection.request("POST", target, json.dumps(update), headers)
        response = connection.getresponse()
        return Delivered(response.status, dict(response.getheaders()), response.read())
    finally:
        connection.close()
