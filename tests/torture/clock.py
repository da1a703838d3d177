"""The database's clock, set by a test: everything of ours asks ``clock_timestamp()``, and here it is another function.

A schema before ``pg_catalog`` in the search path has a function of that name. What PostgreSQL bound to the real one
when the tables were made (a column's default) is bound anew for as long as the test lasts.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import connection

SET_UP = """
    CREATE SCHEMA simulated;
    CREATE TABLE simulated.clock (moment timestamptz NOT NULL);
    INSERT INTO simulated.clock VALUES (pg_catalog.clock_timestamp());
    CREATE FUNCTION simulated.clock_timestamp() RETURNS timestamptz LANGUAGE sql VOLATILE
        AS 'SELECT moment FROM simulated.clock';
    ALTER DATABASE {database} SET search_path = simulated, pg_catalog, public;
    ALTER TABLE booking_appointmentevent ALTER created_at SET DEFAULT simulated.clock_timestamp();
"""
TAKE_DOWN = """
    ALTER TABLE booking_appointmentevent ALTER created_at SET DEFAULT pg_catalog.statement_timestamp();
    ALTER DATABASE {database} RESET search_path;
    DROP SCHEMA simulated CASCADE;
"""


class SimulatedClock:
    def set(self, moment: datetime) -> None:
        with connection.cursor() as cursor:
            cursor.execute("UPDATE simulated.clock SET moment = %s", [moment])


@contextmanager
def simulated_clock() -> Iterator[SimulatedClock]:
    """The clock of every connection that is opened from now on."""
    run(SET_UP)
    try:
        yield SimulatedClock()
    finally:
        run(TAKE_DOWN)


def run(statements: str) -> None:
    database = connection.ops.quote_name(connection.settings_dict["NAME"])
    with connection.cursor() as cursor:
        cursor.execute(statements.format(database=database))
    connection.close()
    connection.close_pool()
