"""Trouble that Telegram makes, for ``script`` and ``answer_next``."""

import json

from tests.standins.script import Scripted, bad_gateway, delayed, dropped, lost, normal
from tests.standins.telegram.refusals import Refused, too_many_requests

__all__ = ["bad_gateway", "delayed", "dropped", "error", "lost", "normal", "restart", "slow_down"]


def error(code: int, description: str, **parameters: int) -> Scripted:
    """A refusal in full words, ``error(403, "Forbidden: user is deactivated")``; ``migrate_to_chat_id=`` is one of the
    parameters there are."""
    return from_refusal(Refused(code, description, **parameters))


def slow_down(seconds: int) -> Scripted:
    """A 429; every call of the bot is refused until the time is over."""
    return from_refusal(too_many_requests(seconds))


def restart() -> Scripted:
    return error(500, "Internal Server Error: restart")


def from_refusal(refused: Refused) -> Scripted:
    seconds = refused.parameters.get("retry_after", 0)
    headers = {"Content-Type": "application/json", **({"Retry-After": str(seconds)} if seconds else {})}
    return Scripted(refused.code, json.dumps(refused.as_dict()).encode(), headers, retry_after=seconds)
