"""A tap on a button of the bot: from Telegram's request to our answer, its own calls to Telegram included."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from itertools import count

from tests.bench.figures import Figure, Row, percentile
from tests.bench.load import LOOPBACK
from tests.bench.processes import Server
from tests.bench.stage import Stage
from tests.standins.telegram import TelegramStandIn, deliver
from tests.standins.telegram.records import Json

NAME = "talking"
TITLE = "The bot, from Telegram's request to our 200; limit: the same server doing nothing, and one call to Telegram"
GOAL = "≤ 100 ms at p95"
SECRET = "a-secret-for-benchmarks-on-loopback"
SERVICE, TIME, YES = "b:q:", "b:h:", "b:c:"
"""How the data of a booking's buttons begin (experience §3.3)."""
ROAD = (SERVICE, TIME, YES)
PEOPLE, FEW = 40, 3
WAVE, A_LOOK = 10, 0.5
"""People at a time; seconds in which a person looks at a screen."""
STRANGER = 7
"""Whoever is written to for the limit."""

numbers = count(time.time_ns() // 1_000_000)


def a_number() -> int:
    """Of 31 bits, as Telegram's messages have, and another one in every millisecond of three weeks."""
    return time.time_ns() // 1_000_000 % 2**31


def taps(stage: Stage) -> Row:
    return stage.row(Row(NAME, "a request of the webhook, p95", stage.size, Figure("ms"), Figure("ms"), None, GOAL))


def warm_up(stage: Stage) -> None:
    with talking(stage) as (telegram, server):
        booked_by(stage, telegram, server, 2)


def measure(stage: Stage) -> None:
    people = FEW if stage.database.is_tiny else PEOPLE
    with talking(stage) as (telegram, server):
        booked_by(stage, telegram, server, 2)
        waits = booked_by(stage, telegram, server, people)
        floor = [nothing(server) + one_call(telegram) for _ in range(people)]
    row = taps(stage)
    row.ours.add(percentile(waits, 0.95) * 1000)
    row.limit.add(percentile(floor, 0.95) * 1000)
    row.detail("p50", "ms", percentile(waits, 0.5) * 1000)
    row.detail("p99", "ms", percentile(waits, 0.99) * 1000)
    stage.inside.ask("upkeep.restore")


@contextmanager
def talking(stage: Stage) -> Iterator[tuple[TelegramStandIn, Server]]:
    """A Telegram without limits, and a web server that knows it."""
    with TelegramStandIn(per_second=None, per_chat=None, first_id=a_number()) as telegram:
        telegram.add_user(STRANGER)
        variables = {
            "TELEGRAM_BOT_TOKEN": telegram.token,
            "TELEGRAM_API_BASE": telegram.url,
            "TELEGRAM_WEBHOOK_SECRET": SECRET,
        }
        workers = 1 if stage.database.is_tiny else 2
        with Server(stage.database.url, f"{stage.database.name}-bot", workers=workers, variables=variables) as server:
            server.wait()
            yield telegram, server


def booked_by(stage: Stage, telegram: TelegramStandIn, server: Server, people: int) -> list[float]:
    """Seconds that each request took while so many people booked: a wave of them one tap after the other, each at a
    person's pace, for Telegram lets a bot write to a chat once a second."""
    waits = list[float]()
    for _ in range(0, people, WAVE):
        wave = [next(numbers) for _ in range(min(WAVE, people))]
        for tg_id in wave:
            telegram.add_user(tg_id, "Anna", "en")
            waits.append(delivered(telegram, server, telegram.says(tg_id, f"/start l_{stage.salon.slug}")))
        for verb in ROAD:
            time.sleep(A_LOOK)
            for tg_id in wave:
                waits += tapped(telegram, server, tg_id, verb)
    return waits


def tapped(telegram: TelegramStandIn, server: Server, tg_id: int, verb: str) -> list[float]:
    """One tap, or two and more where somebody else of the wave was quicker and another time has to be chosen first."""
    waits = list[float]()
    while (data := button_with(telegram, tg_id, verb)) is None:
        other = button_with(telegram, tg_id, TIME)
        if other is None or len(waits) > WAVE:
            raise RuntimeError(f"no button {verb!r} under {telegram.live_messages(tg_id)[-1].text!r}")
        waits.append(delivered(telegram, server, telegram.press(tg_id, other)))
    return [*waits, delivered(telegram, server, telegram.press(tg_id, data))]


def button_with(telegram: TelegramStandIn, tg_id: int, verb: str) -> str | None:
    """The data of the first button that begins with ``verb``; of the times somebody's own, or all want the same."""
    shown = [button.get("callback_data", "") for button in telegram.live_messages(tg_id)[-1].buttons]
    found = [data for data in shown if data.startswith(verb)]
    return found[tg_id % len(found) if verb == TIME else 0] if found else None


def delivered(telegram: TelegramStandIn, server: Server, update: Json) -> float:
    began = time.monotonic()
    answer = deliver(update, f"http://{LOOPBACK}:{server.port}/tg/webhook", SECRET)
    took = time.monotonic() - began
    if answer.status != 200:
        raise RuntimeError(f"the webhook said {answer.status}")
    return took


def nothing(server: Server) -> float:
    return timed(HTTPConnection(LOOPBACK, server.port), "GET", "/healthz", "")


def one_call(telegram: TelegramStandIn) -> float:
    host, port = telegram.url.removeprefix("http://").split(":")
    body = json.dumps({"chat_id": STRANGER, "text": "Hello"})
    return timed(HTTPConnection(host, int(port)), "POST", f"/bot{telegram.token}/sendMessage", body)


def timed(connection: HTTPConnection, method: str, path: str, body: str) -> float:
    began = time.monotonic()
    connection.request(method, path, body, {"Content-Type": "application/json"})
    connection.getresponse().read()
    connection.close()
    return time.monotonic() - began
