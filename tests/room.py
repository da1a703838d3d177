"""Room for deep calls.

Python keeps the frames of a thread in chunks of 16 KiB. It maps the next one when a call crosses the edge and unmaps it
upon the return: where a loop happens to call across it, that is a thousand system calls a second, and below the sixty
frames of a test runner some loop always does. (CPython's ``DATA_STACK_CHUNK_SIZE``, the same in 3.11 to 3.13.)
"""

from collections.abc import Callable
from typing import TypeVar

Answer = TypeVar("Answer")

HALF_A_MEGABYTE = 65_537
"""Values of a frame. It gets a chunk of a megabyte to itself, and what it calls has the rest."""


def in_a_large_room(call: Callable[[], Answer]) -> Answer:
    return call()


in_a_large_room.__code__ = in_a_large_room.__code__.replace(co_stacksize=HALF_A_MEGABYTE)
