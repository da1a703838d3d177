"""How fast the bot writes: 30 messages in any second, one in a chat, over all workers (guarantee 18).

Whoever sends takes a permit first and waits for it, a little while; see ``permits`` for why that is enough. Without
Redis each process keeps to a share of its own, and what still is too much Telegram refuses and we send later: a message
is worth more than the limit. When Redis goes, comes back or is emptied, the processes have forgotten each other's
permits for a second.
"""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from threading import Lock

import structlog
from redis.exceptions import RedisError

from notifications.errors import Throttled
from telegram_bot.permits import REASONS, Asking, Busy, OwnPermits, Permits, SharedPermits

PATIENCE = 2.0
"""Seconds that a worker waits for a permit before it does something else (guarantee 18)."""
FOR_ONE_CHAT = 0.2
"""The same when only one chat is busy: meanwhile everybody else's messages would wait behind it."""
START = 4.0
"""Seconds within which a permit must be used; longer a broadcast does not need to claim a delivery."""
WITHOUT_REDIS = 5.0
"""Seconds before Redis is asked again; each question to one that hangs costs a quarter of a second."""

log = structlog.get_logger()


@dataclass(slots=True)
class Permit:
    """One message may be sent: soon, and once."""

    asking: Asking
    permits: Permits
    asked_at: float
    is_used: bool = False

    def use(self) -> None:
        """Right before the call. Raises Throttled when the permit would not count until the end of it."""
        if time.monotonic() - self.asked_at > START:
            raise Throttled("the permit was not used in time", timedelta())
        self.is_used = True

    def end(self) -> None:
        """The answer has come, or none will; what was not used somebody else may have at once."""
        try:
            if self.is_used:
                self.permits.answered(self.asking)
            else:
                self.permits.unused(self.asking)
        except RedisError as error:
            log.warning("permit_not_ended", why=type(error).__name__)


class Limiter:
    """Of one process; made anew in every process that forks."""

    def __init__(self) -> None:
        self.shared: Permits = SharedPermits()
        self.renew()

    def renew(self) -> None:
        self.own = OwnPermits()
        self.turnstile = Lock()
        self.redis_from = 0.0

    @contextmanager
    def permit(self, chat: str, *, is_bulk: bool = False, goes_on: bool = False) -> Iterator[Permit]:
        """For one message, to be used inside. Raises Throttled as ``acquire`` does."""
        permit = self.acquire(Asking(chat, is_bulk, goes_on))
        try:
            yield permit
        finally:
            permit.end()

    def acquire(self, asking: Asking) -> Permit:
        """Wait for a permit. Raises Throttled with how long it takes yet when that is longer than a worker waits."""
        until = time.monotonic() + PATIENCE
        while isinstance(answer := self.turn(asking, until), Busy):
            rest(asking, answer, until)
        return answer

    def turn(self, asking: Asking, until: float) -> Permit | Busy:
        """Those of a broadcast stand in line, so that one of a process asks again and again, and not all of them; only
        whoever waits for his own chat lets the next one pass."""
        if not asking.is_bulk:
            return self.ask(asking, until)
        with self.turnstile:
            while isinstance(answer := self.ask(asking, until), Busy) and answer.why != "chat":
                rest(asking, answer, until)
            return answer

    def ask(self, asking: Asking, until: float) -> Permit | Busy:
        asked_at = time.monotonic()
        patience = until - asked_at
        if asked_at >= self.redis_from:
            try:
                return self.shared.ask(asking, patience) or Permit(asking, self.shared, asked_at)
            except RedisError as error:
                self.do_without_redis(error)
        return self.own.ask(asking, patience) or Permit(asking, self.own, asked_at)

    def pause(self, wait: timedelta) -> None:
        """Telegram said so: nobody writes for so long, in no process."""
        self.own.pause(wait.total_seconds())
        try:
            self.shared.pause(wait.total_seconds())
        except RedisError as error:
            self.do_without_redis(error)

    def do_without_redis(self, error: RedisError) -> None:
        self.redis_from = time.monotonic() + WITHOUT_REDIS
        log.warning("telegram_limits_without_redis", why=type(error).__name__)


def rest(asking: Asking, busy: Busy, until: float) -> None:
    """Sleep until it may be tried again. A worker with somebody's own message has better things to do when that is too
    long; a broadcast has not, and goes on when patience ends. Raises Throttled."""
    left = until - time.monotonic()
    if busy.why == "chat" and not (asking.is_bulk or asking.goes_on):
        left = min(left, FOR_ONE_CHAT)
    if left <= 0 or (busy.wait > left and not asking.is_bulk):
        raise Throttled(REASONS[busy.why], timedelta(seconds=busy.wait))
    time.sleep(max(min(busy.wait, left), 0.001))


LIMITER = Limiter()
os.register_at_fork(after_in_child=LIMITER.renew)
