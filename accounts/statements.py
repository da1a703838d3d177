"""Run a statement that is composed once: for what every request reads, Django would compose longer than PostgreSQL
needs to answer."""

from typing import Any

from django.db import connection


def rows(statement: str, **values: Any) -> list[tuple[Any, ...]]:
    """All rows of ``statement``, its ``%(names)s`` replaced by ``values``."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found
