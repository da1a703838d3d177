"""What happens in the salon «Лён» and how it is told, on a day that never changes: so messages can be compared."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from accounts.models import Client, Company
from accounts.values import Actor
from booking.commands import pay_visit
from booking.commands.once import once
from booking.commands.pay import Sums
from booking.commands.record import facts, in_utc, record_event
from booking.models import Appointment, AppointmentEvent, EventType, Status
from catalog.models import Specialist
from notifications.commands.send import READ_TOGETHER
from notifications.models import Delivery
from notifications.render import render
from notifications.values import Channel, Message, RecipientRole
from tests.booking.steps import cashier_of
from tests.factories import make_specialist, numbers
from tests.notifications.salon import Reachable

THEN = datetime(2026, 1, 28, 11, tzinfo=UTC)
"""Two in the afternoon in Moscow, a Wednesday."""
NEXT_DAY = datetime(2026, 1, 29, 7, 30, tzinfo=UTC)
AN_HOUR = timedelta(hours=1)
CREATED, MOVED = EventType.BOOKING_CREATED, EventType.BOOKING_RESCHEDULED
CANCELLED, REMINDER = EventType.BOOKING_CANCELLED, EventType.BOOKING_REMINDER


class Len(Reachable):
    """A client Иван Петров, who goes to Анна for a haircut."""

    typed: dict[str, object] = {}
    """Columns of every visit that is booked."""

    def __init__(self, **location) -> None:
        place = {"name": "Центр", "address": "ул. Ленина, 5", "directions": "Вход со двора"}
        service = {"name": "Стрижка", "price": 2500}
        super().__init__(**{"service": service} | place | location)
        Company.objects.filter(pk=self.company.pk).update(name="Лён")
        Specialist.objects.filter(pk=self.specialist.pk).update(name="Анна")
        Client.objects.filter(pk=self.client.pk).update(
            first_name="Иван", last_name="Петров", phone="+79991234567", email="ivan@example.com"
        )
        for row in (self.company, self.specialist, self.client):
            row.refresh_from_db()
        self.master.full_name, self.admin.full_name = "Анна", "Мария"
        self.master.save(update_fields=["full_name"])
        self.admin.save(update_fields=["full_name"])

    def booked(self, start: datetime = THEN, **changes) -> Appointment:
        """A visit of an hour at ``start``, wherever the clock stands; ``changes`` are columns."""
        visit = self.visit(name="Иван Петров")
        columns = {"contact_phone": "+79991234567", "free_until": start - timedelta(hours=24), **at(start)}
        return changed(visit, **{**columns, **self.typed, **changes})

    def colleague(self, name: str = "Борис") -> Specialist:
        return make_specialist(self.location, self.service, name=name)

    def told_of(self, event: AppointmentEvent, role: str, channel: str, language: str = "ru") -> Delivery:
        """A delivery of ``event``, read as the sender reads it."""
        return written(**self.telling(event, role, channel, language))

    def telling(self, event: AppointmentEvent, role: str, channel: str, language: str) -> dict[str, object]:
        """The columns of that delivery."""
        person = {"client": self.client} if role == RecipientRole.CLIENT else {"user": self.member(role)}
        return {
            "company": self.company, "event": event, "occasion": f"event:{event.pk}", "event_type": event.event_type,
            "role": role, "channel": channel, "language": language, **person,
        }  # fmt: skip

    def member(self, role: str):
        return self.admin if role == RecipientRole.ADMIN else self.master

    def says(self, event: AppointmentEvent, role: str, channel: str = Channel.TELEGRAM, language="ru") -> Message:
        return render(self.told_of(event, role, channel, language))


def written(**fields) -> Delivery:
    [delivery] = all_written([fields])
    return delivery


def all_written(many: list[dict[str, object]]) -> list[Delivery]:
    """Together: most of the work of telling everybody of everything would be the writing and reading of each."""
    rows = Delivery.objects.bulk_create(Delivery(**addressed(fields)) for fields in many)
    read = Delivery.objects.select_related(*READ_TOGETHER).in_bulk([row.pk for row in rows])
    return [read[row.pk] for row in rows]


def addressed(fields: dict[str, object]) -> dict[str, object]:
    return {"recipient": f"somebody:{next(numbers)}", "target": f"address-{next(numbers)}"} | fields


def at(start: datetime) -> dict[str, datetime]:
    return {"start_time": start, "end_time": start + AN_HOUR, "busy_until": start + AN_HOUR}


def changed(visit: Appointment, **columns) -> Appointment:
    """Past every command."""
    Appointment.objects.filter(pk=visit.pk).update(**columns)
    return Appointment.objects.get(pk=visit.pk)


def created(visit: Appointment, by: Actor) -> AppointmentEvent:
    return record_event(visit, CREATED, by)


def moved(visit: Appointment, by: Actor, *, start: datetime | None = None, details=None, **columns) -> AppointmentEvent:
    """To ``start``, if given, and with whatever else changes."""
    before = facts(visit)
    if start:
        columns |= at(start)
    return record_event(changed(visit, **columns), MOVED, by, before, **details or {})


def cancelled(visit: Appointment, by: Actor, **details) -> AppointmentEvent:
    before = facts(visit)
    return record_event(changed(visit, status=Status.CANCELLED), CANCELLED, by, before, **details)


def reminded(visit: Appointment, by: Actor, *, hours: int) -> AppointmentEvent:
    return record_event(visit, REMINDER, by, lead_minutes=hours * 60, start_time=in_utc(visit.start_time))


def paid(salon: Len, visit: Appointment, amount: int) -> None:
    """In cash, at the desk."""
    pay_visit(visit.pk, Sums(cash=Decimal(amount)), cashier_of(salon), request=once("test", f"key-{next(numbers)}"))
