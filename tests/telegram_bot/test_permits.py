"""Permits: who may write now. Time is made to pass; nobody waits for it."""

import random
from heapq import heappop, heappush

import pytest
from django.core.cache import cache

from telegram_bot import permits
from telegram_bot.permits import AT_ONCE, UNANSWERED, Asking, Busy, OwnPermits, SharedPermits, key
from tests.standins.telegram.flood import peak
from tests.telegram_bot.clocks import TimedPermits, patient_redis

CHATS = [str(number) for number in range(1, AT_ONCE + 1)]
SOMEBODY, ANOTHER = "7001", "7002"


@pytest.fixture
def shared() -> TimedPermits:
    cache.clear()
    return TimedPermits()


def test_thirty_messages_are_under_way_and_the_next_one_waits(shared):
    shared.grant(*CHATS)

    assert shared.ask(Asking(SOMEBODY), 2) == Busy("bot", 0.95)


def test_permit_counts_for_a_second_after_its_answer(shared):
    first, *_ = shared.grant(*CHATS)
    shared.now += 5
    shared.answered(first)

    outcomes = []
    for seconds in (0, 0.999, 0.001):
        shared.now += seconds
        outcomes.append(shared.why_not(SOMEBODY))

    assert outcomes == ["bot", "bot", ""]


def test_whoever_waits_is_told_until_when(shared):
    first, *_ = shared.grant(*CHATS)
    shared.answered(first)
    shared.now += 0.6

    assert shared.ask(Asking(SOMEBODY), 2) == Busy("bot", pytest.approx(0.4, abs=0.001))


def test_permit_of_a_killed_worker_is_forgotten(shared):
    shared.grant(*CHATS)

    outcomes = []
    for seconds in (UNANSWERED - 0.001, 0.001):
        shared.now += seconds
        outcomes.append(shared.why_not(SOMEBODY))

    assert outcomes == ["bot", ""]


def test_chat_is_written_to_once_a_second(shared):
    [asking] = shared.grant(SOMEBODY)
    under_way = shared.ask(Asking(SOMEBODY), 2)
    shared.now += 5
    shared.answered(asking)

    outcomes = [shared.why_not(ANOTHER)]
    for seconds in (0, 0.999, 0.001):
        shared.now += seconds
        outcomes.append(shared.why_not(SOMEBODY))

    assert under_way == Busy("chat", 0.95)
    assert outcomes == ["", "chat", "chat", ""]


def test_question_asked_again_is_one_permit(shared):
    askings = shared.grant(*CHATS)

    assert [shared.ask(asking, 2) for asking in askings] == [None] * AT_ONCE
    assert patient_redis().zcard(key("permits")) == AT_ONCE


def test_permit_that_was_not_used_is_free_at_once(shared):
    first, *_ = shared.grant(*CHATS)

    shared.unused(first)

    assert shared.why_not(first.chat) == ""


def test_answer_that_comes_after_its_permit_was_forgotten_changes_nothing(shared):
    [late] = shared.grant(SOMEBODY)
    shared.now += UNANSWERED
    shared.grant(SOMEBODY)

    shared.answered(late)

    shared.now += 2
    assert shared.why_not(SOMEBODY) == "chat"


# --- own messages and broadcasts --------------------------------------------------------------------------------------


def test_own_message_gets_the_next_permit(shared):
    first, *_ = shared.grant(*CHATS)
    own, bulk = Asking(SOMEBODY), Asking(ANOTHER, is_bulk=True)
    in_vain = [shared.ask(bulk, 2), shared.ask(own, 2)]
    shared.unused(first)

    outcomes = [shared.ask(bulk, 2), shared.ask(own, 2), shared.ask(bulk, 2)]

    assert in_vain == [Busy("bot", 0.95)] * 2
    assert outcomes == [Busy("bot", 0.02), None, Busy("bot", 0.95)]


def test_broadcast_goes_on_when_the_own_message_has_gone(shared):
    first, second, *_ = shared.grant(*CHATS)
    own, bulk = Asking(SOMEBODY), Asking(ANOTHER, is_bulk=True)
    shared.ask(own, 2)
    shared.unused(first)
    shared.unused(second)

    outcomes = [shared.ask(bulk, 2), shared.ask(own, 2), shared.ask(bulk, 2)]

    assert outcomes == [Busy("bot", 0.02), None, None]


