"""Write the demo's visits: what was booked, through which door, and what became of it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from accounts.models import Client, Company, User
from accounts.models.client import Priority
from accounts.values import Actor, Channel, Role
from booking.commands.hold import columns_of
from booking.commands.record import facts
from booking.models import Appointment, AppointmentEvent, EventType, Status
from booking.values import CancelReason, FreeSlot
from catalog.models import Location, Specialist
from config.demo.days import filled_days
from config.demo.people import demo_clients

COMMENTS = (
    "Опоздаю минут на пять.",
    "Хочу короче, чем в прошлый раз.",
    "Можно без музыки?",
    "Приду с коляской, подскажите, есть ли лифт.",
    "Нужен чек для работодателя.",
    "Подарочная стрижка для мужа. Он придёт сам, зовут Виктор, и он пока ничего не знает: пожалуйста, не звоните ему.",
)
REGULARS = 1.15
"""The greater, the more often come those whom the desk knows best; 1 would be everybody alike."""
GUESTS = ("Гость", "Лена, подруга Ирины", "Прохожий с улицы")
CHANNELS = (Channel.WEB, Channel.TELEGRAM, Channel.ADMIN)
ENDS_BEHIND = (Status.COMPLETED, Status.NO_SHOW, Status.CANCELLED)
ENDS_AHEAD = (Status.CONFIRMED, Status.CANCELLED)
EVENTS = {
    Status.CONFIRMED: EventType.BOOKING_CREATED,
    Status.CANCELLED: EventType.BOOKING_CANCELLED,
    Status.ARRIVED: EventType.BOOKING_ARRIVED,
    Status.COMPLETED: EventType.BOOKING_COMPLETED,
    Status.NO_SHOW: EventType.BOOKING_NO_SHOW,
}


@dataclass(frozen=True)
class Step:
    """One line of a visit's history."""

    status: Status
    at: datetime
    by: Actor
    reason: str = ""


@dataclass(frozen=True)
class Visit:
    appointment: Appointment
    steps: tuple[Step, ...]


def fill_calendar(company: Company, now: datetime, days_behind: int = 14, days_ahead: int = 14) -> int:
    """Book the days around ``now`` that have no visits yet; how many visits were added."""
    lock_specialists(company)
    locations = list(company.locations.filter(is_active=True))
    diary = Diary(company, locations, now)
    added = 0
    for location in locations:
        today = now.astimezone(location.zone).date()
        first, last = today - timedelta(days=days_behind), today + timedelta(days=days_ahead)
        visits = [diary.visit(slot) for slot in filled_days(location, first, last, today)]
        write(visits)
        added += len(visits)
    return added


def lock_specialists(company: Company) -> None:
    """Every booking waits for its specialist's row: nobody takes a time between our look and our writing."""
    rows = Specialist.objects.filter(company=company).order_by("pk").select_for_update(no_key=True)
    list(rows.values_list("pk"))


def desk_of(company: Company) -> Actor:
    operator = User.objects.filter(company=company, role=Role.OPERATOR).order_by("pk").first()
    return Actor(role=Role.OPERATOR, channel=Channel.ADMIN, user_id=operator.pk if operator else None)


