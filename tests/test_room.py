"""Calls in a large room make no room of their own, at whatever depth they begin."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from resource import RUSAGE_SELF, getrusage

from tests.room import in_a_large_room

DEPTHS, CALLS = 400, 200


def a_call() -> None:
    return None


def below(depth: int) -> None:
    """Calls again and again from so far below."""
    if depth:
        below(depth - 1)
    else:
        for _ in range(CALLS):
            a_call()


def most_pages_touched_anew() -> int:
    """At the worst depth: a chunk that is mapped for each call is touched anew by each."""
    return max(min(pages_touched_anew(depth) for _ in range(3)) for depth in range(DEPTHS))


def pages_touched_anew(depth: int) -> int:
    """By this process; another thread may be at work once, but not three times."""
    before = getrusage(RUSAGE_SELF).ru_minflt
    below(depth)
    return getrusage(RUSAGE_SELF).ru_minflt - before


def in_a_new_thread(call: Callable[[], int]) -> int:
    """Which has nothing but the first chunk."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(call).result()


def test_calls_in_a_large_room_touch_no_new_pages():
    assert in_a_new_thread(lambda: in_a_large_room(most_pages_touched_anew)) < CALLS / 2