def test_own_message_that_does_not_come_back_holds_no_broadcast_up_for_long(shared):
    first, *_ = shared.grant(*CHATS)
    shared.why_not(SOMEBODY)
    shared.unused(first)

    outcomes = []
    for seconds in (0, 1, 0.05):
        shared.now += seconds
        outcomes.append(shared.why_not(ANOTHER, is_bulk=True))

    assert outcomes == ["bot", "bot", ""]


def test_own_message_that_will_not_wait_holds_nobody_up(shared):
    first, *_ = shared.grant(*CHATS)
    shared.why_not(SOMEBODY, patience=0.5)
    shared.unused(first)

    assert shared.why_not(ANOTHER, is_bulk=True) == ""


def test_own_message_that_waits_for_its_chat_holds_nobody_up(shared):
    shared.grant(SOMEBODY)

    assert [shared.why_not(SOMEBODY), shared.why_not(ANOTHER, is_bulk=True)] == ["chat", ""]


def test_broadcasts_are_spread_and_nobody_else_is(shared):
    first = shared.ask(Asking("1", is_bulk=True), 2)
    shared.now += 0.005
    then = [shared.ask(Asking("2", is_bulk=True), 2), shared.ask(Asking("3"), 2), shared.ask(Asking("4"), 2)]
    shared.now += 0.015

    assert first is None
    assert then == [Busy("bot", 0.015), None, None]
    assert shared.ask(Asking("2", is_bulk=True), 2) is None


def test_nobody_keeps_a_distance_to_what_was_not_sent(shared):
    skipped = Asking("1", is_bulk=True)
    shared.ask(skipped, 2)

    shared.unused(skipped)

    assert shared.why_not("2", is_bulk=True) == ""


# --- a pause, and a Redis that has forgotten or lies -----------------------------------------------------------------


def test_pause_is_everybodys_and_the_longer_one_counts(shared):
    shared.pause(30)
    shared.pause(1)
    shared.now += 2

    during = [shared.ask(Asking(SOMEBODY), 2), shared.ask(Asking(ANOTHER, is_bulk=True), 2)]
    shared.now += 28

    assert during == [Busy("pause", 28)] * 2
    assert shared.why_not(SOMEBODY) == ""


def test_clock_that_is_set_back_blocks_nobody(shared):
    shared.grant(*CHATS)

    shared.now -= 3600

    assert [shared.why_not(chat) for chat in CHATS] == [""] * AT_ONCE


def test_nonsense_under_our_keys_blocks_nobody(shared):
    redis = patient_redis()
    for name in (key("pause"), key("trip"), key("last_of_bulk"), permits.key_of_chat(SOMEBODY)):
        redis.set(name, "for ever")

    [asking] = shared.grant(SOMEBODY)
    shared.answered(asking)
    shared.now += 1

    assert shared.why_not(SOMEBODY) == ""


def test_no_key_names_a_chat_and_all_have_an_end():
    cache.clear()
    shared = SharedPermits()
    for chat in (*CHATS, "123456789"):
        shared.ask(Asking(chat, is_bulk=chat == CHATS[0]), 2)
    shared.pause(5)

    redis = patient_redis()
    names = redis.keys("*")
    assert len(names) == AT_ONCE + len(("permits", "waiting", "last_of_bulk", "pause"))
    assert all(name.startswith(b"okno:1:rate:telegram:") and redis.pttl(name) > 0 for name in names)
    assert not any(b"123456789" in name for name in names)


# --- the shortest round trip -----------------------------------------------------------------------------------------


def counts_on(shared: TimedPermits, took: float, times: int = 1) -> float:
    """How long a permit counts after an answer that took so long, and was the last of so many."""
    for _ in range(times):
        [asking] = shared.grant(SOMEBODY)
        shared.now += took
        shared.answered(asking)
        busy = shared.ask(Asking(SOMEBODY), 2)
        shared.now += 1
    score = patient_redis().zscore(key("permits"), asking.token)
    assert busy is not None
    return round(score / 1_000_000 - (shared.now - 1), 6)


def test_second_begins_earlier_by_what_even_the_shortest_round_trip_takes(shared):
    first = counts_on(shared, took=0.08)
    hundredth = counts_on(shared, took=0.08, times=99)
    later = counts_on(shared, took=0.08, times=100)
    after_a_quick_one = [counts_on(shared, took=0.04), counts_on(shared, took=0.08)]

    assert [first, hundredth, later] == [1, 1, 0.97]
    assert after_a_quick_one == [1, 1]


def test_never_more_than_a_twentieth_of_a_second_is_given_away(shared):
    assert counts_on(shared, took=3, times=250) == permits.AT_LEAST


