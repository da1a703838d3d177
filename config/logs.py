"""What a log may say: no token of a link, no phone number."""

import re
from collections.abc import MutableMapping
from typing import Any

LINK = re.compile(r"/(hold|v|calendar)/[A-Za-z0-9_-]+")
PHONE = re.compile(r"\+\d{9,15}\b")


def without_secrets(logger: Any, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A structlog processor: mask link tokens and phone numbers in every text of ``event``."""
    for key, value in event.items():
        if isinstance(value, str):
            event[key] = PHONE.sub("+…", LINK.sub(r"/\1/…", value))
    return event
