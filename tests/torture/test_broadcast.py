"""A broadcast while its worker, beat, the other worker and Redis are killed at random moments: nobody gets it twice,
and only what was on its way in a killed worker stays in doubt. And its pace, and who passes it."""

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from random import Random
from statistics import median

import pytest
from django.conf import settings
from django.db import transaction

from accounts.models import Client
from accounts.values import SYSTEM
from booking.commands.record import record_event
from booking.models import Appointment, EventType, Status
from notifications.channels import carrier_of
from notifications.commands import start_broadcast
from notifications.commands.broadcast import flight
from notifications.commands.broadcast.address import write_chunk
from notifications.commands.broadcast.flight import Flight
from notifications.models import Broadcast, BroadcastState, Delivery, Preferences
from tests.depth import SECONDS
from tests.factories import make_client
from tests.notifications.campaign import PATHS, BulkTelegram, Campaign, again, parts, states
from tests.notifications.carriers import RECORDERS, Telegram
from tests.standins.telegram import TelegramStandIn
from tests.torture.rivals import at_once, say
from tests.torture.test_deliveries import Redis, ended, kill_at_random
from tests.workers import Staff, nursery, wait_until

pytestmark = pytest.mark.usefixtures("crowd")

TOKEN, SEED = "42:TEST", 20260128
LATENCY = 0.1
"""Seconds that Telegram takes to answer."""
TROUBLE = SECONDS or 6
"""Seconds during which something is killed every other second."""
A_SECOND = 30
PEOPLE = 20 * TROUBLE
IN_FLIGHT = 16
"""Messages that one worker has on their way at most (``telegram_bot.carrier.AT_ONCE``)."""
PATIENCE = 240
FLIGHT = 50
GUESTS, PAUSE = 10, 0.3
"""Who have messages of their own meanwhile, and seconds between them."""
TEXT = "<b>Minus 20 %</b> until Sunday"


class DistantTelegram(TelegramStandIn):
    """What is sent has arrived at once; the answer takes its time."""

    def perform(self, *what):
        reply = super().perform(*what)
        self.closing.wait(LATENCY)
        return reply


class Stage:
    """A broadcast to so many clients, and the processes that send it."""

    def __init__(self, folder: Path, telegram: TelegramStandIn, fans: int, redis: Redis | None = None) -> None:
        self.telegram, self.salon, self.redis = telegram, Campaign(), redis
        self.fans = write_fans(self.salon, fans)
        for fan in self.fans:
            telegram.add_user(fan.tg_id)
        self.variables = {
            "REDIS_URL": redis.url if redis else settings.REDIS_URL, "EMAIL_URL": "",
            "TELEGRAM_BOT_TOKEN": TOKEN, "TELEGRAM_API_BASE": telegram.url,
            "LOG_LEVEL": "WARNING", "DATABASE_POOL_SIZE": "8",
        }  # fmt: skip
        self.folder, self.broadcast = folder, self.salon.broadcast(content_tg=TEXT)

    @contextmanager
    def open(self) -> Iterator[None]:
        with nursery(**self.variables) as home:
            self.worker, self.sender, self.beat = (
                Staff(name, self.folder / f"{name}.log", home, **self.variables)
                for name in ("worker", "worker-broadcast", "beat")
            )
            with ended(self.worker.start(), self.sender.start(), self.beat.start()):
                yield

    def start(self) -> None:
        """Nobody is woken: this process knows another Redis. Beat finds it."""
        start_broadcast(self.broadcast.pk, self.salon.admin)
        Broadcast.objects.filter(pk=self.broadcast.pk).update(leased_until=None)

    def is_done(self) -> bool:
        return again(self.broadcast).state == BroadcastState.DONE

    def arrived(self) -> Counter[int]:
        """By chat, how often the broadcast came."""
        return Counter({fan.tg_id: number for fan in self.fans if (number := len(self.telegram.messages(fan.tg_id)))})

    def moments(self) -> list[float]:
        return sorted(call.at for call in self.telegram.calls_of("sendMessage"))


def write_fans(salon: Campaign, number: int) -> list[Client]:
    fans = Client.objects.bulk_create(
        Client(company=salon.company, first_name="Fan", tg_id=1_000_000 + number) for number in range(number)
    )
    Preferences.objects.bulk_create(Preferences(company=salon.company, client=fan, wants_offers=True) for fan in fans)
    return fans


# --- killed at random -------------------------------------------------------------------------------------------------


