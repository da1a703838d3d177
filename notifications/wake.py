"""Wake a worker without ever waiting for Redis: what is not woken is found by the sweep.

Publishing to a broker that is gone blocks for seconds, and a request must not. So whoever commits an event hands its
number to a thread, which publishes it, or forgets it.
"""

import os
from collections.abc import Callable, Iterable
from datetime import timedelta
from functools import partial
from queue import Full, Queue
from threading import Lock, Thread

import structlog
from celery import current_app as app
from kombu.exceptions import OperationalError

from notifications.values import BROADCAST, P2P

MOST_AT_ONCE = 10_000
"""Numbers that may wait; more than that a broker that is gone would only collect."""

log = structlog.get_logger()


class Waker:
    """A queue and the thread that empties it, made anew in every process that forks."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.process, self.thread = 0, Thread()
        self.calls: Queue[Callable[[], object]] = Queue(MOST_AT_ONCE)

    def publish(self, call: Callable[[], object]) -> None:
        self.start()
        try:
            self.calls.put_nowait(call)
        except Full:
            log.warning("not_woken", why="too many are waiting to be published")

    def start(self) -> None:
        with self.lock:
            if self.process != os.getpid() or not self.thread.is_alive():
                self.process, self.calls = os.getpid(), Queue(MOST_AT_ONCE)
                self.thread = Thread(target=self.run, args=(self.calls,), name="waker", daemon=True)
                self.thread.start()

    def run(self, calls: "Queue[Callable[[], object]]") -> None:
        while True:
            call = calls.get()
            try:
                call()
            except OperationalError as error:
                log.warning("not_woken", why=type(error).__name__)
                forget(calls)
            finally:
                calls.task_done()


def forget(calls: "Queue[Callable[[], object]]") -> None:
    """Whoever waited behind a broker that is gone would only wait longer."""
    while not calls.empty():
        calls.get_nowait()
        calls.task_done()


WAKER = Waker()


def backlog() -> int:
    """How many messages wait in the queue of people's own messages."""
    with app.connection_for_read() as connection:
        length: int = connection.default_channel.client.llen(P2P)
    return length


def wake_event(event_id: int, after: timedelta | None = None) -> None:
    """Ask for ``event_id`` to be dispatched, now or a moment later; returns at once."""
    WAKER.publish(partial(ask_for, "notifications.tasks.dispatch", event_id, after=after))


def wake_deliveries(delivery_ids: Iterable[int], after: timedelta | None = None) -> None:
    """Ask for deliveries to be sent, now or a moment later; returns at once."""
    for delivery_id in delivery_ids:
        WAKER.publish(partial(ask_for, "notifications.tasks.send", delivery_id, after=after))


def wake_broadcast(broadcast_id: int, turn: int) -> None:
    """Ask for the next ``turn`` of a broadcast, behind nobody's own message; returns at once."""
    WAKER.publish(partial(ask_for, "notifications.tasks.run_broadcast", broadcast_id, turn, queue=BROADCAST))


def ask_for(task: str, *numbers: int, queue: str = P2P, after: timedelta | None = None) -> None:
    """By name, because the tasks import the commands, and these us."""
    app.send_task(task, numbers, queue=queue, retry=False, countdown=after and after.total_seconds())