# --- the reasoning, tried out ----------------------------------------------------------------------------------------

MESSAGES, SENDERS = 600, 4


def arrivals(shared: TimedPermits, seed: int, *, least: float, longest: float) -> list[float]:
    """When messages reach a provider that some processes write to as fast as they may, each way taking a random time:
    the next one is asked for while those before it are still under way."""
    fate, moments = random.Random(seed), []
    events: list[tuple[float, str, Asking | None]] = [(shared.now, f"ask {number}", None) for number in range(SENDERS)]
    while len(moments) < MESSAGES:
        shared.now, what, asking = heappop(events)
        if asking is not None:
            shared.answered(asking)
            continue
        asking = Asking(str(len(moments)))
        if busy := shared.ask(asking, 2):
            heappush(events, (shared.now + busy.wait + fate.random() / 1000, what, None))
            continue
        there, back = (least + fate.random() ** 4 * longest for _ in range(2))
        moments.append(shared.now + there)
        heappush(events, (shared.now + there + back, asking.token, asking))
        heappush(events, (shared.now + fate.random() / 100, what, None))
    return moments


WAYS = [(0.001, 0.0), (0.001, 0.005), (0.001, 0.05), (0.005, 0.5), (0.05, 0.0), (0.05, 0.02), (0.05, 0.5), (0.005, 3.0)]


@pytest.mark.parametrize(("least", "longest"), WAYS)
def test_no_second_sees_more_than_thirty_whatever_the_ways_take(shared, least, longest):
    moments = arrivals(shared, seed=1, least=least, longest=longest)

    assert len(moments) == MESSAGES
    assert AT_ONCE / 2 < peak(moments) <= AT_ONCE


def test_provider_that_takes_its_time_has_as_many(shared):
    moments = arrivals(shared, seed=2, least=0.05, longest=0.0)

    assert len(moments) / (moments[-1] - moments[0] + 1) > 28


def test_control_of_the_answer_permits_that_count_from_the_grant_let_more_through(shared):
    class FromTheGrant(TimedPermits):
        def ask(self, asking, patience):
            busy = super().ask(asking, patience)
            if busy is None:
                super().answered(asking)
            return busy

        def answered(self, asking):
            """Nobody waits for it."""

    moments = arrivals(FromTheGrant(), seed=1, least=0.005, longest=0.5)

    assert peak(moments) > AT_ONCE


def test_control_of_the_shortest_trip_trusted_as_a_whole_it_lets_more_through(shared):
    class Trustful(TimedPermits):
        def run(self, script, keys, *arguments):
            return super().run(script.replace("shortest - 50000", "shortest"), keys, *arguments)

    moments = arrivals(Trustful(), seed=1, least=0.001, longest=0.05)

    assert peak(moments) > AT_ONCE


# --- without Redis ---------------------------------------------------------------------------------------------------


class Clock:
    def __init__(self, monkeypatch) -> None:
        self.now = 100.0
        monkeypatch.setattr(permits.time, "monotonic", lambda: self.now)


def test_process_alone_keeps_to_its_share_and_to_the_limit_of_a_chat(monkeypatch):
    clock, own = Clock(monkeypatch), OwnPermits()
    askings = [Asking(chat) for chat in CHATS[: permits.ALONE]]
    granted = [own.ask(asking, 2) for asking in askings]
    in_vain = [own.ask(Asking(SOMEBODY), 2), own.ask(Asking(CHATS[0]), 2)]

    own.answered(askings[0])
    clock.now += 0.75
    too_early = own.ask(Asking(SOMEBODY), 2)
    clock.now += 0.25
    then = [own.ask(Asking(CHATS[0]), 2), own.ask(Asking(SOMEBODY), 2)]

    assert granted == [None] * permits.ALONE
    assert in_vain == [Busy("bot", 1), Busy("chat", 1)]
    assert too_early == Busy("bot", 0.25)
    assert then == [None, Busy("bot", 1)]


def test_process_alone_gives_back_what_it_did_not_use_and_pauses(monkeypatch):
    clock, own = Clock(monkeypatch), OwnPermits()
    asking = Asking(SOMEBODY)
    own.ask(asking, 2)
    own.unused(asking)
    again = own.ask(Asking(SOMEBODY), 2)
    own.pause(30)

    paused = own.ask(Asking(ANOTHER), 2)
    clock.now += 30

    assert again is None
    assert paused == Busy("pause", 30)
    assert own.ask(Asking(ANOTHER), 2) is None
