"""One transaction of a command: its isolation, its time-outs, and what happens when the database says "again"."""

import random
import time
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

import structlog
from django.db import DatabaseError, connection, transaction

from accounts.errors import Busy

Params = ParamSpec("Params")
Result = TypeVar("Result")

log = structlog.get_logger()

# SET TRANSACTION must be the very first statement; the time-outs are for this transaction alone (domain §6).
TIME_OUTS = "SET LOCAL lock_timeout = '3s'; SET LOCAL statement_timeout = '5s'"
OPENING = f"SET TRANSACTION ISOLATION LEVEL REPEATABLE READ; {TIME_OUTS}"
SERIALIZATION_FAILURE, DEADLOCK = "40001", "40P01"
EXCLUSION, UNIQUE = "23P01", "23505"
LOCK_TIMEOUT, STATEMENT_TIMEOUT = "55P03", "57014"
RIVALRY = frozenset({SERIALIZATION_FAILURE, DEADLOCK, EXCLUSION, UNIQUE})
TIMEOUTS = frozenset({LOCK_TIMEOUT, STATEMENT_TIMEOUT})
PATIENCE = 2.5
"""Seconds of repeating after which the caller is asked to try later."""
ENOUGH = 3
"""A constraint that refuses this often is not rivalry but a fault, and is raised as it is."""


def command_transaction(command: Callable[Params, Result]) -> Callable[Params, Result]:
    """Run ``command`` in a transaction of its own at REPEATABLE READ, and all of it again when a rival came first.

    A rival shows as a serialization failure, a deadlock, or a constraint that a fresh look will explain better. The
    repetition is outside the transaction: inside, it would look at the same old snapshot for ever. Within an outer
    atomic block, which only tests have (``durable`` refuses any other), it joins without isolation or repetition.

    Raises Busy when the database could not decide in time.
    """

    @wraps(command)
    def run(*args: Params.args, **kwargs: Params.kwargs) -> Result:
        if connection.in_atomic_block:
            with transaction.atomic(durable=True):
                return command(*args, **kwargs)
        return persist(lambda: alone(lambda: command(*args, **kwargs)))

    return run


def alone(command: Callable[[], Result]) -> Result:
    with transaction.atomic(durable=True):
        with connection.cursor() as cursor:
            cursor.execute(OPENING)
        return command()


def locking_transaction(command: Callable[Params, Result]) -> Callable[Params, Result]:
    """Run ``command`` at READ COMMITTED, in the caller's transaction if there is one, and again after a rival.

    For what locks rows and then reads what hangs on them: each of its statements sees whatever was committed while it
    waited for the locks, also rows that are new and could not be locked. A ``command_transaction`` would look at the
    snapshot it began with, so this is not for the inside of one.

    Raises Busy when the database could not decide in time.
    """

    @wraps(command)
    def run(*args: Params.args, **kwargs: Params.kwargs) -> Result:
        return persist(lambda: joined(lambda: command(*args, **kwargs)))

    return run


def joined(command: Callable[[], Result]) -> Result:
    """In a savepoint of the caller's transaction, whose time-outs are its own business, or in a transaction."""
    is_own = not connection.in_atomic_block
    with transaction.atomic():
        if is_own:
            set_time_outs()
        return command()


def set_time_outs() -> None:
    """Nobody waits for ever, from here to the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute(TIME_OUTS)


def persist(attempt: Callable[[], Result]) -> Result:
    deadline, tries, refusals = time.monotonic() + PATIENCE, 0, 0
    while True:
        tries += 1
        try:
            return attempt()
        except DatabaseError as error:
            state = sqlstate(error)
            if state in TIMEOUTS:
                raise Busy from error
            refusals += state in (EXCLUSION, UNIQUE)
            if state not in RIVALRY or refusals >= ENOUGH:
                raise
            if time.monotonic() > deadline:
                raise Busy from error
            log.debug("command_repeated", sqlstate=state, tries=tries)
        time.sleep(random.uniform(0, min(0.002 * 2**tries, 0.05)))  # noqa: S311 - jitter, not a secret


def sqlstate(error: BaseException) -> str | None:
    """PostgreSQL's five characters behind a Django database error, or None."""
    return getattr(error.__cause__, "sqlstate", None)
