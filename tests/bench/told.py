"""What ``telling`` asks of the process with the application in it."""

import time
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction

from accounts.models import Client
from accounts.values import SYSTEM
from booking.commands.record import record_event
from booking.models import Appointment, EventType, Status
from catalog.models import Location
from notifications.channels.web_push import WebPushCarrier
from notifications.models import NotificationSetting, PushSubscription
from notifications.push_keys import new_pair
from notifications.receivers import default_settings
from notifications.values import Message
from tests.bench.values import Salon


def new_keys() -> dict[str, str]:
    """A VAPID pair, as the environment names it."""
    private, public = new_pair()
    return {"VAPID_PRIVATE_KEY": private, "VAPID_PUBLIC_KEY": public, "VAPID_EMAIL": "bench@example.com"}


def prepare(salon: Salon, browser: dict[str, Any], variables: dict[str, str]) -> int:
    """A visit whose client has one browser; its number. ``variables`` are for whoever pushes in this process."""
    for name, value in variables.items():
        setattr(settings, name, value.split(",") if name == "PUSH_ALLOWED_HOSTS" else value)
    location = Location.objects.select_related("company").get(pk=salon.location_id)
    NotificationSetting.objects.bulk_create(default_settings(location.company_id), ignore_conflicts=True)
    client = Client.objects.create(company=location.company, first_name="Anna")
    PushSubscription.objects.update_or_create(
        endpoint=browser["endpoint"], defaults={"company": location.company, "client": client, **browser["keys"]}
    )
    free = salon.free[-1]
    start = datetime.fromisoformat(free.start)
    end = start + timedelta(minutes=30)
    visit = Appointment.objects.create(
        company=location.company, location=location, service_id=salon.service_id, specialist_id=free.specialist_id,
        client=client, contact_name="Anna", status=Status.CONFIRMED, price=1000, source="web",
        start_time=start, end_time=end, busy_until=end,
    )  # fmt: skip
    return visit.pk


def cause(visit_id: int, number: int) -> list[float]:
    """Commit so many events, one after the other; the moments after their commits, by the clock of all processes."""
    visit, moments = Appointment.objects.get(pk=visit_id), list[float]()
    for _ in range(number):
        with transaction.atomic():
            record_event(visit, EventType.BOOKING_CREATED, SYSTEM)
        moments.append(time.monotonic())
    return moments


def push_alone(visit_id: int, number: int) -> list[float]:
    """Seconds that each of so many pushes takes by itself."""
    target = str(PushSubscription.objects.get(client__appointments=visit_id).pk)
    carrier, message = WebPushCarrier(), Message(target=target, text="Anna", title="Anna")
    return [seconds_of(carrier, message) for _ in range(number)]


def seconds_of(carrier: WebPushCarrier, message: Message) -> float:
    began = time.monotonic()
    carrier.send(message)
    return time.monotonic() - began
