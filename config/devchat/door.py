"""How the web process finds the stand-in; imported by the settings."""

from collections.abc import Mapping
from dataclasses import dataclass

KEY = "DEVCHAT_KEY"
WEBHOOK = "DEVCHAT_WEBHOOK"
WEBHOOK_HOST = "DEVCHAT_WEBHOOK_HOST"


@dataclass(frozen=True, slots=True)
class Door:
    """Where the stand-in listens, and the key without which it does as nobody says."""

    url: str
    key: str


def door_of(environ: Mapping[str, str], *, is_demo: bool) -> Door | None:
    """None unless this is a demo whose `run` started a stand-in: with DEBUG off the variables mean nothing."""
    url, key = environ.get("TELEGRAM_API_BASE"), environ.get(KEY)
    return Door(url.rstrip("/"), key) if is_demo and url and key else None
