"""A pool with room for a crowd."""

from collections.abc import Iterator

import pytest
from django.core.cache import cache
from django.db import connection

CROWD = 40
"""Connections at once; the settings give a process eight."""


@pytest.fixture
def crowd(transactional_db) -> Iterator[None]:
    """Enough connections for everybody who comes at once. The database is emptied afterwards, not rolled back."""
    pool = connection.settings_dict["OPTIONS"]["pool"]
    before = pool["max_size"]
    cache.clear()  # a new database counts its rows and versions from one again
    connection.close_pool()
    pool["max_size"] = CROWD
    yield
    connection.close_pool()
    pool["max_size"] = before
