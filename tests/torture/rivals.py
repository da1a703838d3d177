"""Many people at once: rivals with a connection each, checks of the whole table, and mechanisms taken away.

``at_once`` runs any callables, so a stampede over HTTP uses it too.
"""

import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from threading import Barrier, BrokenBarrierError, Thread, local
from typing import Any

import pgtrigger
import pytest
from django.db import connection
from django.db.models import Model

from accounts.errors import Refusal
from booking.commands import confirm, desk, hold, locks, move, progress
from booking.models import OCCUPYING, Appointment
from tests.depth import SECONDS

PATIENCE = 20
"""Seconds after which a rival that does not come back is a failure."""
COMMANDS = (confirm, desk, hold, move, progress)
CONSTRAINTS = ("specialist_not_double_booked", "workplace_not_double_booked")
FOLLOW = "booking.Appointment:raises_calendar_versions"
PEAK = "booking.Appointment:raises_refusal_when_location_is_full"


@dataclass(frozen=True)
class Outcome:
    """What a rival came home with."""

    answer: Any = None
    error: Exception | None = None

    @property
    def won(self) -> bool:
        return self.error is None

    @property
    def refused(self) -> bool:
        return isinstance(self.error, Refusal)


def at_once(deeds: Iterable[Callable[[], Any]]) -> list[Outcome]:
    """Do everything at the same moment, each in a thread with a connection of its own; the outcomes in order."""
    deeds = list(deeds)
    outcomes: list[Outcome | None] = [None] * len(deeds)
    start = Barrier(len(deeds))

    def run(number: int, deed: Callable[[], Any]) -> None:
        try:
            connection.ensure_connection()
            start.wait(PATIENCE)
            outcomes[number] = Outcome(answer=deed())
        except Exception as error:
            outcomes[number] = Outcome(error=error)
        finally:
            connection.close()

    threads = [Thread(target=partial(run, number, deed), daemon=True) for number, deed in enumerate(deeds)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert None not in outcomes, "somebody never came back"
    return [outcome for outcome in outcomes if outcome]


def after_whom_nobody_hurries(check: Callable[..., None]) -> Callable[..., None]:
    """The same check; whoever has passed it waits a moment for a rival to have passed it, too."""
    both = Barrier(2, timeout=0.3)

    def checked(*args: Any) -> None:
        check(*args)
        with suppress(BrokenBarrierError):
            both.wait()

    return checked


def after(seconds: float, deed: Callable[[], Any]) -> Callable[[], Any]:
    """The same, a little later."""

    def late() -> Any:
        time.sleep(seconds)
        return deed()

    return late


def winners(outcomes: Sequence[Outcome]) -> list[Any]:
    """What the winners got; whoever did not win was refused politely, never with an error."""
    assert [outcome.error for outcome in outcomes if not outcome.won and not outcome.refused] == []
    return [outcome.answer for outcome in outcomes if outcome.won]


def rounds(quick: int) -> Iterator[int]:
    """So many rounds, or with SECONDS as many as fit into them."""
    end, number = time.monotonic() + SECONDS, 0
    while number < quick or time.monotonic() < end:
        yield number
        number += 1


def say(text: str) -> None:
    """For whoever runs ``make torture``."""
    sys.stdout.write(f"\n  {text}")


# --- what must never be ----------------------------------------------------------------------------------------------


def doubles() -> int:
    """Pairs of live appointments of one specialist or workplace that overlap, breaks included, in the whole table."""
    pairs = """
        SELECT count(*) FROM booking_appointment a JOIN booking_appointment b ON a.id < b.id
            AND (a.specialist_id = b.specialist_id OR a.workplace_id = b.workplace_id)
            AND a.start_time < b.busy_until AND b.start_time < a.busy_until
        WHERE a.status = ANY(%s) AND b.status = ANY(%s)
    """
    with connection.cursor() as cursor:
        cursor.execute(pairs, [list(OCCUPYING)] * 2)
        return cursor.fetchone()[0]


def peak(location_id: int) -> int:
    """The most people who are in a location at one moment, breaks not counted: a sweep over arrivals and departures."""
    rows = Appointment.objects.alive().filter(location_id=location_id).values_list("start_time", "end_time")
    changes = sorted([(start, 1) for start, _ in rows] + [(end, -1) for _, end in rows], key=lambda c: (c[0], c[1]))
    present, most = 0, 0
    for _, change in changes:
        present += change
        most = max(most, present)
    return most


# --- mechanisms taken away, and the worst moment found ----------------------------------------------------------------


@contextmanager
def without(*, constraints: Sequence[str] = (), triggers: Sequence[str] = ()) -> Iterator[None]:
    """Take constraints and triggers away; whatever was written meanwhile is swept out before they come back."""
    declared = {constraint.name: constraint for constraint in Appointment._meta.constraints}
    alter(f"DROP CONSTRAINT {name}" for name in constraints)
    if triggers:
        pgtrigger.disable(*triggers)
    try:
        yield
    finally:
        if triggers:
            pgtrigger.enable(*triggers)
        sweep_appointments()
        with connection.schema_editor() as editor:
            for name in constraints:
                editor.add_constraint(Appointment, declared[name])


@contextmanager
def without_uniqueness(model: type[Model], *names: str) -> Iterator[None]:
    """Take constraints of any table away; its rows are deleted before they come back as they were."""
    table = model._meta.db_table
    definitions = "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = %s::regclass"
    with connection.cursor() as cursor:
        cursor.execute(f"{definitions} AND conname = ANY(%s)", [table, list(names)])
        found = cursor.fetchall()
        assert len(found) == len(names)
        for name in names:
            cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
        try:
            yield
        finally:
            model._default_manager.all().delete()
            for name, definition in found:
                cursor.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")


def alter(changes: Iterable[str]) -> None:
    with connection.cursor() as cursor:
        for change in changes:
            cursor.execute(f"ALTER TABLE booking_appointment {change}")


def sweep_appointments() -> None:
    with pgtrigger.ignore(), connection.cursor() as cursor:
        cursor.execute("TRUNCATE booking_appointment CASCADE")


class Meeting:
    """Everybody has read before anybody locks: the worst interleaving, made to happen every time."""

    def __init__(self, parties: int) -> None:
        self.barrier, self.here = Barrier(parties), local()

    def wait(self) -> None:
        """Once for each thread: whoever repeats his command has met the others already."""
        if getattr(self.here, "met", False):
            return
        self.here.met = True
        try:
            self.barrier.wait(1)
        except BrokenBarrierError:
            return  # somebody was refused before he came to lock


def before_locking(monkeypatch: pytest.MonkeyPatch, deed: Callable[[], Any], *, lock: bool = True) -> None:
    """Do something between what a command reads and what it locks; without ``lock`` it then locks nothing."""

    def lock_calendars(claims: Iterable[locks.Claim]) -> None:
        claims = list(claims)
        deed()
        if lock:
            locks.lock_calendars(claims)

    for module in COMMANDS:
        monkeypatch.setattr(module, "lock_calendars", lock_calendars)
