"""Several sends at the same time, with few connections to the database."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from django.db import connection

Answer = TypeVar("Answer")


def at_once(calls: Sequence[Callable[[], Answer]], threads: int) -> list[Answer]:
    """Make all ``calls``, each in one of so many threads; what they return, in order. A single one needs no thread."""
    if len(calls) < 2:
        return [call() for call in calls]
    give_back()
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(with_connection, calls))


def with_connection(call: Callable[[], Answer]) -> Answer:
    """The thread's own, for no longer than the call."""
    try:
        return call()
    finally:
        give_back()


def give_back() -> None:
    """Let another thread have this one's connection; within a transaction, which only tests have here, it is kept."""
    if not connection.in_atomic_block:
        connection.close()
