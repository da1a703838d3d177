"""Permits by a clock that a test moves."""

from django_redis import get_redis_connection

from telegram_bot.permits import SharedPermits, Wish, key


class TimedPermits(SharedPermits):
    """The scripts as they are, but for the clock of Redis: ``now`` in seconds."""

    now = 1_000_000.0

    def run(self, script, keys, *arguments):
        name = key("clock")
        seconds, micro = divmod(round(self.now * 1_000_000), 1_000_000)
        get_redis_connection("default").hset(name, mapping={"s": seconds, "us": micro})
        clock = f"redis.call('HMGET', '{name}', 's', 'us')"
        return super().run(script.replace("redis.call('TIME')", clock), keys, *arguments)

    def grant(self, *chats: str) -> list[Wish]:
        """All at this moment."""
        wishes = [Wish(chat) for chat in chats]
        assert [self.ask(wish, 2) for wish in wishes] == [None] * len(chats)
        return wishes

    def why_not(self, chat: str, *, is_bulk: bool = False, patience: float = 2.0) -> str:
        """Empty when it is granted."""
        busy = self.ask(Wish(chat, is_bulk), patience)
        return busy.why if busy else ""
