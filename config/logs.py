"""What a log may say: no token of a link, no phone number, nothing of what somebody searched for."""

import logging
import re
from collections.abc import MutableMapping
from typing import Any

from django.http import HttpRequest

COVERS = (
    (re.compile(r"/(hold|v|calendar)/[A-Za-z0-9_-]+"), r"/\1/…"),
    (re.compile(r"/bot\d+(:|%3A)[A-Za-z0-9_-]+"), "/bot…"),
    (re.compile(r"(/[^\s?'\"]*)\?[^\s'\"]+"), r"\1?…"),
    (re.compile(r"\+\d[\d ()\u00a0-]{7,20}\d\b"), "+…"),
    # PostgreSQL quotes the row that it refuses, with whatever lines somebody has written into it.
    (re.compile(r"DETAIL:.*?(?=\n(?:CONTEXT|HINT|STATEMENT):|\n\nThe above exception|\Z)", re.DOTALL), "DETAIL: …"),
)


def covered(text: str) -> str:
    for secret, cover in COVERS:
        text = secret.sub(cover, text)
    return text


def without_secrets(logger: Any, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A structlog processor: cover what is secret in every text of ``event``."""
    for key, value in event.items():
        if isinstance(value, str):
            event[key] = covered(value)
    return event


class PlainFormatter(logging.Formatter):
    """For the web server's own lines, which begin before there is a Django."""

    def format(self, record: logging.LogRecord) -> str:
        return covered(super().format(record))


def name_user(request: HttpRequest, log_kwargs: dict[str, Any], **signal: Any) -> None:
    """Say who asked, if that is known by now: a log may not read the database to find out."""
    if (user := getattr(request, "_cached_user", None)) is not None:
        log_kwargs["user_id"] = user.pk
