"""How long a worker waits, and what it does without Redis."""

import socket
from datetime import timedelta

import pytest
import redis

from notifications.errors import Throttled
from telegram_bot import limiter, permits, wire
from telegram_bot.limiter import LIMITER, Permit
from telegram_bot.permits import AT_ONCE, Asking, OwnPermits, SharedPermits
from tests.telegram_bot.chats import ANNA, tell
from tests.telegram_bot.clocks import patient_redis

PAUSE = timedelta(seconds=30)


@pytest.fixture(autouse=True)
def _own_limiter(telegram):
    """Of a process that has not written yet."""


def redis_at(monkeypatch, port: int) -> list[str]:
    """Another Redis than ours, at ``port``; how often it was asked."""
    asked: list[str] = []

    def connection(alias: str) -> redis.Redis:
        asked.append(alias)
        return redis.Redis(port=port, socket_connect_timeout=0.25, socket_timeout=0.25, retry=None)

    monkeypatch.setattr(permits, "get_redis_connection", connection)
    return asked


def test_own_message_does_not_wait_for_the_end_of_a_long_pause(monkeypatch):
    monkeypatch.setattr(limiter.time, "sleep", pytest.fail)
    LIMITER.pause(PAUSE)

    with pytest.raises(Throttled) as refusal:
        tell()

    assert timedelta(seconds=20) < refusal.value.wait <= PAUSE
    assert refusal.value.reason == "too many requests: Telegram asked for a pause"


def test_broadcast_waits_as_long_as_anybody_and_then_says_how_much_longer(monkeypatch):
    monkeypatch.setattr(limiter, "PATIENCE", 0.1)
    slept: list[float] = []
    monkeypatch.setattr(limiter.time, "sleep", slept.append)
    LIMITER.pause(PAUSE)

    with pytest.raises(Throttled) as refusal:
        tell(is_bulk=True)

    assert slept
    assert max(slept) <= 0.1
    assert timedelta(seconds=20) < refusal.value.wait <= PAUSE


def test_own_message_does_not_keep_a_worker_waiting_for_its_chat(telegram):
    tell()

    with pytest.raises(Throttled) as error:
        tell()

    assert timedelta() < error.value.wait <= timedelta(seconds=1)
    assert len(telegram.messages(ANNA)) == 1


def test_control_of_the_chat_without_permits_telegram_refuses(telegram, monkeypatch):
    monkeypatch.setattr(LIMITER, "acquire", lambda asking: Permit(asking, OwnPermits(), limiter.time.monotonic()))
    tell()

    with pytest.raises(Throttled):
        tell()


def test_one_of_a_broadcast_asks_for_all_of_its_process():
    first = Asking("1", is_bulk=True)

    with LIMITER.turnstile:
        is_waiting = not LIMITER.turnstile.acquire(blocking=False)
        own = LIMITER.acquire(Asking("2"))

    assert is_waiting
    assert isinstance(own, Permit)
    assert isinstance(LIMITER.acquire(first), Permit)


def test_permit_that_was_kept_too_long_is_not_used(monkeypatch):
    monkeypatch.setattr(limiter, "START", -1)

    with pytest.raises(Throttled) as refusal:
        tell()

    assert (refusal.value.reason, refusal.value.wait) == ("the permit was not used in time", timedelta())
    assert patient_redis().zcard(permits.key("permits")) == 0


def test_permit_counts_longer_than_its_message_can_be_on_its_way():
    assert limiter.START + wire.HUNG + permits.SECOND < permits.UNANSWERED


def test_message_that_goes_twice_is_done_before_its_lease_ends(settings):
    longest = 2 * (limiter.PATIENCE + limiter.START + wire.HUNG)

    assert timedelta(seconds=longest) < settings.NOTIFICATION_LEASE


# --- without Redis ---------------------------------------------------------------------------------------------------


def test_messages_go_without_redis(telegram, monkeypatch):
    asked = redis_at(monkeypatch, port=1)
    for number in (8, 9):
        telegram.add_user(number)
        tell(number)

    assert [len(telegram.messages(number)) for number in (8, 9)] == [1, 1]
    assert len(asked) == 1


def test_messages_go_when_redis_never_answers(telegram, monkeypatch):
    telegram.add_user(8)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        asked = redis_at(monkeypatch, silent.getsockname()[1])
        tell()
        tell(8)

    assert [len(telegram.messages(number)) for number in (ANNA, 8)] == [1, 1]
    assert len(asked) == 1


def test_messages_go_when_redis_talks_nonsense(telegram):
    patient_redis().set(permits.key("permits"), "no sorted set")

    tell()

    assert len(telegram.messages(ANNA)) == 1


def test_redis_that_goes_between_the_question_and_the_answer_stops_nobody(telegram, monkeypatch):
    telegram.add_user(8)

    with LIMITER.permit(str(ANNA)) as permit:
        redis_at(monkeypatch, port=1)
        permit.use()
    tell(8)

    assert len(telegram.messages(8)) == 1


def test_late_answer_of_redis_is_asked_for_again_and_is_one_permit(monkeypatch):
    late = [redis.exceptions.TimeoutError("it took longer than a quarter of a second")]
    ours, asking = patient_redis(), Asking("7")

    class Late(type(ours)):
        def evalsha(self, *arguments):
            answer = ours.evalsha(*arguments)
            if late:
                raise late.pop()
            return answer

    monkeypatch.setattr(permits, "get_redis_connection", lambda alias: Late(connection_pool=ours.connection_pool))
    permit = LIMITER.acquire(asking)

    assert (type(permit.permits), late) == (SharedPermits, [])
    assert ours.zcard(permits.key("permits")) == 1


def test_redis_is_asked_again_after_a_while(monkeypatch):
    with monkeypatch.context() as without:
        redis_at(without, port=1)
        alone = LIMITER.acquire(Asking("1"))
    still_alone = LIMITER.acquire(Asking("2"))
    LIMITER.redis_from -= limiter.WITHOUT_REDIS

    together = LIMITER.acquire(Asking("3"))

    assert [type(permit.permits) for permit in (alone, still_alone, together)] == [
        OwnPermits,
        OwnPermits,
        SharedPermits,
    ]


def test_process_alone_obeys_a_pause_too(monkeypatch):
    redis_at(monkeypatch, port=1)
    LIMITER.pause(PAUSE)

    with pytest.raises(Throttled) as refusal:
        tell()

    assert timedelta(seconds=20) < refusal.value.wait <= PAUSE


def test_emptied_redis_forgets_who_writes_and_goes_on():
    shared = SharedPermits()
    for number in range(AT_ONCE):
        shared.ask(Asking(str(number)), 2)
    full = shared.ask(Asking("31"), 0)

    patient_redis().flushdb()

    assert full is not None
    assert shared.ask(Asking("31"), 0) is None
