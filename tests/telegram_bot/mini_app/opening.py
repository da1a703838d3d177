"""Telegram's part of a Mini App: it signs who has opened it."""

import hashlib
import hmac
import json
import time
from urllib.parse import quote, urlencode

from django.conf import settings
from django.test import Client as Browser

TOKEN = "42:TEST"
ANNA = {"id": 7, "first_name": "Анна", "last_name": "К", "username": "annak", "language_code": "en"}
BORIS = {"id": 8, "first_name": "Boris", "language_code": "en"}
MINUTE, HOUR = 60, 3600


def signed(fields: dict[str, str], token: str = TOKEN) -> str:
    """``fields`` in their order, and their hash last."""
    return urlencode({**fields, "hash": hash_over(fields, token)}, quote_via=quote)


def hash_over(fields: dict[str, str], token: str = TOKEN) -> str:
    secret = hmac.new(b"WebAppData", token.encode(), hashlib.sha256).digest()
    lines = "\n".join(sorted(f"{name}={value}" for name, value in fields.items()))
    return hmac.new(secret, lines.encode(), hashlib.sha256).hexdigest()


def fields_of(user: dict = ANNA, *, age: float = 0, start_param: str = "") -> dict[str, str]:
    """As Telegram orders them; ``age`` is seconds since the opening."""
    fields = {
        "user": json.dumps(user, ensure_ascii=False, separators=(",", ":")),
        "chat_instance": "-3788475317572404878",
        "chat_type": "private",
        "auth_date": str(int(time.time() - age)),
        "signature": "abc_DEF",
    }
    return fields | ({"start_param": start_param} if start_param else {})


def init_data(user: dict = ANNA, *, age: float = 0, start_param: str = "", token: str = TOKEN) -> str:
    return signed(fields_of(user, age=age, start_param=start_param), token)


class SafeBrowser(Browser):
    def generic(self, method, path, *args, secure: bool = True, **more):
        return super().generic(method, path, *args, secure=True, **more)


class Window:
    """A Mini App's window, over https as Telegram wants it: somebody's, until he or another opens it anew."""

    def __init__(self, user: dict | None = ANNA, **opening) -> None:
        self.browser = SafeBrowser(headers={"accept-language": "en"})
        self.browser.get("/?tg=1")
        if user is not None:
            self.open(user, **opening)

    def open(self, user: dict = ANNA, **opening):
        return self.sign_in(init_data(user, **opening))

    def sign_in(self, raw: str, scheme: str = "tma", **headers: str):
        return self.browser.post(
            "/tg/app/session", headers={"authorization": f"{scheme} {raw}", **headers}, content_type="text/plain"
        )

    @property
    def cookie(self) -> str:
        """What proves who opened it, where cookies are safe."""
        return "__Host-telegram" if settings.SESSION_COOKIE_SECURE else "telegram"

    def get(self, where: str, **headers: str):
        return self.browser.get(where, headers=headers, follow=True)

    def post(self, where: str, data: dict | None = None, **headers: str):
        return self.browser.post(where, data or {}, headers=headers)
