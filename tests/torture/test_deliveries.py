"""Events by the hundred while a worker, beat and Redis are killed at random moments (guarantees 15, 16): nothing is
missing, and twice arrives only what a killed sender, or a lost answer, left uncertain."""

import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from itertools import cycle
from pathlib import Path
from random import Random
from threading import Barrier

import pytest
from django.utils import timezone

from accounts.models import Client
from booking.models import Appointment, AppointmentEvent, Status
from config.embedded.place import PROJECT, Place
from config.embedded.ports import LOOPBACK, is_free
from config.embedded.programs import redis_program
from config.household import die_with_parent
from notifications import channels
from notifications.commands import dispatch_event, fall_back, send, send_delivery
from notifications.commands.send import READ_TOGETHER
from notifications.errors import AddressGone
from notifications.models import Delivery, NotificationSetting, PushSubscription
from tests.bench.processes import free_port
from tests.depth import SECONDS
from tests.factories import Salon, make_client, numbers
from tests.journeys.test_told import new_keys
from tests.notifications.carriers import PATHS, RECORDERS, Telegram
from tests.notifications.salon import Reachable, last
from tests.nursery import Child, Nursery
from tests.standins.push import PushStandIn, Subscription
from tests.standins.push import lost as lost_push
from tests.standins.telegram import TelegramStandIn
from tests.standins.telegram.answers import lost
from tests.torture.rivals import Meeting, at_once, say
from tests.workers import Staff, environment, nursery, wait_until

pytestmark = pytest.mark.usefixtures("crowd")

EVENTS, CHATS, BROWSERS = 1000 if SECONDS else 120, 20, 60
TOKEN, SEED = "42:TEST", 20260128
TROUBLE = SECONDS or 6
"""Seconds during which something is killed every other second."""
PACE = 0.005 if SECONDS else 0.7 * TROUBLE / EVENTS
"""Seconds between two events: in a short look so many that each kill finds somebody at work."""
PATIENCE = 180

# Somebody else's web process: it commits an event after the other, and wakes whoever listens.
CAUSE = """
import sys, time
import django
django.setup()
from django.db import transaction
from accounts.values import SYSTEM
from booking.commands.record import record_event
from booking.models import Appointment, EventType
pace = float(sys.argv[1])
for line in sys.stdin:
    with transaction.atomic():
        record_event(Appointment.objects.get(pk=int(line)), EventType.BOOKING_CREATED, SYSTEM)
    time.sleep(pace)
"""


