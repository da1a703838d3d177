"""How PostgreSQL would read a full table: of a nearly empty one it takes now this index and now that."""

from datetime import timedelta

from django.db import connection
from django.db.models import Model

from accounts.models import Client
from booking.models import Appointment, Status
from catalog.models import Location
from tests.factories import Salon, make_client, make_location

VISITS, CLIENTS, LOCATIONS = 2000, 100, 10


def fill_up(salon: Salon) -> None:
    """Cancelled visits, one every five hours of the year before, of many clients in many places; and statistics."""
    clients = [make_client(salon.company) for _ in range(CLIENTS)]
    places = [salon.location, *(make_location(salon.company) for _ in range(LOCATIONS - 1))]
    Appointment.objects.bulk_create(
        cancelled(salon, number, clients[number % CLIENTS], places[number % LOCATIONS]) for number in range(VISITS)
    )
    analyse(Appointment)


def analyse(*models: type[Model]) -> None:
    """Look at the tables, as PostgreSQL does by itself after a while."""
    with connection.cursor() as cursor:
        for model in models:
            cursor.execute(f"ANALYZE {model._meta.db_table}")


def cancelled(salon: Salon, number: int, client: Client, place: Location) -> Appointment:
    start = salon.at(10) - timedelta(hours=5 * (number + 1))
    end = start + timedelta(hours=1)
    return Appointment(
        company=salon.company, location=place, service=salon.service, specialist=salon.specialist,
        client=client, contact_phone=client.phone, start_time=start, end_time=end, busy_until=end,
        status=Status.CANCELLED, price=1000, source="API",
    )  # fmt: skip


def plan_of(statement: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {statement}")
        return "\n".join(line for (line,) in cursor.fetchall())
