"""Who may write now: permits kept in Redis for all processes, or by one process for itself when there is no Redis.

A permit counts from the moment it is granted until one second after its answer. When its message arrives we do not
know, only that it is in between; so whatever the network and the scheduler do, the messages that arrive within one
second had all been counted when the last of them was granted, and are never more than may be. A permit whose answer
never comes (its worker was killed) counts until its message could not be on its way any more.

Of a provider that takes 100 ms for each answer this would make 27 messages a second instead of 30. But it is not the
length of the ways that matters, only how much it varies. So the second begins earlier than the answer, by the shortest
round trip of late, less 50 ms for what that may hide, and by 50 ms at most: one that takes 100 ms gets 28 messages a
second, and with one that answers at once nothing is assumed. Only when all ways become shorter at the same moment, by
more than the 50 ms, may one second see a message too many.
"""

import time
from dataclasses import dataclass, field
from functools import partial
from secrets import token_hex
from threading import Lock
from typing import Any, Protocol

from django.core.cache import cache
from django.utils.crypto import salted_hmac
from django_redis import get_redis_connection
from redis.exceptions import TimeoutError as LateError

AT_ONCE = 30
"""Messages of the bot in any second (domain §8; facts T2)."""
ALONE = 5
"""The same of one process that cannot ask Redis how many the others send."""
SECOND = 1.0
UNANSWERED = 24.0
"""Seconds that a permit counts without an answer; longer than START and the wire's own limits together, plus one."""
AT_LEAST = 0.95
"""Seconds that a permit counts after its answer, however long that took; so long, too, counts what is not answered."""
APART = 0.02
"""Seconds between two messages of broadcasts: thirty at the same moment would be slow to answer, time after time."""


@dataclass(frozen=True, slots=True)
class Asking:
    """One message that wants to go out."""

    chat: str
    is_bulk: bool = False
    goes_on: bool = False
    """The second try of a message that is under way: it waits for its chat as well."""
    token: str = field(default_factory=lambda: token_hex(8))


@dataclass(frozen=True, slots=True)
class Busy:
    """Not now: again after ``wait`` seconds; ``why`` is a key of REASONS."""

    why: str
    wait: float


REASONS = {
    "pause": "too many requests: Telegram asked for a pause",
    "bot": "too many requests: the bot writes as much as it may",
    "chat": "too many requests: the chat is written to as often as it may be",
}


class Permits(Protocol):
    """Who keeps the permits."""

    def ask(self, asking: Asking, patience: float) -> Busy | None:
        """None when it may go out now; asked again for what was granted, it is granted again. ``patience`` is for how
        many seconds the asker would wait: while he does, no broadcast gets a permit."""

    def answered(self, asking: Asking) -> None:
        """The answer has come, or it is certain that none will."""

    def unused(self, asking: Asking) -> None:
        """Nothing was sent."""

    def pause(self, seconds: float) -> None:
        """Nobody writes for so long."""


# A permit is a member of a sorted set, by when it ends; a chat's key names the permit of its last message. All times
# are microseconds of Redis's own clock. Each key also has a time to live, which only tidies up.
NOW = """
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
"""
ASK = (
    NOW
    + """
local permits, waiting, pause, last_of_bulk, chat = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local token, is_bulk, at_once = ARGV[1], ARGV[2] == '1', tonumber(ARGV[3])
local unanswered, at_least, apart, patience = ARGV[4] + 0, ARGV[5] + 0, ARGV[6] + 0, ARGV[7] + 0

local paused_until = tonumber(redis.call('GET', pause)) or 0
if paused_until > now then return {'pause', paused_until - now} end
redis.call('ZREMRANGEBYSCORE', permits, '-inf', now)
redis.call('ZREMRANGEBYSCORE', permits, now + unanswered + 1, '+inf')  -- the clock was set back
if redis.call('ZSCORE', permits, token) then return {'', 0} end  -- our yes was lost on its way to him

local last = redis.call('GET', chat)
local ends = last and redis.call('ZSCORE', permits, last)
if ends then return {'chat', math.min(ends - now, at_least)} end

local wait = 0
if redis.call('ZCARD', permits) >= at_once then
    wait = math.min(redis.call('ZRANGE', permits, 0, 0, 'WITHSCORES')[2] - now, at_least)
end
if is_bulk and wait == 0 then
    redis.call('ZREMRANGEBYSCORE', waiting, '-inf', now)
    if redis.call('ZCARD', waiting) > 0 then  -- this permit is for somebody's own message
        wait = apart
    else
        wait = math.min(math.max((tonumber(redis.call('GET', last_of_bulk)) or 0) + apart - now, 0), apart)
    end
end
if wait > 0 then
    if not is_bulk and wait <= patience then
        redis.call('ZADD', waiting, now + wait + 100000, token)
        redis.call('PEXPIRE', waiting, 10000)
    end
    return {'bot', wait}
end

redis.call('ZREM', waiting, token)
redis.call('ZADD', permits, now + unanswered, token)
redis.call('PEXPIRE', permits, unanswered / 1000)
redis.call('SET', chat, token, 'PX', unanswered / 1000)
if is_bulk then redis.call('SET', last_of_bulk, now, 'PX', 1000) end
return {'', 0}
"""
)
ANSWERED = (
    NOW
    + """
local permits, trip = KEYS[1], KEYS[2]
local token, unanswered, second = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local ends = redis.call('ZSCORE', permits, token)
if not ends then return 0 end

-- The shortest round trip, learned slowly, half a millisecond with each answer, and forgotten at once.
local took = now - (ends - unanswered)
local shortest = math.min(took, (tonumber(redis.call('GET', trip)) or 0) + 500, 100000)
redis.call('SET', trip, shortest, 'PX', 60000)
redis.call('ZADD', permits, now + second - math.max(shortest - 50000, 0), token)
return 0
"""
)
UNUSED = "return redis.call('ZREM', KEYS[1], ARGV[1]) + redis.call('DEL', KEYS[2])"
PAUSE = (
    NOW
    + """
local paused_until = now + ARGV[1]
if paused_until > (tonumber(redis.call('GET', KEYS[1])) or 0) then
    redis.call('SET', KEYS[1], paused_until, 'PX', math.ceil(ARGV[1] / 1000))
end
return 0
"""
)


