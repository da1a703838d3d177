"""Many businesses like the demo, for measurements: one prototype, copied inside the database."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pgtrigger
from django.db import connection, models, transaction

from accounts.models import Client, Company
from booking.models import Appointment, AppointmentEvent
from catalog.models import (
    Break,
    Holiday,
    Location,
    LocationSchedule,
    Service,
    ServiceSpecialist,
    Specialist,
    SpecialistSchedule,
    Workplace,
    WorkplaceService,
)
from config.demo.business import STEM
from config.demo.catalogue import write_business
from config.demo.visits import fill_calendar

Model = type[models.Model]

PROTOTYPE = 2
"""The number of the business that is made like the first, but with a longer past; all further ones are its copies."""
DAYS_BEHIND = 63
"""Of the prototype: with the fortnight ahead about a thousand visits, the unit of ``--scale``."""
AT_ONCE = 20
"""Copies per transaction."""

# Parents before children. Staff do not sign in to copies.
COPIED: tuple[Model, ...] = (
    Company, Location, LocationSchedule, Holiday, Workplace, Service, WorkplaceService, Specialist, SpecialistSchedule,
    ServiceSpecialist, Break, Client, Appointment, AppointmentEvent,
)  # fmt: skip

NUMBERED = "regexp_replace(source.{column}, '2$', copy::text)"
TOKEN = "translate(trim(trailing '=' FROM encode(uuid_send(gen_random_uuid()), 'base64')), '+/', '-_')"  # noqa: S105
WITH_OWN_IDS = """
    CASE WHEN source.{column} ? '{key}' THEN source.{column} || (
        SELECT jsonb_build_object({ids}) FROM booking_appointment AS own_visit WHERE own_visit.id = {appointment_id}
    ) ELSE source.{column} END
"""
VISIT_IDS = ", ".join(f"'{name}', {name}" for name in ("location_id", "service_id", "specialist_id", "workplace_id"))
# What cannot be the same in a copy: unique columns, and the ids that an event mentions.
DIFFERENT: dict[tuple[Model, str], str] = {
    (Company, "slug"): NUMBERED,
    (Company, "name"): NUMBERED,
    (Location, "slug"): NUMBERED,
    (Appointment, "hold_token"): TOKEN,
    (Appointment, "visit_token"): TOKEN,
    (AppointmentEvent, "payload"): WITH_OWN_IDS.replace("{key}", "location_id").replace("{ids}", VISIT_IDS),
    (AppointmentEvent, "initiated_by"): WITH_OWN_IDS.replace("{key}", "client_id").replace(
        "{ids}", "'client_id', client_id"
    ),
}


def multiply(scale: int, now: datetime, say: Callable[[str], object]) -> int:
    """Bring the number of businesses, the demo itself included, to ``scale``; how many were made.

    What is there already stays as it is, even if it was made on another day.
    """
    there = 1 + Company.objects.filter(slug__regex=rf"^{STEM}-\d+$").count()
    if scale <= there:
        return 0
    prototype = Company.objects.filter(slug=f"{STEM}-{PROTOTYPE}").first() or make_prototype(now)
    first = max(there, PROTOTYPE) + 1
    copies = Copies(prototype, first, scale)
    for number in range(first, scale + 1, AT_ONCE):
        last = min(number + AT_ONCE - 1, scale)
        copies.make(number, last)
        say(f"{last} of {scale} businesses")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return scale - there


@transaction.atomic
def make_prototype(now: datetime) -> Company:
    company = write_business(now, suffix=f"-{PROTOTYPE}")
    fill_calendar(company, now, days_behind=DAYS_BEHIND)
    return company


class Copies:
    """The prototype's rows in their order, and the ids set aside for their copies ``first`` to ``last``."""

    def __init__(self, prototype: Company, first: int, last: int) -> None:
        self.first = first
        self.sizes = {model: rank(model, prototype) for model in COPIED}
        self.bases = {model: set_aside(model, size * (last - first + 1)) for model, size in self.sizes.items()}

    def make(self, first: int, last: int) -> None:
        """Copies of these numbers, all of them or none."""
        # A version raised a thousand times in one transaction leaves a thousand dead rows, and nobody knows a copy yet.
        quietly = pgtrigger.ignore("booking.Appointment:raises_calendar_versions")
        with transaction.atomic(), quietly, connection.cursor() as cursor:
            for model in COPIED:
                cursor.execute(self.statement(model), [first, last])

    def statement(self, model: Model) -> str:
        """Every row of the prototype once for each number, with its own id and its own parents."""
        fields = model._meta.concrete_fields
        joins = [
            f"LEFT JOIN {ranks(parent)} AS {field.name}_rank ON {field.name}_rank.id = source.{field.column}"
            for field in fields
            if (parent := copied_parent(field))
        ]
        return f"""
            INSERT INTO {table(model)} ({", ".join(str(field.column) for field in fields)})
            SELECT {", ".join(self.value(model, field) for field in fields)}
            FROM generate_series(%s, %s) AS copy
            CROSS JOIN {table(model)} AS source
            JOIN {ranks(model)} AS own ON own.id = source.id
            {" ".join(joins)}
            ORDER BY copy, own.rank
        """  # noqa: S608 - names of our own tables

    def value(self, model: Model, field: Any) -> str:
        if field.primary_key:
            return self.new_id(model, "own")
        if parent := copied_parent(field):
            return self.new_id(parent, f"{field.name}_rank")
        if expression := DIFFERENT.get((model, field.name)):
            return expression.format(column=field.column, appointment_id=self.new_id(Appointment, "appointment_rank"))
        return "NULL" if field.is_relation else f"source.{field.column}"

    def new_id(self, model: Model, alias: str) -> str:
        return f"{self.bases[model]} + (copy - {self.first}) * {self.sizes[model]} + {alias}.rank"


def table(model: Model) -> str:
    return model._meta.db_table


def ranks(model: Model) -> str:
    return f"rank_of_{table(model)}"


def copied_parent(field: Any) -> Model | None:
    return field.related_model if field.related_model in COPIED else None


def rank(model: Model, prototype: Company) -> int:
    """Number the prototype's rows of ``model`` from 1 in a temporary table; how many there are."""
    path = model._default_manager.all().company_path  # type: ignore[attr-defined]  # every model of ours has it
    rows, parameters = (
        model._default_manager.filter(**{path: prototype.pk}).order_by().values("pk").query.sql_with_params()
    )
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {ranks(model)}")
        numbered = f"SELECT id, row_number() OVER (ORDER BY id) AS rank FROM ({rows}) AS rows (id)"  # noqa: S608 - as above
        cursor.execute(f"CREATE TEMP TABLE {ranks(model)} AS {numbered}", parameters)
        cursor.execute(f"ANALYZE {ranks(model)}")
        cursor.execute(f"SELECT count(*) FROM {ranks(model)}")  # noqa: S608 - as above
        size: int = cursor.fetchone()[0]
        return size


def set_aside(model: Model, number: int) -> int:
    """The id before ``number`` ids that the sequence will give to nobody else."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, 'id'))", [table(model)])
        base: int = cursor.fetchone()[0]
        cursor.execute("SELECT setval(pg_get_serial_sequence(%s, 'id'), %s)", [table(model), base + number])
        return base
