"""A salon with clients who want offers, and broadcasts to them."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import timedelta

from accounts.models import Client
from accounts.values import Actor, Channel, Role
from booking.models import Appointment, Status
from booking.queries.visits import database_time
from catalog.models import Location, Service
from notifications.commands import run_broadcast, start_broadcast
from notifications.errors import NotSent
from notifications.models import Broadcast, Delivery, Preferences, PushSubscription
from notifications.values import Message
from tests.factories import Salon, make_client, make_specialist, numbers
from tests.notifications.carriers import Mail, Push, Telegram

MOST_TURNS = 50


class Killed(BaseException):
    """A death that nobody catches."""


class Bulk:
    """What the Telegram channel can: many at once, each told of as soon as it is known."""

    def send_many(
        self,
        messages: Sequence[Message],
        begin: Callable[[int], bool],
        end: Callable[[int, str | NotSent], None],
    ) -> None:
        for number, message in enumerate(messages):
            if begin(number):
                end(number, self.answer(message))

    def answer(self, message: Message) -> str | NotSent:
        try:
            return self.send(message)
        except NotSent as error:
            return error


class BulkTelegram(Bulk, Telegram):
    pass


PATHS = {
    "telegram": f"{__name__}.BulkTelegram",
    "web_push": f"{Push.__module__}.Push",
    "email": f"{Mail.__module__}.Mail",
    "sms": f"{Mail.__module__}.Sms",
}


class Campaign(Salon):
    """A salon whose administrator writes to its clients."""

    def __init__(self, **location) -> None:
        super().__init__(**location)
        self.admin = Actor(Role.ADMIN, Channel.ADMIN, user_id=next(numbers), company_id=self.company.pk)

    def fan(self, **fields) -> Client:
        """A client with a chat who has agreed to offers."""
        client = make_client(self.company, **{"tg_id": next(numbers)} | fields)
        Preferences.objects.create(company=self.company, client=client, wants_offers=True)
        return client

    def fans(self, number: int, **fields) -> list[Client]:
        return [self.fan(**fields) for _ in range(number)]

    def broadcast(self, **fields) -> Broadcast:
        return Broadcast.objects.create(
            company=self.company, **{"name": "Autumn", "content_tg": "<b>Minus 20 %</b>"} | fields
        )

    def started(self, **fields) -> Broadcast:
        return start_broadcast(self.broadcast(**fields).pk, self.admin)

    def came(
        self,
        client: Client,
        days_ago: float,
        *,
        status: Status = Status.COMPLETED,
        service: Service | None = None,
        location: Location | None = None,
    ) -> Appointment:
        """A visit of the past, or of the future when ``days_ago`` is negative, with a specialist of its own."""
        start = database_time() - timedelta(days=days_ago)
        end = start + timedelta(hours=1)
        return Appointment.objects.create(
            company=self.company, client=client, location=location or self.location, service=service or self.service,
            specialist=make_specialist(location or self.location), start_time=start, end_time=end, busy_until=end,
            status=status, price=1000, source="admin",
            expires_at=end if status == Status.HOLD else None,
        )  # fmt: skip


def subscribe(client: Client, number: int = 1) -> list[PushSubscription]:
    return [
        PushSubscription.objects.create(
            company=client.company, client=client, endpoint=f"https://push.example/{next(numbers)}"
        )
        for _ in range(number)
    ]


def again(broadcast: Broadcast) -> Broadcast:
    return Broadcast.objects.get(pk=broadcast.pk)


def one_turn(broadcast: Broadcast):
    """As the worker would take it."""
    return run_broadcast(broadcast.pk, again(broadcast).turn)


def run(broadcast: Broadcast) -> Broadcast:
    """Turn after turn, until nobody asks for another."""
    for _ in range(MOST_TURNS):
        if one_turn(broadcast) is None:
            return again(broadcast)
    raise AssertionError("it never rests")


def parts(broadcast: Broadcast) -> list[Delivery]:
    return list(Delivery.objects.filter(broadcast=broadcast).order_by("pk"))


def states(broadcast: Broadcast) -> dict[str, int]:
    return dict(Counter(part.state for part in parts(broadcast)))


def reasons(broadcast: Broadcast) -> list[tuple[str, str]]:
    return [(part.state, part.reason) for part in parts(broadcast)]