def microseconds(seconds: float) -> int:
    return round(seconds * 1_000_000)


def key(name: str) -> str:
    """Under the cache's prefix, as every key of ours."""
    return cache.make_key(f"rate:telegram:{name}")


def key_of_chat(chat: str) -> str:
    """Chats are not named in Redis."""
    return key("chat:" + salted_hmac("rate", chat).hexdigest()[:20])


class SharedPermits:
    """In Redis, for all processes: each question is one script, which nothing can come between.

    Raises RedisError when Redis cannot say.
    """

    def ask(self, asking: Asking, patience: float) -> Busy | None:
        keys = [key("permits"), key("waiting"), key("pause"), key("last_of_bulk"), key_of_chat(asking.chat)]
        times = [microseconds(seconds) for seconds in (UNANSWERED, AT_LEAST, APART, max(patience, 0))]
        why, wait = self.run(ASK, keys, asking.token, int(asking.is_bulk), AT_ONCE, *times)
        return Busy(why.decode(), wait / 1_000_000) if why else None

    def answered(self, asking: Asking) -> None:
        self.run(ANSWERED, [key("permits"), key("trip")], asking.token, microseconds(UNANSWERED), microseconds(SECOND))

    def unused(self, asking: Asking) -> None:
        self.run(UNUSED, [key("permits"), key("last_of_bulk")], asking.token)

    def pause(self, seconds: float) -> None:
        self.run(PAUSE, [key("pause")], max(microseconds(seconds), 1))

    def run(self, script: str, keys: list[str], *arguments: str | int) -> Any:
        """Twice, when only the answer was late: each script may be repeated."""
        ask = partial(get_redis_connection("default").register_script(script), keys, arguments)
        try:
            return ask()
        except LateError:
            return ask()


class OwnPermits:
    """Of one process, by the monotonic clock: a share that leaves room for five others. What it sends itself is a
    broadcast or people's own messages, never both: so there is nobody here to be let pass."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.ends: dict[str, float] = {}
        self.chats: dict[str, float] = {}
        self.paused_until = 0.0

    def ask(self, asking: Asking, patience: float) -> Busy | None:
        with self.lock:
            now = time.monotonic()
            self.ends, self.chats = still_counting(self.ends, now), still_counting(self.chats, now)
            if self.paused_until > now:
                return Busy("pause", self.paused_until - now)
            if asking.chat in self.chats:
                return Busy("chat", min(self.chats[asking.chat] - now, SECOND))
            if len(self.ends) >= ALONE:
                return Busy("bot", min(min(self.ends.values()) - now, SECOND))
            self.ends[asking.token] = self.chats[asking.chat] = now + UNANSWERED
            return None

    def answered(self, asking: Asking) -> None:
        with self.lock:
            self.ends[asking.token] = self.chats[asking.chat] = time.monotonic() + SECOND

    def unused(self, asking: Asking) -> None:
        with self.lock:
            self.ends.pop(asking.token, None)
            self.chats.pop(asking.chat, None)

    def pause(self, seconds: float) -> None:
        with self.lock:
            self.paused_until = max(self.paused_until, time.monotonic() + seconds)


def still_counting(ends: dict[str, float], now: float) -> dict[str, float]:
    return {name: end for name, end in ends.items() if end > now}
