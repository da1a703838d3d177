"""Eight processes write to one Telegram (guarantee 18): it counts, and bears no grudge unless a test says so."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from notifications.errors import Throttled
from telegram_bot.permits import AT_ONCE
from tests.depth import SECONDS
from tests.standins.telegram import TelegramStandIn
from tests.standins.telegram.answers import delayed, slow_down
from tests.telegram_bot.chats import connected, tell
from tests.torture.rivals import say
from tests.torture.senders import (
    PROCESSES,
    deaf_to_pauses,
    senders,
    with_fixed_windows,
    without_limits,
    without_priorities,
)

pytestmark = pytest.mark.trial

FEW = 3
"""Processes; with the sixteen threads of each, enough to be in the way."""
LONG = AT_ONCE * (SECONDS or 5)
PEOPLE, CROWD = range(100, 110), range(100, 200)
PAUSE = 2
NEARLY_ALL = 28 if SECONDS else 15
"""A second. A machine that tests much else at the same time is slow to hear answers, and so to give permits back."""
PATIENCE = 60


@pytest.fixture
def strict(settings) -> Iterator[TelegramStandIn]:
    """Refuses whatever is too much."""
    with connected(settings) as telegram:
        yield telegram


@pytest.fixture
def patient(settings) -> Iterator[TelegramStandIn]:
    """Only counts."""
    with connected(settings, per_second=None, per_chat=None) as telegram:
        yield telegram


def moments(telegram: TelegramStandIn) -> list[float]:
    return sorted(call.at for call in telegram.calls_of("sendMessage"))


def rate(telegram: TelegramStandIn) -> float:
    """Messages a second, from the first to the last."""
    arrived = moments(telegram)
    return len(arrived) / (arrived[-1] - arrived[0])


def wait_until(happened: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.05)


def wait_for(telegram: TelegramStandIn, messages: int) -> None:
    """Until so many have arrived."""
    wait_until(lambda: len(moments(telegram)) >= messages)


def statuses(telegram: TelegramStandIn) -> set[int | None]:
    return {call.status for call in telegram.calls}


def busiest_chat(telegram: TelegramStandIn) -> int:
    chats = {call.params["chat_id"] for call in telegram.calls_of("sendMessage")}
    return max(telegram.peak_in_any_second(chat_id=int(chat)) for chat in chats)


def test_eight_processes_never_pass_the_limit_and_use_nearly_all_of_it(strict):
    with senders(strict):
        wait_for(strict, LONG)

    say(
        f"{len(moments(strict))} messages of {PROCESSES} processes, {rate(strict):.1f} a second:"
        f" at most {strict.peak_in_any_second()} in any second, {busiest_chat(strict)} in a chat"
    )
    assert statuses(strict) == {200}
    assert strict.peak_in_any_second() <= AT_ONCE
    assert busiest_chat(strict) == 1
    assert rate(strict) >= NEARLY_ALL


def test_the_control_without_limits_passes_them(patient):
    with senders(patient, without_limits):
        wait_for(patient, 4 * AT_ONCE)

    say(f"without limits: {patient.peak_in_any_second()} in one second")
    assert patient.peak_in_any_second() > AT_ONCE


def test_the_control_with_fixed_windows_passes_the_limit(patient):
    with senders(patient, with_fixed_windows):
        wait_for(patient, 4 * AT_ONCE)

    say(f"with fixed windows: {patient.peak_in_any_second()} in one second")
    assert patient.peak_in_any_second() > AT_ONCE


def test_one_worker_is_as_fast_with_a_provider_that_takes_its_time(strict):
    strict.answer_next("sendMessage", *[delayed(0.1)] * (2 * LONG))

    with senders(strict, count=1):
        wait_for(strict, LONG)

    say(f"one process, 100 ms an answer: {rate(strict):.1f} a second, {strict.peak_in_any_second()} in any second")
    assert statuses(strict) == {200}
    assert strict.peak_in_any_second() <= AT_ONCE
    assert rate(strict) >= NEARLY_ALL - 2  # it is the exact rate that tests/telegram_bot/test_permits.py asserts


# --- people's own messages -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Told:
    """How one person's own message fared: after how long it arrived, and how many of the broadcast before it."""

    waited: float
    overtaken: int


def tell_one(telegram: TelegramStandIn, person: int) -> Told | None:
    """While the broadcast runs; None when it could not be done in two seconds."""
    telegram.add_user(person)
    asked = time.monotonic()
    try:
        tell(person)
    except Throttled:
        return None
    [own] = [call for call in telegram.calls if call.params["chat_id"] == str(person)]
    return Told(own.at - asked, sum(asked < moment < own.at for moment in moments(telegram)))


def test_own_message_passes_a_running_broadcast(strict):
    with senders(strict):
        wait_for(strict, 2 * AT_ONCE)
        told = [tell_one(strict, person) for person in PEOPLE]

    at_once = [one for one in told if one]
    waited, overtaken = max(one.waited for one in at_once), max(one.overtaken for one in at_once)
    say(f"{len(at_once)} of {len(told)} own messages went by, after {waited:.2f} s and {overtaken} others at most")
    assert len(at_once) == len(told)
    assert overtaken <= AT_ONCE
    assert strict.peak_in_any_second() <= AT_ONCE


def test_the_control_without_priorities_somebody_waits_in_the_crowd(strict):
    with senders(strict, without_priorities, FEW):
        wait_for(strict, 2 * AT_ONCE)
        told = (tell_one(strict, person) for person in CROWD)
        passed = any(one is None or one.overtaken > AT_ONCE for one in told)

    say(f"without priorities: more than {AT_ONCE} of a broadcast passed an own message: {passed}")
    assert passed


# --- a pause ---------------------------------------------------------------------------------------------------------


def hear_of_a_pause(telegram: TelegramStandIn) -> None:
    """One of them is told, in the midst of writing; until the pause is over."""
    wait_for(telegram, 2 * AT_ONCE)
    telegram.answer_next("sendMessage", slow_down(PAUSE))
    wait_until(lambda: any(call.status == 429 for call in telegram.calls))
    wait_until(lambda: telegram.calls[-1].status == 200)


def calls_in_the_pause(telegram: TelegramStandIn) -> int:
    """Later than half of it: whatever was under way has long been refused by then."""
    refused = next(call for call in telegram.calls if call.status == 429)
    return sum(refused.at + PAUSE / 2 < moment < refused.at + PAUSE for moment in moments(telegram))


def test_pause_that_one_process_hears_of_is_kept_by_all(strict):
    with senders(strict):
        hear_of_a_pause(strict)

    refused = [call for call in strict.calls if call.status == 429]
    say(f"a pause of {PAUSE} s: {len(refused)} were under way, {calls_in_the_pause(strict)} came in the pause")
    assert len(refused) <= AT_ONCE
    assert calls_in_the_pause(strict) == 0


def test_the_control_deaf_to_pauses_goes_on_writing(strict):
    with senders(strict, deaf_to_pauses, FEW):
        hear_of_a_pause(strict)

    assert calls_in_the_pause(strict) > 0
