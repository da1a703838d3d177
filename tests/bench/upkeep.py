"""Leave a database as it was found: the same rows and no others. Runs inside the application (``processes.Inside``)."""

import pgtrigger
from django.db import connection, transaction

from tests.bench.values import Salon

# Children before parents.
WRITTEN = (
    "notifications_delivery",
    "notifications_pushsubscription",
    "booking_appointmentevent",
    "booking_oncekey",
    "booking_appointment",
    "accounts_device",
    "accounts_client",
)
QUIETLY = ("booking.AppointmentEvent:history_is_kept", "booking.Appointment:raises_calendar_versions")
RAISED_AT_ONCE = """
    UPDATE catalog_specialist SET calendar_version = calendar_version + 1 WHERE id IN (
        SELECT specialist_id FROM booking_appointment
        WHERE id > (SELECT last FROM bench_mark WHERE name = 'booking_appointment')
    )
"""
"""What the trigger would do for each row by itself: nobody may be shown what is remembered of them."""


def mark() -> None:
    """Remember the last row of each table that bookings write."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bench_mark (name text, last bigint)")
        for table in WRITTEN:
            cursor.execute(f"INSERT INTO bench_mark SELECT '{table}', coalesce(max(id), 0) FROM {table}")


@transaction.atomic
def restore() -> int:
    """Delete everything that was booked since ``mark``; how many appointments."""
    booked = 0
    with pgtrigger.ignore(*QUIETLY), connection.cursor() as cursor:
        cursor.execute(RAISED_AT_ONCE)
        for table in WRITTEN:
            cursor.execute(f"DELETE FROM {table} WHERE id > (SELECT last FROM bench_mark WHERE name = '{table}')")
            booked = cursor.rowcount if table == "booking_appointment" else booked
    return booked


def tidy() -> None:
    """Rows that were deleted must not burden the next round."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM " + ", ".join((*WRITTEN, "catalog_specialist", "catalog_workplace")))


def write_slots(of: Salon) -> int:
    """The free times in a table, for pgbench; how many."""
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS bench_slot")
        cursor.execute("CREATE TABLE bench_slot (id integer PRIMARY KEY, specialist_id bigint, start_time timestamptz)")
        with cursor.copy("COPY bench_slot FROM STDIN") as rows:
            for number, free in enumerate(of.free):
                rows.write_row((number, free.specialist_id, free.start))
        cursor.execute("ANALYZE bench_slot")
    return len(of.free)
