"""The six verifications of source 001 §9, from the API to the stand-ins of Telegram and of a push service, through a
real broker and a real worker."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.test import Client as Browser

from booking.models import Appointment
from notifications.models import NotificationSetting, PushSubscription
from tests.notifications.salon import Reachable
from tests.standins.push import PushStandIn
from tests.standins.telegram import TelegramStandIn
from tests.workers import Nursery, Staff, broker, nursery, queued, staff, wait_until

TOKEN = "42:TEST"
BASE = "/api/v1"


@dataclass(frozen=True)
class Outside:
    """Telegram and a push service, the variables under which they are known, and where workers come from."""

    telegram: TelegramStandIn
    push: PushStandIn
    variables: dict[str, str]
    nursery: Nursery | None


class Stage:
    """A salon whose people are in Telegram, the stand-in, and a worker that can be started."""

    def __init__(self, folder: Path, outside: Outside) -> None:
        broker().flushdb()
        self.folder, self.outside, self.push = folder, outside, outside.push
        self.salon = Reachable(name="Центр")
        self.salon.specialist.name = "Анна"
        self.salon.specialist.save(update_fields=["name"])
        self.telegram, self.browser = outside.telegram, Browser()
        for person in (self.salon.client, self.salon.master, self.salon.admin, self.salon.operator):
            self.telegram.add_user(person.tg_id)

    def worker(self) -> AbstractContextManager[dict[str, Staff]]:
        return staff(self.folder, "worker", nursery=self.outside.nursery, **self.outside.variables)

    def booted(self, *names: str) -> AbstractContextManager[dict[str, Staff]]:
        """Each begun by the entrypoint itself, as on a server."""
        return staff(self.folder, *names, **self.outside.variables)

    def post(self, path: str, who: Browser | None = None, **body: object) -> dict:
        answer = (who or self.browser).post(f"{BASE}/{path}", body, content_type="application/json")
        assert answer.status_code < 300, answer.content.decode()
        return answer.json()

    def book(self, hour: int = 10) -> dict:
        """By the client, through the API: held, then confirmed."""
        salon = self.salon
        held = self.post(
            "appointments/book/", company=salon.company.slug, location=salon.location.pk, service=salon.service.pk,
            start=salon.at(hour, days=3).isoformat(),
        )  # fmt: skip
        return self.post(
            "appointments/confirm/", id=held["id"], token=held["token"], first_name="Иван", last_name="Петров",
            phone=str(salon.client.phone),
        )  # fmt: skip

    def told(self, person) -> list[str]:
        """What the chat has read, in order: the desk's card is written over by what happens later."""
        messages = self.telegram.messages(person.tg_id)
        return [
            text for message in messages for text in (*(old.content["text"] for old in message.history), message.text)
        ]

    def everybody(self) -> dict[str, int]:
        """How many things each has been told."""
        people = {"client": self.salon.client, "specialist": self.salon.master, "admin": self.salon.admin}
        return {who: len(self.told(person)) for who, person in people.items()}

    def wait_for(self, **counts: int) -> None:
        """Until everybody has so many messages and nothing is under way any more."""
        wait_until(lambda: self.everybody() == counts and queued() == 0, f"{counts} messages, not {self.everybody()}")


@pytest.fixture(scope="module")
def outside(django_db_setup) -> Iterator[Outside]:
    """One for all: everybody in a test has a chat or a browser of their own, and a worker for themselves."""
    private, public = new_keys()
    with TelegramStandIn(token=TOKEN, per_chat=None) as telegram, PushStandIn(public_key=public) as push:
        variables = {
            "TELEGRAM_BOT_TOKEN": TOKEN, "TELEGRAM_API_BASE": telegram.url,
            "VAPID_PRIVATE_KEY": private, "VAPID_PUBLIC_KEY": public, "VAPID_EMAIL": "owner@example.com",
            "PUSH_ALLOWED_HOSTS": push.url.removeprefix("http://"),
        }  # fmt: skip
        with nursery(**variables) as one:
            yield Outside(telegram, push, variables, one)


@pytest.fixture
def stage(tmp_path, outside) -> Stage:
    return Stage(tmp_path, outside)


def signed_in(user) -> Browser:
    browser = Browser()
    browser.force_login(user)
    return browser


def test_1_a_booking_by_the_api_is_an_event_in_redis_and_then_a_message(stage):
    stage.book()
    wait_until(lambda: queued() == 1, "an event in events:p2p")
    assert stage.everybody() == {"client": 0, "specialist": 0, "admin": 0}

    with stage.worker():
        stage.wait_for(client=1, specialist=1, admin=1)


