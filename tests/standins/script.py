"""Trouble on demand: the answers a test can put into a stand-in's mouth, and the order they come in."""

import threading
from collections import defaultdict, deque
from dataclasses import dataclass, field, replace

ANYBODY = ""
"""The key of answers that the next call gets, whatever it asks for."""


@dataclass(frozen=True)
class Scripted:
    """One answer: without a ``status`` it is the true one, which ``effect=False`` forbids to come about."""

    status: int | None = None
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    delay: float = 0.0
    effect: bool = False
    cut: bool = False
    retry_after: int = 0

    def after(self, seconds: float) -> "Scripted":
        """The same answer, but the client waits for it."""
        return replace(self, delay=seconds)


def normal() -> Scripted:
    """The true answer; it lets a call through between two troubles."""
    return Scripted(effect=True)


def delayed(seconds: float) -> Scripted:
    """The true answer, late: its effect comes about at once, the answer ``seconds`` later."""
    return Scripted(effect=True, delay=seconds)


def dropped() -> Scripted:
    """The connection is cut and nothing has happened."""
    return Scripted(cut=True)


def lost() -> Scripted:
    """The connection is cut after everything has happened."""
    return Scripted(effect=True, cut=True)


def status(code: int, body: bytes = b"", *, retry_after: int | None = None) -> Scripted:
    """A bare status, with Retry-After where one is given."""
    headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
    return Scripted(code, body, headers, retry_after=retry_after or 0)


def bad_gateway() -> Scripted:
    """A proxy's own page of HTML."""
    page = b"<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>nginx</body>\r\n</html>\r\n"
    return Scripted(502, page, {"Content-Type": "text/html"})


class Script:
    """Answers waiting for their calls, first come first served; one meant for a method goes before one for anybody."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.answers: dict[str, deque[Scripted]] = defaultdict(deque)

    def add(self, key: str, *answers: Scripted) -> None:
        with self.lock:
            self.answers[key.lower()].extend(answers)

    def take(self, key: str) -> Scripted:
        with self.lock:
            for queue in (self.answers[key.lower()], self.answers[ANYBODY]):
                if queue:
                    return queue.popleft()
        return normal()
