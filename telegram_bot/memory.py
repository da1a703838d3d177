"""What the bot keeps in Redis (domain §10): where a chat's menu is, what it was asked, how fast it writes.

Redis makes things fast and never decides: without it a menu is sent anew, and nothing can be typed for a while.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

import structlog
from django_redis import get_redis_connection
from redis.exceptions import RedisError

DIALOGUE = timedelta(minutes=30)
"""How long an answer is waited for (experience §3.7)."""
MENU = timedelta(days=60)
DOUBLE_TAP = timedelta(seconds=2)
WINDOW = timedelta(seconds=10)
HOLDS = "last_menu:holds"
"""Which chats look at which held times, by when these end."""
MOST_UPDATES = 20
"""In one window (experience §3.8)."""

Value = TypeVar("Value")

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Menu:
    """The live menu of a chat: which message, and what it ``shows`` when somebody else may have to change it."""

    message_id: int
    shows: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """What a chat was asked to type, about what, and in which message it was asked."""

    name: str
    about: dict[str, Any]
    message_id: int | None = None


def recall(key: str, read: Callable[[Any], Value]) -> Value | None:
    """What was kept under ``key``, as ``read`` makes it of JSON; None when nothing is, nobody knows, or it makes no
    sense: another release wrote it, or Redis lies (guarantee 20)."""
    try:
        text = get_redis_connection().get(key)
        return read(json.loads(text)) if text else None
    except RedisError as error:
        unavailable(error)
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        log.warning("bot_memory_not_understood", why=type(error).__name__)
    return None


def keep(key: str, value: Any, lasts: timedelta) -> bool:
    """Whether it is kept."""
    try:
        get_redis_connection().set(key, json.dumps(value), ex=lasts)
    except RedisError as error:
        unavailable(error)
        return False
    return True


def drop(*keys: str) -> None:
    try:
        get_redis_connection().delete(*keys)
    except RedisError as error:
        unavailable(error)


def unavailable(error: RedisError) -> None:
    log.warning("bot_memory_unavailable", why=type(error).__name__)


def menu_of(tg_id: int) -> Menu | None:
    return recall(f"last_menu:{tg_id}", lambda found: Menu(int(found["message_id"]), str(found["shows"])))


def keep_menu(tg_id: int, menu: Menu) -> None:
    keep(f"last_menu:{tg_id}", {"message_id": menu.message_id, "shows": menu.shows}, MENU)


def forget_menu(tg_id: int) -> None:
    drop(f"last_menu:{tg_id}")


def question_of(tg_id: int) -> Question | None:
    return recall(f"fsm:{tg_id}", lambda found: Question(found["name"], dict(found["about"]), found["message_id"]))


def ask(tg_id: int, question: Question) -> bool:
    """Wait for an answer; whether it will be remembered that it was asked."""
    value = {"name": question.name, "about": question.about, "message_id": question.message_id}
    return keep(f"fsm:{tg_id}", value, DIALOGUE)


def stop_asking(tg_id: int) -> None:
    drop(f"fsm:{tg_id}")


def phone_question_of(tg_id: int) -> int | None:
    """The message that asks for the phone, while its keys stand below the chat."""
    return recall(f"fsm:phone:{tg_id}", int)


def keep_phone_question(tg_id: int, message_id: int) -> None:
    keep(f"fsm:phone:{tg_id}", message_id, MENU)


def forget_phone_question(tg_id: int) -> None:
    drop(f"fsm:phone:{tg_id}")


def watch_hold(tg_id: int, hold: int, until: datetime) -> None:
    """Remember that this chat looks at a held time, so that somebody tells it when the time is up."""
    try:
        get_redis_connection().zadd(HOLDS, {f"{tg_id}:{hold}": until.timestamp()})
    except RedisError as error:
        unavailable(error)


def holds_that_ran_out(now: datetime, at_most: int = 100) -> list[tuple[int, int]]:
    """Chats and the holds they looked at, each once."""
    try:
        redis = get_redis_connection()
        due: list[Any] = redis.zrangebyscore(HOLDS, "-inf", now.timestamp(), start=0, num=at_most)
        mine: list[bytes] = [member for member in due if redis.zrem(HOLDS, member)]
    except RedisError as error:
        unavailable(error)
        return []
    pairs = (member.decode().split(":") for member in mine)
    return [(int(tg_id), int(hold)) for tg_id, hold in pairs]


def is_double_tap(tg_id: int, message_id: int, data: str) -> bool:
    """Whether the very same button was the last that this chat pressed, less than two seconds ago."""
    tap = hashlib.sha256(f"{message_id}:{data}".encode()).hexdigest()[:16]
    try:
        last = get_redis_connection().set(f"cb:{tg_id}", tap, px=DOUBLE_TAP, get=True)
    except RedisError as error:
        unavailable(error)
        return False
    return last == tap.encode()


def updates_lately(tg_id: int) -> int:
    """How many updates of this chat came in its window of ten seconds, this one included; 0 when nobody counts."""
    try:
        with get_redis_connection().pipeline() as pipe:
            pipe.set(f"rate:{tg_id}", 0, px=WINDOW, nx=True)
            pipe.incr(f"rate:{tg_id}")
            return int(pipe.execute()[1])
    except RedisError as error:
        unavailable(error)
        return 0
