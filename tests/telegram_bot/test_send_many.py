"""Many messages at once, each with a permit of its own and claimed right before its send."""

import threading
from datetime import timedelta

import pytest

from notifications.errors import AddressGone, NotSent, Throttled, TryLater
from telegram_bot import carrier, limiter
from telegram_bot.carrier import TelegramCarrier
from telegram_bot.limiter import LIMITER
from telegram_bot.permits import AT_ONCE, Asking, SharedPermits
from tests.standins.telegram.answers import restart, slow_down
from tests.telegram_bot.chats import message


@pytest.fixture
def chats(telegram) -> list[int]:
    """People: more than may be told in a second."""
    numbers = list(range(100, 140))
    for number in numbers:
        telegram.add_user(number)
    return numbers


def bulk(chats: list[int]) -> list:
    return [message(chat, is_bulk=True) for chat in chats]


def test_each_gets_its_id_or_why_not(telegram, chats):
    telegram.block(102)

    results = TelegramCarrier().send_many(bulk([*chats[:4], 999]))

    ids = [[str(each.message_id) for each in telegram.messages(chat)] for chat in chats[:4]]
    assert [[result] for result in results[:2] + results[3:4]] == ids[:2] + ids[3:4]
    assert [type(result) for result in (results[2], results[4])] == [AddressGone, AddressGone]


def test_no_second_sees_more_than_may_be(telegram, chats):
    results = TelegramCarrier().send_many(bulk(chats))

    assert [len(telegram.messages(chat)) for chat in chats] == [1] * len(chats)
    assert not any(isinstance(result, NotSent) for result in results)
    assert telegram.peak_in_any_second() <= AT_ONCE


def test_they_are_under_way_together(chats):
    together, met = threading.Barrier(carrier.AT_ONCE), []

    def begin(number: int) -> bool:
        met.append(together.wait(5))
        return True

    TelegramCarrier().send_many(bulk(chats[: carrier.AT_ONCE]), begin)

    assert sorted(met) == list(range(carrier.AT_ONCE))


def test_each_is_begun_before_and_ended_after_its_send(telegram, chats):
    heard: list[tuple[str, int]] = []

    def begin(number: int) -> bool:
        heard.append((f"begun, {len(telegram.messages(chats[number]))} there", number))
        return True

    def end(number: int, result: str | NotSent) -> None:
        heard.append((f"ended, {len(telegram.messages(chats[number]))} there, {result}", number))

    results = TelegramCarrier().send_many(bulk(chats[:3]), begin, end)

    assert sorted(heard) == sorted(
        [("begun, 0 there", number) for number in range(3)]
        + [(f"ended, 1 there, {results[number]}", number) for number in range(3)]
    )


def test_what_is_not_to_be_sent_after_all_is_skipped_and_leaves_its_permit(telegram, chats):
    ended: list[int] = []

    results = TelegramCarrier().send_many(
        bulk(chats), lambda number: number == 39, lambda number, _: ended.append(number)
    )

    assert results[:39] == [carrier.SKIPPED] * 39
    assert [len(telegram.messages(chat)) for chat in chats] == [0] * 39 + [1]
    assert ended == [39]


def test_nobody_is_begun_while_telegram_wants_a_pause(telegram, chats, monkeypatch):
    monkeypatch.setattr(limiter, "PATIENCE", 0.05)
    LIMITER.pause(timedelta(seconds=60))
    begun: list[int] = []

    results = TelegramCarrier().send_many(bulk(chats), lambda number: not begun.append(number))

    assert {type(result) for result in results} == {Throttled}
    assert (begun, telegram.calls) == ([], [])


def test_those_after_a_refusal_for_haste_wait_for_the_end_of_the_pause(telegram, chats, monkeypatch):
    monkeypatch.setattr(limiter, "PATIENCE", 0.05)
    monkeypatch.setattr(carrier, "AT_ONCE", 1)
    telegram.answer_next("sendMessage", slow_down(60))
    ended: dict[int, str | NotSent] = {}

    results = TelegramCarrier().send_many(bulk(chats[:3]), lambda number: True, ended.__setitem__)

    assert [type(result) for result in results] == [Throttled] * 3
    assert ended == {0: results[0]}
    assert len(telegram.calls) == 1


def test_trouble_with_one_is_not_the_others(telegram, chats):
    telegram.answer_next("sendMessage", restart())

    results = TelegramCarrier().send_many(bulk(chats[:5]))

    assert [type(result) for result in results].count(TryLater) == 1
    assert sum(len(telegram.messages(chat)) for chat in chats[:5]) == 4


def test_one_that_breaks_its_claim_leaves_its_permit_and_is_heard_of(telegram, chats):
    def begin(number: int) -> bool:
        if number == 0:
            raise LookupError("no such delivery")
        return True

    with pytest.raises(LookupError):
        TelegramCarrier().send_many(bulk(chats[:2]), begin)

    assert [len(telegram.messages(chat)) for chat in chats[:2]] == [0, 1]
    assert SharedPermits().ask(Asking(str(chats[0])), 0) is None


def test_nothing_to_send_is_nothing(telegram):
    assert TelegramCarrier().send_many([]) == []
