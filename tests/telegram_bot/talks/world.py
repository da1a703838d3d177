"""People and visits for talks: Anna (chat 7), Boris (8), a stranger of another company (9), the staff."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import translation

from accounts.models import Client
from accounts.values import SYSTEM, Actor, Channel, Role
from booking.commands import confirm_appointment, hold_slot
from booking.models import Appointment, AppointmentEvent, EventType, Status
from booking.values import Contact
from booking.wording import clock, exact, long_day, short_day
from telegram_bot.models import Chat
from tests.factories import Salon, make_client, make_user
from wallet.ledger import post
from wallet.values import Kind

ANNA, BORIS, STRANGER = 7, 8, 9
OPERATOR, SPECIALIST, ACCOUNTANT, ELSEWHERE = 20, 21, 22, 23
OUTDATED = "This button is out of date. I have opened the menu."


class World(Salon):
    """A salon with two clients and its staff, each with a chat."""

    def __init__(self, **fields) -> None:
        super().__init__(service={"name": "Haircut"}, address="Lenina 5", **fields)
        self.user = make_user(self.company, Role.SPECIALIST, tg_id=SPECIALIST)
        self.specialist.name, self.specialist.user = "Vera", self.user
        self.specialist.save(update_fields=["name", "user"])
        self.operator = make_user(self.company, Role.OPERATOR, tg_id=OPERATOR)
        self.anna = make_client(self.company, tg_id=ANNA, first_name="Anna", phone="+79991234567")
        self.boris = make_client(self.company, tg_id=BORIS, first_name="Boris")
        Chat.objects.bulk_create(Chat(tg_id=tg_id, company=self.company) for tg_id in (ANNA, BORIS))

    def actor(self, client: Client) -> Actor:
        return Actor(Role.CLIENT, Channel.TELEGRAM, client_id=client.pk, company_id=client.company_id)

    def visit(self, hour: int = 10, *, client: Client | None = None, days: int = 2, **how) -> Appointment:
        """Booked by its client in the bot; Anna's unless said otherwise."""
        client = client or self.anna
        hold = hold_slot(self.slot(hour, days=days), self.actor(client), client_id=client.pk)
        contact = Contact(client.first_name, client.last_name, str(client.phone or ""))
        return confirm_appointment(hold.pk, self.actor(client), contact, client_id=client.pk, **how)

    def past_visit(self, days: int = 2, *, status: Status = Status.COMPLETED) -> Appointment:
        """What Anna had so many days ago."""
        return visit_row(self, self.at(10, days=-days), self.anna, status)


def visit_row(salon: Salon, start: datetime, client: Client, status: Status, specialist=None) -> Appointment:
    """A visit as it would be in the tables by now, and its first event."""
    end = start + timedelta(hours=1)
    visit = Appointment.objects.create(
        company=salon.company,
        location=salon.location,
        service=salon.service,
        specialist=specialist or salon.specialist,
        client=client,
        contact_name=client.first_name,
        start_time=start,
        end_time=end,
        busy_until=end,
        status=status,
        price=1000,
        source=Channel.WEB,
    )
    AppointmentEvent.objects.create(
        appointment=visit, event_type=EventType.BOOKING_CREATED, initiated_by=SYSTEM.as_initiator()
    )
    return visit


def strangers_visit() -> Appointment:
    """Of another company, whose client is chat 9."""
    other = Salon(service={"name": "Massage"})
    return visit_row(
        other, other.at(10, days=2), make_client(other.company, tg_id=STRANGER, first_name="Ivan"), Status.CONFIRMED
    )


def top_up(client: Client, amount: int) -> None:
    with transaction.atomic():
        post(client.pk, Kind.DEPOSIT, Decimal(amount), SYSTEM, f"deposit:{client.pk}:{amount}")


def state() -> tuple[list[dict], int]:
    """Every appointment as it is, and how many events there are."""
    return list(Appointment.objects.order_by("pk").values()), AppointmentEvent.objects.count()


class Said:
    """How moments are said in a language."""

    def __init__(self, language: str, salon: Salon) -> None:
        self.language, self.zone = language, salon.location.zone

    def exact(self, moment: datetime) -> str:
        with translation.override(self.language):
            return plain(exact(moment, self.zone))

    def span(self, visit: Appointment, *, on_a_screen: bool = True) -> str:
        """A screen says the year when it is another one; a message, which has a date of its own, does not."""
        with translation.override(self.language):
            day = visit.start_time.astimezone(self.zone).date()
            year = year_if_another(day, self.zone) if on_a_screen else ""
            begins, ends = clock(visit.start_time, self.zone), clock(visit.end_time, self.zone)
            return plain(f"{long_day(day)}{year}, {begins}–{ends}")

    def short(self, moment: datetime, *, on_a_screen: bool = True) -> str:
        with translation.override(self.language):
            day = moment.astimezone(self.zone).date()
            year = year_if_another(day, self.zone) if on_a_screen else ""
            return plain(f"{short_day(day)}{year} {clock(moment, self.zone)}")


def year_if_another(day: date, zone: ZoneInfo) -> str:
    return "" if day.year == datetime.now(zone).year else f" {day.year}"


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")
