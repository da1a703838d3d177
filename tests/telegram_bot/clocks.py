"""Permits by a clock that a test moves, and a Redis that has time."""

from functools import cache

import redis
from django.conf import settings

from telegram_bot.permits import Asking, SharedPermits


@cache
def patient_redis(alias: str = "default") -> redis.Redis:
    """Ours, but a machine that is busy with other tests does not count as a Redis that is gone."""
    return redis.Redis.from_url(settings.REDIS_URL, socket_timeout=20)


class TimedPermits(SharedPermits):
    """The scripts as they are, but for the clock of Redis: ``now`` in seconds."""

    now = 1_000_000.0

    def run(self, script, keys, *arguments):
        clock = divmod(round(self.now * 1_000_000), 1_000_000)
        timed = script.replace("redis.call('TIME')", "{ARGV[#ARGV - 1], ARGV[#ARGV]}")
        return super().run(timed, keys, *arguments, *clock)

    def grant(self, *chats: str) -> list[Asking]:
        """All at this moment."""
        askings = [Asking(chat) for chat in chats]
        assert [self.ask(asking, 2) for asking in askings] == [None] * len(chats)
        return askings

    def why_not(self, chat: str, *, is_bulk: bool = False, patience: float = 2.0) -> str:
        """Empty when it is granted."""
        busy = self.ask(Asking(chat, is_bulk), patience)
        return busy.why if busy else ""
