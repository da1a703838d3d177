"""From the press of a button to the push service, and back when a browser has taken its permission away."""

import json

import pytest
from django.test import Client as Visitor
from django.urls import reverse

from booking.commands import cancel_appointment
from booking.models import Appointment
from notifications.commands import dispatch_event, send_delivery
from notifications.models import Delivery, PushSubscription
from notifications.push_keys import new_pair
from notifications.values import State
from tests.factories import WEB, Salon, book, make_company
from tests.notifications.salon import last
from tests.standins.push import PushStandIn

pytestmark = pytest.mark.django_db


@pytest.fixture
def push(settings, recorders):
    settings.NOTIFICATION_CHANNELS = {
        **settings.NOTIFICATION_CHANNELS,
        "web_push": "notifications.channels.web_push.WebPushCarrier",
    }
    settings.VAPID_PRIVATE_KEY, settings.VAPID_PUBLIC_KEY = new_pair()
    settings.VAPID_EMAIL = "salon@example.com"
    with PushStandIn(public_key=settings.VAPID_PUBLIC_KEY) as push:
        settings.PUSH_ALLOWED_HOSTS = [push.url.removeprefix("http://")]
        yield push


@pytest.fixture
def visit() -> Appointment:
    return book(Salon().slot(10, days=3))


@pytest.fixture
def subscription(push, visit):
    """Anna has opened the link on her telephone and pressed the button."""
    subscription, phone = push.subscribe(), Visitor()
    address = reverse("notifications:visit_push", args=[visit.visit_token])
    assert phone.post(address, json.dumps(subscription.as_json()), content_type="application/json").status_code == 204
    return subscription


def tell(visit: Appointment, event_type: str) -> dict[str, str]:
    """Dispatch and send whatever that leads to, as the workers do; the channels tried for the client, and the end."""
    dispatch_event(last(visit, event_type).pk)
    client = Delivery.objects.filter(role="client", event__event_type=event_type)
    while waiting := client.filter(state=State.WAITING).first():
        send_delivery(waiting.pk)
    return dict(client.order_by("pk").values_list("channel", "state"))


def test_a_press_leads_to_a_push(push, subscription, visit):
    told = tell(visit, "booking_created")

    (message,) = push.received_by(subscription)
    assert told == {"web_push": "SENT"}
    assert message.json["web_push"] == 8030
    assert PushSubscription.objects.get().last_ok_at is not None


def test_a_browser_that_took_its_permission_back_is_forgotten_and_the_next_channel_told(push, subscription, visit):
    """By every company: it is the same browser."""
    row = PushSubscription.objects.get()
    row.pk, row.company = None, make_company()
    row.save()
    push.expire(subscription)

    told = tell(visit, "booking_created")

    assert told == {"web_push": "DEAD", "sms": "SENT"}
    assert not PushSubscription.objects.exists()


def test_somebody_who_is_not_told_of_his_own_deed_is_not_woken_by_it(push, subscription, visit):
    tell(visit, "booking_created")
    cancel_appointment(visit.pk, WEB)

    assert tell(visit, "booking_cancelled") == {}
    assert len(push.received_by(subscription)) == 1
