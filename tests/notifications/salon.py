"""A salon with everybody who can be told: a client, a specialist, an administrator, an operator."""

from accounts.values import Actor, Channel, Role
from booking.models import Appointment, AppointmentEvent
from notifications.commands import dispatch_event
from notifications.models import Delivery
from tests.factories import Salon, book, make_client, make_user, numbers

COLUMNS = ("recipient", "role", "channel", "target")


class Reachable(Salon):
    """Everybody has a chat in Telegram; the client also a mailbox and a telephone."""

    def __init__(self, **location) -> None:
        super().__init__(**location)
        self.client = make_client(self.company, tg_id=next(numbers), email="anna@example.com", phone="+79990000001")
        self.master = make_user(self.company, Role.SPECIALIST, tg_id=next(numbers))
        self.admin = make_user(self.company, Role.ADMIN, tg_id=next(numbers))
        self.operator = make_user(self.company, Role.OPERATOR, tg_id=next(numbers))
        self.specialist.user = self.master
        self.specialist.save(update_fields=["user"])

    def actor(self, user) -> Actor:
        return Actor(user.role, Channel.ADMIN, user_id=user.pk, company_id=self.company.pk)

    @property
    def as_client(self) -> Actor:
        return Actor(Role.CLIENT, Channel.TELEGRAM, client_id=self.client.pk)

    def visit(self, hour: int = 10, *, days: int = 3, **kwargs) -> Appointment:
        return book(self.slot(hour, days=days), phone=str(self.client.phone), **kwargs)


def told(visit: Appointment, event_type: str) -> list[tuple[str, str]]:
    """Dispatch the newest event of that type and say whom it told, and how: (person, channel)."""
    return sorted((row.recipient, row.channel) for row in dispatched(visit, event_type))


def dispatched(visit: Appointment, event_type: str) -> list[Delivery]:
    """A move in the console waits for a moment before it is told: here that moment has passed."""
    event = last(visit, event_type)
    AppointmentEvent.objects.filter(pk=event.pk).update(dispatch_after=None)
    dispatch_event(event.pk)
    return list(Delivery.objects.filter(event=event).order_by("pk"))


def last(visit: Appointment, event_type: str) -> AppointmentEvent:
    return visit.events.filter(event_type=event_type).order_by("pk").last()
