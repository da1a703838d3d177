"""The pace Telegram puts up with: so many messages a second, so many in a chat; silence for whoever hurries."""

import math
from collections import deque
from collections.abc import Iterable

from tests.standins.telegram.refusals import too_many_requests

SECOND = 1.0


class Flood:
    """Two sliding windows and a ban; a limit of None is off. The caller holds the lock."""

    def __init__(self, per_second: int | None, per_chat: int | None, retry_after: int) -> None:
        self.per_second = per_second
        self.per_chat = per_chat
        self.retry_after = retry_after
        self.banned_until = 0.0
        self.sent: deque[tuple[float, int]] = deque()

    def refuse_the_banned(self, now: float) -> None:
        """Every call is refused until the ban is over, whatever it asks for."""
        if now < self.banned_until:
            raise too_many_requests(math.ceil(self.banned_until - now))

    def ban(self, seconds: int, now: float) -> None:
        self.banned_until = max(self.banned_until, now + seconds)

    def admit(self, chat_id: int, now: float) -> None:
        """Count one message to ``chat_id``, or refuse it and ban the bot."""
        while self.sent and now - self.sent[0][0] >= SECOND:
            self.sent.popleft()
        in_chat = sum(chat == chat_id for _, chat in self.sent)
        if over(self.per_second, len(self.sent)) or over(self.per_chat, in_chat):
            self.ban(self.retry_after, now)
            raise too_many_requests(self.retry_after)
        self.sent.append((now, chat_id))


def over(limit: int | None, sent: int) -> bool:
    return limit is not None and sent >= limit


def peak(moments: Iterable[float]) -> int:
    """The most of ``moments`` that fall into any one second."""
    window: deque[float] = deque()
    most = 0
    for moment in sorted(moments):
        window.append(moment)
        while moment - window[0] >= SECOND:
            window.popleft()
        most = max(most, len(window))
    return most