def test_2_a_role_that_is_switched_off_by_the_api_is_not_told(stage):
    desk = signed_in(stage.salon.admin)
    setting = NotificationSetting.objects.get(
        company=stage.salon.company, event_type="booking_created", recipient_role="specialist"
    )
    answer = desk.patch(f"{BASE}/notification-settings/{setting.pk}/", {"enabled": False}, "application/json")

    with stage.worker():
        stage.book()
        stage.wait_for(client=1, specialist=0, admin=1)

    assert (answer.status_code, answer.json()["enabled"]) == (200, False)


def test_3_booked_moved_and_cancelled_everybody_is_told(stage):
    desk = signed_in(stage.salon.operator)

    with stage.worker():
        booked = stage.book()
        stage.wait_for(client=1, specialist=1, admin=1)
        stage.post(f"appointments/{booked['id']}/reschedule/", desk, start=stage.salon.at(15, days=3).isoformat())
        stage.wait_for(client=2, specialist=2, admin=2)
        stage.post(f"appointments/{booked['id']}/cancel/", desk)
        stage.wait_for(client=3, specialist=3, admin=3)

    assert [first_line(text) for text in stage.told(stage.salon.admin)] == [
        f"📅 Новая запись #{booked['id']}", f"🕐 Перенесена #{booked['id']}", f"❌ Отменена запись #{booked['id']}",
    ]  # fmt: skip
    assert len(stage.telegram.messages(stage.salon.admin.tg_id)) == 1, "one card, written over"


def first_line(text: str) -> str:
    return text.partition("\n")[0].partition(":")[0]


def test_4_whoever_did_it_is_not_told(stage):
    desk = signed_in(stage.salon.admin)

    with stage.worker():
        booked = stage.book()
        stage.wait_for(client=1, specialist=1, admin=1)
        stage.post(f"appointments/{booked['id']}/cancel/", desk)
        wait_until(lambda: len(stage.told(stage.salon.operator)) == 2, "what the operator is told then")
        stage.wait_for(client=2, specialist=2, admin=1)

    assert len(stage.told(stage.salon.admin)) == 1


def test_5_the_operators_card_has_its_two_buttons(stage):
    with stage.worker():
        booked = stage.book(14)
        stage.wait_for(client=1, specialist=1, admin=1)

    (card,) = stage.telegram.messages(stage.salon.admin.tg_id)
    visit = Appointment.objects.get(pk=booked["id"])
    assert [[(button["text"], button["callback_data"]) for button in row] for row in card.rows] == [
        [("✏️ Редактировать", f"bkn:edit:{visit.pk}"), ("🙈 Скрыть", f"bkn:hide:{visit.pk}")]
    ]
    assert card.text.splitlines()[0] == f"📅 Новая запись #{visit.pk}"


def test_6_a_browser_without_telegram_hears_by_push(stage):
    type(stage.salon.client).objects.filter(pk=stage.salon.client.pk).update(tg_id=None)
    browser = stage.push.subscribe()
    PushSubscription.objects.create(
        company=stage.salon.company, client=stage.salon.client,
        endpoint=browser.endpoint, p256dh=browser.p256dh, auth=browser.auth,
    )  # fmt: skip

    with stage.worker():
        booked = stage.book()
        wait_until(lambda: stage.push.received_by(browser), "a push")

    (received,) = stage.push.received_by(browser)
    visit = Appointment.objects.get(pk=booked["id"])
    assert received.json["notification"]["tag"] == f"apt-{visit.pk}"
    assert received.json["notification"]["navigate"].endswith(f"/v/{visit.visit_token}/")


def new_keys() -> tuple[str, str]:
    """A VAPID pair in the form of the environment."""
    from io import StringIO

    from django.core.management import call_command

    out = StringIO()
    call_command("vapid", stdout=out)
    found = dict(line.split("=", 1) for line in out.getvalue().splitlines() if "=" in line)
    return found["VAPID_PRIVATE_KEY"], found["VAPID_PUBLIC_KEY"]


def test_a_worker_that_never_came_is_made_up_for(stage):
    """Nothing is lost with Redis: the sweep finds the event in its table."""
    stage.book()
    wait_until(lambda: queued() == 1, "an event in events:p2p")
    broker().flushdb()

    with stage.booted("worker", "beat"):
        stage.wait_for(client=1, specialist=1, admin=1)


def test_the_control_without_a_sweep_it_is_lost(stage):
    stage.book()
    wait_until(lambda: queued() == 1, "an event in events:p2p")
    broker().flushdb()

    with stage.worker():
        stage.book(15)  # what is woken arrives; what was lost does not
        stage.wait_for(client=1, specialist=1, admin=1)
