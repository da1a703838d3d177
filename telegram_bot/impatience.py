"""Every tap is answered within a second, also when the database makes us wait (experience §3.1)."""

from dataclasses import replace
from threading import Lock, Timer
from types import TracebackType
from typing import Self

from telegram_bot.chat import Place, show
from telegram_bot.dress import rows_of
from telegram_bot.values import Reply, Screen

PATIENCE = 0.8
"""Seconds before a tap is answered with nothing, so that its button does not turn for ever."""


class Impatience:
    """While the answer is being found. ``place`` is where it goes then."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.lock = Lock()
        self.is_late = False
        self.timer = Timer(PATIENCE, self.answer_with_nothing) if place.query_id else None

    def __enter__(self) -> Self:
        if self.timer:
            self.timer.daemon = True
            self.timer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.timer:
            self.timer.cancel()

    def answer_with_nothing(self) -> None:
        with self.lock:
            if self.place.query_id is None:
                return
            query_id, self.place.query_id, self.is_late = self.place.query_id, None, True
        show(Place(self.place.tg_id, query_id=query_id), Reply())

    def said_otherwise(self, reply: Reply) -> Reply:
        """A tap is answered once: what a toast would have said then stands in the chat."""
        with self.lock:
            if self.timer:
                self.timer.cancel()
            if not (self.is_late and reply.toast):
                return reply
        screen = reply.screen or Screen("")
        text = f"{reply.toast}\n\n{screen.text}".strip()
        return replace(reply, toast="", screen=replace(screen, text=text, rows=rows_of(*screen.rows)))
