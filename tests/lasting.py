"""What a file's tests look at is built once; each of them finds it as it was.

A file of tests is one transaction, in which each test is a savepoint: what a test writes is gone when it ends, what was
built before the first of them stays to the last. The rows are there for every test of the file, in whatever order.
"""

import copy
from collections.abc import Callable, Iterator
from typing import TypeVar

import pytest
from django.db import transaction

Built = TypeVar("Built")


def lasting(build: Callable[[], Built]) -> Callable[..., Iterator[Built]]:
    """A fixture: what ``build`` makes, once for the whole file. Tests take it by ``copied``, for themselves alone."""

    @pytest.fixture(scope="module", autouse=True)
    def lasts(django_db_setup, django_db_blocker) -> Iterator[Built]:
        around = transaction.atomic()
        around._from_testcase = True  # commands insist on a transaction of their own, unless it is a test's
        with django_db_blocker.unblock():
            around.__enter__()
        try:
            with django_db_blocker.unblock():
                built = build()
            yield built
        finally:
            with django_db_blocker.unblock():
                transaction.set_rollback(True)
                around.__exit__(None, None, None)

    return lasts


def copied(built: Built) -> Built:
    """Rows come back by themselves; the objects that stand for them do not."""
    return copy.deepcopy(built)
