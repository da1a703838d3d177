"""What every test shares."""

import gc
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


LONGEST = (
    "torture/test_broadcast.py",
    "journeys/test_console_notifications.py",
    "torture/test_deliveries.py",
    "journeys/test_manners.py",
    "torture/test_limits.py",
    "journeys/test_told.py",
    "bench/test_bench.py",
    "torture/test_ninety_days.py",
    "torture/test_money.py",
    "journeys/test_push.py",
    "journeys/test_booking.py",
    "accounts/test_admin_doors.py",
    "config/test_demo.py",
    "api/test_rights.py",
    "api/test_bad_input.py",
    "config/test_embedded.py",
    "catalog/test_admin_location.py",
    "accounts/test_admin_rules.py",
    "torture/test_interleavings.py",
    "accounts/test_admin_companies.py",
    "booking/test_stateful.py",
    "accounts/test_admin_costs.py",
)
"""Files of more than ten seconds."""


def pytest_collection_modifyitems(items):
    """The longest files first (`make test` keeps this order), so that at the end nobody waits for one begun last."""
    place = {Path(__file__).parent / name: number for number, name in enumerate(LONGEST)}
    items.sort(key=lambda item: place.get(item.path, len(LONGEST)))


def pytest_collection_finish():
    """What is imported by now stays to the end: looking through it for garbage took a fifth of every test."""
    gc.freeze()
    gc.set_threshold(50_000, 50, 50)
