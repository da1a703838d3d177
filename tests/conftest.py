"""What every test shares."""

from pathlib import Path

import pgtrigger
from django.db.backends.postgresql.creation import DatabaseCreation
from django.test import TransactionTestCase

NEVER_TRUNCATED = (
    "booking.AppointmentEvent:history_is_not_truncated",
    "wallet.ClientWallet:is_not_truncated",
    "wallet.WalletTransaction:is_not_truncated",
    "wallet.Payment:is_not_truncated",
)
flush = TransactionTestCase._fixture_teardown


def flush_history_too(test_case: TransactionTestCase) -> None:
    """Transactional tests end with TRUNCATE, which history and money refuse to everybody else."""
    with pgtrigger.ignore(*NEVER_TRUNCATED):
        flush(test_case)


TransactionTestCase._fixture_teardown = flush_history_too


def drop_whoever_is_connected(creation: DatabaseCreation, name: str, verbosity: int) -> None:
    """A pool may still be opening a connection when the last test ends; nobody is left to use it."""
    creation.connection.close_pool()
    with creation._nodb_cursor() as cursor:
        cursor.execute(f"DROP DATABASE {creation.connection.ops.quote_name(name)} WITH (FORCE)")


DatabaseCreation._destroy_test_db = drop_whoever_is_connected


def pytest_collection_modifyitems(items):
    """The longest first, so that at the end nobody waits for whoever got a long file last."""
    items.sort(key=lambda item: Path(__file__).with_name("torture") not in item.path.parents)
