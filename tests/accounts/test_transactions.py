"""What becomes of a command when the database says "again", "no" or nothing."""

import pytest
from django.db import DatabaseError, connection, transaction

from accounts import transactions
from accounts.errors import Busy
from accounts.models import Company
from accounts.transactions import command_transaction, locking_transaction, persist
from tests.factories import make_company

SERIALIZATION, DEADLOCK, EXCLUSION, UNIQUE, CHECK = "40001", "40P01", "23P01", "23505", "23514"
LOCK_TIMEOUT, STATEMENT_TIMEOUT = "55P03", "57014"


def fails_with(state: str) -> DatabaseError:
    error, cause = DatabaseError(), Exception()
    cause.sqlstate = state
    error.__cause__ = cause
    return error


class Attempts:
    """Fails with each of the states in turn, then succeeds, or for ever with the last."""

    def __init__(self, *states: str, for_ever: bool = False) -> None:
        self.states, self.for_ever, self.tries = states, for_ever, 0

    def __call__(self) -> str:
        self.tries += 1
        if self.tries <= len(self.states):
            raise fails_with(self.states[self.tries - 1])
        if self.for_ever:
            raise fails_with(self.states[-1])
        return "done"


@pytest.mark.parametrize("state", [SERIALIZATION, DEADLOCK, EXCLUSION, UNIQUE])
def test_persist_tries_again_when_a_rival_came_first(state):
    attempts = Attempts(state)

    assert persist(attempts) == "done"
    assert attempts.tries == 2


def test_persist_gives_up_as_busy_when_rivals_never_end(monkeypatch):
    monkeypatch.setattr(transactions, "PATIENCE", 0.05)

    with pytest.raises(Busy):
        persist(Attempts(SERIALIZATION, for_ever=True))


@pytest.mark.parametrize("state", [EXCLUSION, UNIQUE])
def test_persist_raises_a_constraint_that_refuses_again_and_again(state):
    attempts = Attempts(state, for_ever=True)

    with pytest.raises(DatabaseError):
        persist(attempts)
    assert attempts.tries == transactions.ENOUGH


def test_persist_takes_no_constraint_for_a_fault_because_of_earlier_rivals():
    """In a crowd a command may be repeated often before it meets a rival's new row for the first time."""
    attempts = Attempts(*[SERIALIZATION] * 5, UNIQUE, SERIALIZATION, EXCLUSION)

    assert persist(attempts) == "done"
    assert attempts.tries == 9


@pytest.mark.parametrize("state", [LOCK_TIMEOUT, STATEMENT_TIMEOUT])
def test_persist_is_busy_at_once_when_the_database_could_not_decide_in_time(state):
    attempts = Attempts(state)

    with pytest.raises(Busy):
        persist(attempts)
    assert attempts.tries == 1


def test_persist_raises_what_is_no_rivalry_at_once():
    attempts = Attempts(CHECK)

    with pytest.raises(DatabaseError):
        persist(attempts)
    assert attempts.tries == 1


@command_transaction
def settings_within() -> dict[str, str]:
    names = ("transaction_isolation", "lock_timeout", "statement_timeout")
    with connection.cursor() as cursor:
        return {name: cursor.execute(f"SHOW {name}").fetchone()[0] for name in names}


@pytest.mark.django_db(transaction=True)
def test_command_transaction_runs_at_repeatable_read_with_time_outs_and_leaves_none_behind():
    within = settings_within()
    with connection.cursor() as cursor:
        after = [cursor.execute(f"SHOW {name}").fetchone()[0] for name in within]

    assert within == {"transaction_isolation": "repeatable read", "lock_timeout": "3s", "statement_timeout": "5s"}
    assert after == ["read committed", "0", "0"]


@pytest.mark.django_db(transaction=True)
def test_command_transaction_refuses_to_be_part_of_another():
    """It could neither choose its isolation there nor be repeated."""
    with pytest.raises(RuntimeError), transaction.atomic():
        settings_within()


@pytest.mark.django_db
def test_command_transaction_joins_the_transaction_of_a_test():
    assert settings_within()["transaction_isolation"] == "read committed"


@locking_transaction
def settings_while_locking() -> dict[str, str]:
    return settings_within.__wrapped__()


@pytest.mark.django_db(transaction=True)
def test_locking_transaction_runs_at_read_committed_with_time_outs_and_leaves_none_behind():
    within = settings_while_locking()
    with connection.cursor() as cursor:
        after = [cursor.execute(f"SHOW {name}").fetchone()[0] for name in within]

    assert within == {"transaction_isolation": "read committed", "lock_timeout": "3s", "statement_timeout": "5s"}
    assert after == ["read committed", "0", "0"]


@pytest.mark.django_db
def test_locking_transaction_is_a_savepoint_of_its_caller_s_and_is_repeated_within_it():
    """A rival's row refuses the first attempt; what the caller has written stays, and so does the second attempt."""
    tries = iter(["taken", "free"])
    make_company(slug="taken")

    @locking_transaction
    def take() -> str:
        return make_company(slug=next(tries)).slug

    with transaction.atomic():
        make_company(slug="mine")
        assert take() == "free"

    assert set(Company.objects.values_list("slug", flat=True)) == {"taken", "mine", "free"}