@pytest.mark.trial
def test_a_broadcast_under_fire_reaches_nobody_twice(tmp_path):
    with DistantTelegram(token=TOKEN) as telegram:
        redis = Redis(tmp_path)
        stage = Stage(tmp_path, telegram, fans=PEOPLE, redis=redis)
        redis.start()
        with ended(redis), stage.open():
            stage.start()
            wait_until(stage.moments, "the first message")
            victims = [stage.sender] * 4 + [stage.worker, stage.beat, redis]
            kills = kill_at_random(victims, Random(SEED))
            wait_until(stage.is_done, "the end", PATIENCE)

        arrived, ended_as = stage.arrived(), states(stage.broadcast)
        doubles = sum(arrived.values()) - len(arrived)
        uncertain = Delivery.objects.filter(broadcast=stage.broadcast, reason="the answer was lost")
        came = sum(int(target) in arrived for target in uncertain.values_list("target", flat=True))

        say(
            f"{len(stage.fans)} people, killed: {dict(kills)}; sent {ended_as['SENT']}, doubles {doubles}, "
            f"in doubt {uncertain.count()} of which {came} arrived, most in a second "
            f"{telegram.peak_in_any_second()}"
        )
        assert doubles == 0
        assert ended_as == {"SENT": len(stage.fans) - uncertain.count()} | (
            {"DEAD": uncertain.count()} if uncertain else {}
        )
        assert len(arrived) == ended_as["SENT"] + came
        assert uncertain.count() <= IN_FLIGHT * kills["worker-broadcast"]
        assert len({part.recipient for part in parts(stage.broadcast)}) == len(parts(stage.broadcast))


@pytest.mark.parametrize("claims", [True, False], ids=["claimed", "the control without the claim"])
def test_four_workers_that_have_read_the_same_batch(settings, monkeypatch, claims):
    settings.NOTIFICATION_CHANNELS = PATHS
    carrier_of.cache_clear()
    for recorder in RECORDERS.values():
        recorder.reset()
    salon = Campaign()
    write_fans(salon, FLIGHT)
    broadcast = salon.started()
    write_chunk(broadcast.pk)
    flights = [Flight(parts(broadcast)) for _ in range(4)]
    if not claims:
        monkeypatch.setattr(flight, "claim_as_read", lambda delivery: True)

    at_once(partial(each.fly, BulkTelegram()) for each in flights)

    carrier_of.cache_clear()
    doubles = len(Telegram.sent) - len(set(Telegram.targets()))
    say(f"four workers, {FLIGHT} people{'' if claims else ', no claim'}: {doubles} doubles")
    assert doubles == (0 if claims else 3 * FLIGHT)


# --- its pace, and who passes it --------------------------------------------------------------------------------------


@pytest.mark.trial
def test_a_broadcast_uses_what_the_bot_may_write_and_peoples_own_messages_pass_it(tmp_path):
    with DistantTelegram(token=TOKEN) as telegram:
        stage = Stage(tmp_path, telegram, fans=A_SECOND * TROUBLE)
        guests = [make_client(stage.salon.company, tg_id=number) for number in range(1, GUESTS + 1)]
        for guest in guests:
            telegram.add_user(guest.tg_id)
        visits = [stage.salon.came(guest, -3, status=Status.CONFIRMED) for guest in guests]
        with stage.open():
            tell(visits.pop())
            wait_until(stage.moments, "the worker")
            stage.start()
            wait_until(lambda: len(stage.moments()) > 2 * A_SECOND, "the first two seconds")
            told = {visit.client.tg_id: tell(visit) for visit in visits}
            wait_until(stage.is_done, "the end", PATIENCE)
            wait_until(lambda: all(telegram.messages(guest.tg_id) for guest in guests), "their own messages")

        moments = stage.moments()[1:]
        came = {int(call.params["chat_id"]): call.at for call in telegram.calls_of("sendMessage")}
        waits = [came[chat] - told[chat] for chat in told]
        passed_by = [sum(told[chat] < moment < came[chat] for moment in moments) for chat in told]
        pace = (len(moments) - 1) / (moments[-1] - moments[0])

        say(
            f"{len(moments)} messages, {pace:.1f} a second, most in a second {telegram.peak_in_any_second()}; "
            f"own messages waited {max(waits):.2f} s at most, behind {max(passed_by)} of the broadcast"
        )
        assert telegram.peak_in_any_second() <= A_SECOND
        assert stage.arrived() == dict.fromkeys((fan.tg_id for fan in stage.fans), 1)
        assert median(passed_by) <= 2 * A_SECOND
        assert max(passed_by) <= 4 * A_SECOND


def tell(visit: Appointment) -> float:
    """Something happens to a visit; when it was committed."""
    with transaction.atomic():
        record_event(visit, EventType.BOOKING_CREATED, SYSTEM)
    moment = time.monotonic()
    time.sleep(PAUSE)
    return moment