class Redis:
    """One of our own: it can be killed without taking everybody else's away."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.process = folder, None
        self.port = free_port()
        self.url = f"redis://{LOOPBACK}:{self.port}/0"

    def start(self) -> None:
        settings = ("--port", str(self.port), "--bind", LOOPBACK, "--save", "", "--appendonly", "no")
        self.process = subprocess.Popen(
            [str(redis_program(Place(PROJECT))), *settings],
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            preexec_fn=partial(die_with_parent, signal.SIGTERM),
        )
        wait_until(lambda: not is_free(self.port), "Redis")
        assert self.process.poll() is None, f"somebody else's Redis answers at port {self.port}"

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    stop = kill


def visits_of(salon: Salon, clients: list) -> list[Appointment]:
    """A quarter of an hour each, one after the other."""
    start = (timezone.now() + timedelta(days=3)).replace(minute=0, second=0, microsecond=0)
    quarter = timedelta(minutes=15)
    rows = [
        Appointment(
            company=salon.company, location=salon.location, service=salon.service, specialist=salon.specialist,
            client=client, contact_name="Anna", status=Status.CONFIRMED, price=1000, source="web",
            start_time=start + quarter * number, end_time=start + quarter * (number + 1),
            busy_until=start + quarter * (number + 1),
        )
        for number, client in zip(range(EVENTS), cycle(clients), strict=False)
    ]  # fmt: skip
    return Appointment.objects.bulk_create(rows)


@contextmanager
def ended(*processes) -> Iterator[None]:
    try:
        yield
    finally:
        for process in processes:
            process.stop()


def kill_at_random(victims: list, random: Random) -> Counter:
    """For a while; whoever was killed is back a moment later."""
    kills: Counter = Counter()
    end = time.monotonic() + TROUBLE
    while time.monotonic() < end:
        time.sleep(random.uniform(1.5, 3))
        victim = random.choice(victims)
        victim.kill()
        kills[getattr(victim, "name", "redis")] += 1
        time.sleep(random.uniform(0, 0.5))
        victim.start()
    return kills


@pytest.mark.trial
def test_events_under_fire_are_all_told(tmp_path):
    private, public = new_keys()
    with TelegramStandIn(token=TOKEN) as telegram, PushStandIn(public_key=public) as push:
        salon = Salon()
        NotificationSetting.objects.exclude(recipient_role="client").update(enabled=False)
        chats, browsers = with_chats(salon, telegram), with_browsers(salon, push)
        clients = [*chats, *(salon.company.clients.filter(pk__in=browsers).order_by("pk"))]
        visits = visits_of(salon, clients)
        telegram.answer_next("sendMessage", lost(), lost())
        push.answer_next(browsers[clients[-1].pk], lost_push())
        redis = Redis(tmp_path)
        variables = {
            "REDIS_URL": redis.url, "TELEGRAM_BOT_TOKEN": TOKEN, "TELEGRAM_API_BASE": telegram.url,
            "VAPID_PRIVATE_KEY": private, "VAPID_PUBLIC_KEY": public, "VAPID_EMAIL": "owner@example.com",
            "PUSH_ALLOWED_HOSTS": push.url.removeprefix("http://"), "LOG_LEVEL": "WARNING",
        }  # fmt: skip
        kills = told_under_fire(visits, redis, tmp_path, variables)

        by_chat = Counter(number_in(text) for text in texts(telegram, chats))
        by_push = Counter(int(one.json["notification"]["tag"].removeprefix("apt-")) for one in push.received)
        arrived = by_chat + by_push
        tried_again = set(Delivery.objects.filter(attempts__gt=1).values_list("event__appointment_id", flat=True))
        twice = {pk for pk, times in arrived.items() if times > 1}

        say(f"{EVENTS} events, killed: {dict(kills)}; missing {len(set(ids(visits)) - set(arrived))}, "
            f"twice {len(twice)}, tried again {len(tried_again)}")  # fmt: skip
        assert set(arrived) == set(ids(visits))
        assert twice <= tried_again
        assert sum(arrived.values()) - EVENTS <= len(tried_again)
        assert set(Delivery.objects.values_list("state", flat=True)) == {"SENT"}


def with_chats(salon: Salon, telegram: TelegramStandIn) -> list[Client]:
    clients = [make_client(salon.company, tg_id=next(numbers)) for _ in range(CHATS)]
    for client in clients:
        telegram.add_user(client.tg_id)
    return clients


def with_browsers(salon: Salon, push: PushStandIn) -> dict[int, Subscription]:
    """By client."""
    browsers = {make_client(salon.company).pk: push.subscribe() for _ in range(BROWSERS)}
    PushSubscription.objects.bulk_create(
        PushSubscription(company=salon.company, client_id=pk, endpoint=one.endpoint, p256dh=one.p256dh, auth=one.auth)
        for pk, one in browsers.items()
    )
    return browsers


def told_under_fire(visits: list[Appointment], redis: Redis, folder: Path, variables: dict[str, str]) -> Counter:
    """Until everybody has been told; who was killed how often meanwhile."""
    redis.start()
    with ended(redis), nursery(**variables) as home:
        worker, beat = (Staff(name, folder / f"{name}.log", home, **variables) for name in ("worker", "beat"))
        with ended(worker.start(), beat.start()):
            cause = causing(visits, folder, home, variables)
            kills = kill_at_random([worker, beat, redis], Random(SEED))
            assert cause.wait(PATIENCE) == 0
            wait_until(lambda: nothing_is_left(worker, beat), "the end", PATIENCE)
    return kills


def causing(
    visits: list[Appointment], folder: Path, home: Nursery | None, variables: dict[str, str]
) -> "Child | subprocess.Popen[bytes]":
    named, command = folder / "visits", ["-c", CAUSE, str(PACE)]
    named.write_text("".join(f"{visit.pk}\n" for visit in visits))
    with named.open("rb") as lines:
        if home:
            return home.start(command, stdin=lines.fileno(), stdout=1, stderr=2)
        return subprocess.Popen([sys.executable, *command], env=environment(**variables), stdin=lines)


def ids(visits: list[Appointment]) -> list[int]:
    return [visit.pk for visit in visits]


def nothing_is_left(*processes: Staff) -> bool:
    for process in processes:
        process.revive()
    undispatched = AppointmentEvent.objects.filter(dispatched_at__isnull=True).exists()
    return not undispatched and not Delivery.objects.filter(state__in=("WAITING", "SENDING")).exists()


def texts(telegram: TelegramStandIn, chats: list) -> list[str]:
    return [message.text for client in chats for message in telegram.messages(client.tg_id)]


def number_in(text: str) -> int:
    """Of the visit that a message is about."""
    return int(text.partition("№")[2].split()[0].strip(".,<>/b"))


# --- one delivery, many senders ---------------------------------------------------------------------------------------


@pytest.fixture
def delivery(settings) -> Iterator[Delivery]:
    settings.NOTIFICATION_CHANNELS = PATHS
    channels.carrier_of.cache_clear()
    for recorder in RECORDERS.values():
        recorder.reset()
    event = last(Reachable().visit(), "booking_created")
    dispatch_event(event.pk)
    yield Delivery.objects.get(event=event, role="client")
    channels.carrier_of.cache_clear()


def test_of_twelve_senders_at_once_one_sends(delivery):
    outcomes = at_once([partial(send_delivery, delivery.pk)] * 12)

    assert sorted(outcome.answer for outcome in outcomes) == [""] * 11 + ["SENT"]
    assert len(Telegram.sent) == 1


def test_the_control_without_the_claim_everybody_sends(delivery, monkeypatch):
    monkeypatch.setattr(send, "claim", lambda pk: Delivery.objects.select_related(*READ_TOGETHER).get(pk=pk))

    at_once([partial(send_delivery, delivery.pk)] * 12)

    assert len(Telegram.sent) == 12


def test_an_event_dispatched_by_twelve_at_once_is_told_once(delivery):
    event = last(delivery.event.appointment, "booking_created")
    Delivery.objects.all().delete()
    AppointmentEvent.objects.filter(pk=event.pk).update(dispatched_at=None)

    outcomes = at_once([partial(dispatch_event, event.pk)] * 12)

    assert sorted(outcome.answer for outcome in outcomes) == [0] * 11 + [4]
    assert Delivery.objects.count() == 4


# --- two telephones that go at the same moment ------------------------------------------------------------------------


def two_gone_at_once(settings, monkeypatch) -> list[str]:
    """Both of a client's telephones answer 410 to two workers at the same moment; the channels he is then told by."""
    settings.NOTIFICATION_CHANNELS = PATHS
    channels.carrier_of.cache_clear()
    for recorder in RECORDERS.values():
        recorder.reset()
    salon = Reachable()
    type(salon.client).objects.filter(pk=salon.client.pk).update(tg_id=None)
    for _ in range(2):
        PushSubscription.objects.create(
            company=salon.company, client=salon.client, endpoint=f"https://push.example/{next(numbers)}",
            p256dh="p", auth="a",
        )  # fmt: skip
    event = last(salon.visit(), "booking_created")
    dispatch_event(event.pk)
    mine = Delivery.objects.filter(event=event, role="client").order_by("pk")
    meeting = Meeting(2)
    wait_for_turn = fall_back.one_at_a_time

    def both_have_written(delivery) -> None:
        meeting.wait()
        wait_for_turn(delivery)

    monkeypatch.setattr(fall_back, "one_at_a_time", both_have_written)
    RECORDERS["web_push"].answers(AddressGone("410"), AddressGone("410"))
    at_once([partial(send_delivery, delivery.pk) for delivery in mine])
    channels.carrier_of.cache_clear()
    return [delivery.channel for delivery in mine.all() if delivery.channel != "web_push"]


def test_two_telephones_that_go_at_once_lead_to_one_mail(settings, monkeypatch):
    assert two_gone_at_once(settings, monkeypatch) == ["email"]


def test_the_control_without_waiting_for_each_other_nobody_is_told(settings, monkeypatch):
    """Each has looked before either commits: made to happen, or on a busy machine one might see the other's."""
    monkeypatch.setattr(fall_back, "one_at_a_time", lambda delivery: None)
    both_have_looked = Barrier(2)

    def look_together(delivery) -> list[Delivery]:
        written = fall_back.fall_back(delivery)
        both_have_looked.wait(PATIENCE)
        return written

    monkeypatch.setattr(send, "fall_back", look_together)

    assert two_gone_at_once(settings, monkeypatch) == []