class Diary:
    """Decides who comes at a time, through which door, and what becomes of it."""

    def __init__(self, company: Company, locations: Sequence[Location], now: datetime) -> None:
        self.company, self.now = company, now
        self.desk = desk_of(company)
        clients = demo_clients(company)
        self.clients = {location.pk: clients[number :: len(locations)] for number, location in enumerate(locations)}
        self.slugs = {location.pk: location.slug for location in locations}
        seen = Appointment.objects.filter(client__in=clients).values_list("client_id", "start_time")
        self.met = {(pk, self.day_of(start)) for pk, start in seen}

    def day_of(self, start: datetime) -> date:
        return start.astimezone(self.company.zone).date()

    def visit(self, slot: FreeSlot) -> Visit:
        seed = f"{self.slugs[slot.location_id]} {slot.specialist_name} {slot.start:%Y-%m-%d %H:%M}"
        random = Random(seed)  # noqa: S311 - a demo, not a secret
        channel = random.choices(CHANNELS, (5, 2, 4))[0]
        client = self.client_for(slot, random)
        if channel == Channel.ADMIN and random.random() < 0.1:
            client = None
        steps = tuple(self.steps(slot, channel, client, random))
        appointment = Appointment(
            **columns_of(slot, self.company),
            source=channel,
            status=steps[-1].status,
            version=len(steps),
            client=client,
            contact_name=client.full_name if client else random.choice(GUESTS),
            contact_phone=client.phone if client else "",
            notes=random.choice(COMMENTS) if random.random() < 0.15 else "",
            priority=self.priority_of(client, random),
        )
        return Visit(appointment, steps)

    def client_for(self, slot: FreeSlot, random: Random) -> Client | None:
        """Somebody of this location's who has no other visit that day."""
        day = self.day_of(slot.start)
        others = [client for client in self.clients[slot.location_id] if (client.pk, day) not in self.met]
        if not others:
            return None
        client = others[int(len(others) * random.random() ** REGULARS)]
        self.met.add((client.pk, day))
        return client

    def priority_of(self, client: Client | None, random: Random) -> str:
        if client and client.priority == Priority.VIP:
            return Priority.VIP
        return Priority.URGENT if random.random() < 0.04 else Priority.NORMAL

    def steps(self, slot: FreeSlot, channel: Channel, client: Client | None, random: Random) -> Iterator[Step]:
        """From the booking to the end, none of them later than now."""
        by = self.desk if channel == Channel.ADMIN else Actor(role=Role.CLIENT, channel=channel)
        if channel == Channel.TELEGRAM and client:
            by = Actor(role=Role.CLIENT, channel=channel, client_id=client.pk)
        booked_at = min(slot.start, self.now) - timedelta(minutes=random.randint(20, 5 * 24 * 60))
        if channel != Channel.ADMIN:
            yield Step(Status.HOLD, booked_at - timedelta(seconds=random.randint(20, 90)), by)
        yield Step(Status.CONFIRMED, booked_at, by)
        yield from self.end(slot, Step(Status.CONFIRMED, booked_at, by), random)

    def end(self, slot: FreeSlot, booked: Step, random: Random) -> Iterator[Step]:
        if slot.start > self.now:
            status = random.choices(ENDS_AHEAD, (15, 1))[0]
        else:
            status = random.choices(ENDS_BEHIND, (17, 1, 2))[0]
        if status == Status.CANCELLED:
            at = booked.at + (min(slot.start, self.now) - booked.at) * random.random()
            yield Step(status, at, booked.by, CancelReason.CLIENT_ASKED if booked.by.is_staff else "")
        elif status == Status.NO_SHOW:
            yield Step(status, min(slot.start + timedelta(minutes=20), self.now), self.desk)
        elif status == Status.COMPLETED:
            yield Step(Status.ARRIVED, slot.start - timedelta(minutes=random.randint(0, 9)), self.desk)
            if slot.end <= self.now:
                yield Step(status, slot.end, self.desk)


def write(visits: Sequence[Visit]) -> None:
    """Appointments and their history, in the order in which it happened; nobody is told, all this is long known."""
    rows = Appointment.objects.bulk_create(visit.appointment for visit in visits)
    events = [event for visit in visits for event in history(visit)]
    AppointmentEvent.objects.bulk_create(sorted(events, key=lambda event: event.created_at))
    for visit in visits:
        visit.appointment.created_at, visit.appointment.updated_at = visit.steps[0].at, visit.steps[-1].at
    Appointment.objects.bulk_update(rows, ["created_at", "updated_at"], batch_size=200)


def history(visit: Visit) -> Iterator[AppointmentEvent]:
    before: Status | None = None
    for step in visit.steps:
        yield AppointmentEvent(
            appointment=visit.appointment,
            event_type=EVENTS.get(step.status, EventType.HOLD_PLACED),
            initiated_by=step.by.as_initiator(),
            payload=payload_of(visit.appointment, before, step),
            created_at=step.at,
            dispatched_at=step.at,
        )
        before = step.status


def payload_of(appointment: Appointment, before: Status | None, step: Step) -> dict[str, Any]:
    """As ``record_event`` writes it: everything at first, then what changed."""
    if before is None:
        return facts(appointment) | {"status": step.status}
    return {"changed": {"status": [before, step.status]}} | ({"reason": step.reason} if step.reason else {})
