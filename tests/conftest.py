"""What every test shares."""

import pgtrigger
from django.test import TransactionTestCase

flush = TransactionTestCase._fixture_teardown


def flush_history_too(test_case: TransactionTestCase) -> None:
    """Transactional tests end with TRUNCATE, which history refuses to everybody else."""
    with pgtrigger.ignore("booking.AppointmentEvent:history_is_not_truncated"):
        flush(test_case)


TransactionTestCase._fixture_teardown = flush_history_too
