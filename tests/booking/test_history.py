"""History is append-only, whoever tries (guarantee 30)."""

import pgtrigger
import pytest
from django.db import DatabaseError, connection, models, transaction

from booking.models import AppointmentEvent
from booking.queries.visits import database_time
from tests.factories import Salon, book

pytestmark = pytest.mark.django_db

GUARDS = [f"booking.AppointmentEvent:history_is_{guard}" for guard in ("kept", "not_edited", "not_truncated")]
GUARDS += [f"wallet.{model}:is_not_truncated" for model in ("WalletTransaction", "Payment")]  # they hang on visits too


@pytest.fixture
def event() -> AppointmentEvent:
    return book(Salon().slot(10)).events.earliest("pk")


def rows() -> list[tuple]:
    return list(AppointmentEvent.objects.order_by("pk").values_list())


def execute(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # a table with checks pending cannot be truncated at all
        cursor.execute(sql)


WAYS = {
    "save": lambda event: event.save(),
    "update": lambda event: AppointmentEvent.objects.update(event_type="booking_cancelled"),
    "bulk_update": lambda event: AppointmentEvent.objects.bulk_update([event], ["payload"]),
    "delete one": lambda event: event.delete(),
    "delete all": lambda event: AppointmentEvent.objects.all().delete(),
    "raw delete": lambda event: AppointmentEvent.objects.all()._raw_delete("default"),
    "sql update": lambda event: execute("UPDATE booking_appointmentevent SET initiated_by = '{}'"),
    "sql delete": lambda event: execute("DELETE FROM booking_appointmentevent"),
    "sql truncate": lambda event: execute("TRUNCATE booking_appointmentevent CASCADE"),
    "sql truncate of its parent": lambda event: execute("TRUNCATE booking_appointment CASCADE"),
}


def change(event: AppointmentEvent) -> None:
    event.payload = {"price": "0"}
    event.event_type = "booking_completed"


@pytest.mark.parametrize("way", WAYS)
def test_history_is_refused_to_change(event, way):
    before = rows()
    change(event)

    with pytest.raises(DatabaseError, match=r"append-only|Cannot (update|delete) rows"), transaction.atomic():
        WAYS[way](event)

    assert rows() == before


@pytest.mark.parametrize("way", WAYS)
def test_control_without_the_triggers_history_changes(event, way):
    before = rows()
    change(event)

    with pgtrigger.ignore(*GUARDS):
        WAYS[way](event)

    assert rows() != before


@pytest.mark.parametrize(
    "column", [field.name for field in AppointmentEvent._meta.concrete_fields if not field.name.startswith("dispatch")]
)
def test_no_column_of_an_event_is_edited(event, column):
    other = {"id": models.F("id") + 1_000, "appointment": book(Salon().slot(10)).pk, "created_at": database_time()}

    with pytest.raises(DatabaseError, match="Cannot update rows"), transaction.atomic():
        AppointmentEvent.objects.filter(pk=event.pk).update(**{column: other.get(column, "null")})


def test_the_outbox_may_mark_an_event_as_dispatched(event):
    now = database_time()

    AppointmentEvent.objects.filter(pk=event.pk).update(dispatched_at=now, dispatch_after=now)

    event.refresh_from_db()
    assert event.dispatched_at == now


def test_an_appointment_with_a_history_is_not_deleted(event):
    with pytest.raises(models.ProtectedError):
        event.appointment.delete()


def test_history_has_one_index_by_appointment():
    """Every index costs every booking: that of the foreign key would only double this one."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'booking_appointmentevent'")
        found = {name for name, definition in cursor.fetchall() if "(appointment_id" in definition}

    assert found == {"history_of_appointment"}
