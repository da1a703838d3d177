"""Brings updates to the webhook as Telegram does: in order in each chat, again and again until a 2xx (facts T4)."""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.client import HTTPException
from itertools import chain, repeat
from queue import SimpleQueue
from typing import Any

from tests.standins.telegram import Delivered

Update = dict[str, Any]
Send = Callable[[Update], Delivered]

PAUSES = (0.0, 2.0, 4.0, 8.0, 16.0, 32.0)
LONGEST_PAUSE = 60.0
LONGEST_WISH = 3600
"""Seconds of Retry-After that are obeyed."""
LIVES = 24 * 3600.0
QUERY_LIVES = 150.0
"""Seconds after which an update, or a pressed button, is not brought any more."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """An update on its way; ``over`` when it was taken, or given up."""

    update: Update
    posted_at: float = field(default_factory=time.monotonic)
    over: threading.Event = field(default_factory=threading.Event)

    @property
    def is_too_old(self) -> bool:
        lives = QUERY_LIVES if "callback_query" in self.update else LIVES
        return time.monotonic() - self.posted_at > lives


class Lane:
    """The queue of one chat, which waits for its head."""

    def __init__(self, send: Send, closing: threading.Event) -> None:
        self.send = send
        self.closing = closing
        self.parcels: SimpleQueue[Parcel | None] = SimpleQueue()
        self.trouble = ""
        threading.Thread(target=self.work, daemon=True).start()

    def work(self) -> None:
        while (parcel := self.parcels.get()) and not self.closing.is_set():
            self.bring(parcel)
            parcel.over.set()

    def bring(self, parcel: Parcel) -> None:
        for pause in pauses():
            wish = self.attempt(parcel)
            if not self.trouble or self.closing.wait(max(pause, wish)) or parcel.is_too_old:
                break

    def attempt(self, parcel: Parcel) -> int:
        """Note what is wrong, if anything; returns the seconds the bot asks us to wait."""
        try:
            answer = self.send(parcel.update)
        except (OSError, HTTPException) as error:
            self.trouble = type(error).__name__
            return 0
        self.trouble = "" if answer.accepted else f"HTTP {answer.status}"
        wish = answer.headers.get("Retry-After", "")
        return min(int(wish), LONGEST_WISH) if wish.isascii() and wish.isdigit() else 0


def pauses() -> Iterator[float]:
    return chain(PAUSES, repeat(LONGEST_PAUSE))


class Postman:
    """A lane for each chat."""

    def __init__(self, send: Send) -> None:
        self.send = send
        self.closing = threading.Event()
        self.lock = threading.Lock()
        self.lanes: dict[int, Lane] = {}

    def post(self, chat_id: int, update: Update) -> Parcel:
        parcel = Parcel(update)
        with self.lock:
            lane = self.lanes.get(chat_id) or Lane(self.send, self.closing)
            self.lanes[chat_id] = lane
        lane.parcels.put(parcel)
        return parcel

    def trouble(self, chat_id: int) -> str:
        """Why the bot does not take what this chat has for it; empty when it does."""
        with self.lock:
            lane = self.lanes.get(chat_id)
        return lane.trouble if lane else ""

    def close(self) -> None:
        self.closing.set()
        with self.lock:
            for lane in self.lanes.values():
                lane.parcels.put(None)
