"""Everybody's ways through the bot: from Telegram's request to our answer, its own calls to Telegram included."""

import json
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from itertools import chain, count

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
UPCOMING, PAST = "m:l:0", "m:h:0"
"""How the data of buttons begin (experience §3.3, §3.4)."""
OPENING = "the link of a salon"
BOOKING = {"a service": SERVICE, "a time": TIME, "booking it": YES}
VISITS = {"My visits": UPCOMING, "past visits": PAST}
EVERY = "a request of the webhook"
PEOPLE, FEW = 40, 3
WAVE, A_LOOK, TYPING = 10, 0.5, 1.0
"""People at a time; seconds in which a person looks at a screen, or types."""
STRANGER = 7
"""Whoever is written to for the limit."""

numbers = count(time.time_ns() // 1_000_000)


def a_number() -> int:
    """Of 31 bits, as Telegram's messages have, and another one in every millisecond of three weeks."""
    return time.time_ns() // 1_000_000 % 2**31


def taken_by(stage: Stage, what: str) -> Row:
    return stage.row(Row(NAME, f"{what}, p95", stage.size, Figure("ms"), Figure("ms"), None, GOAL))


def warm_up(stage: Stage) -> None:
    """Each round warms the server that it starts."""


def measure(stage: Stage) -> None:
    people = FEW if stage.database.is_tiny else PEOPLE
    with talking(stage) as road:
        road.walked_by(2)
        road.waits.clear()
        road.walked_by(people)
        floor = [nothing(road.server) + one_call(road.telegram) for _ in range(people)]
    for what, waits in {EVERY: list(chain.from_iterable(road.waits.values())), **road.waits}.items():
        row = taken_by(stage, what)
        row.ours.add(percentile(waits, 0.95) * 1000)
        row.limit.add(percentile(floor, 0.95) * 1000)
        row.detail("p50", "ms", percentile(waits, 0.5) * 1000)
        row.detail("p99", "ms", percentile(waits, 0.99) * 1000)
    stage.inside.ask("upkeep.restore")


@contextmanager
def talking(stage: Stage) -> Iterator["Road"]:
    """A Telegram without limits, a web server that knows it, and staff who are gone afterwards."""
    desk, column = [[next(numbers) for _ in range(WAVE)] for _ in range(2)]
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
            try:
                specialists = stage.inside.ask("talked.connect_staff", stage.salon, desk, column)
                yield Road(stage, telegram, server, desk, column[:specialists])
            finally:
                stage.inside.ask("talked.forget_staff", desk + column)


class Road:
    """What is asked of the bot, by whom, and the seconds that each request took, by what it was.

    A wave of people goes one tap after the other, each at a person's pace, for Telegram lets a bot write to a chat once
    a second; where the bench itself is tried, nobody has that time.
    """

    def __init__(
        self, stage: Stage, telegram: TelegramStandIn, server: Server, desk: list[int], column: list[int]
    ) -> None:
        self.slug, self.haste = stage.salon.slug, 0.1 if stage.database.is_tiny else 1
        self.telegram, self.server, self.desk, self.column = telegram, server, desk, column
        self.waits = defaultdict[str, list[float]](list)
        for tg_id in (*desk, *column):
            telegram.add_user(tg_id, "Olga", "en")

    def walked_by(self, people: int) -> None:
        """So many clients, and the staff as often."""
        for _ in range(0, people, WAVE):
            self.clients([next(numbers) for _ in range(min(WAVE, people))])
            self.staff(people)

    def clients(self, wave: list[int]) -> None:
        for tg_id in wave:
            self.telegram.add_user(tg_id, "Anna", "en")
        self.say(OPENING, wave, f"/start l_{self.slug}")
        self.tap(BOOKING, wave)
        self.say("/start", wave, "/start")
        self.tap(VISITS, wave)

    def staff(self, people: int) -> None:
        desk, column = self.desk[:people], self.column[:people]
        number = next(numbers) % 10
        self.say("a specialist's day", column, "/day")
        self.say("/admin", desk, "/admin")
        self.say("asking for a client", desk, "/find")
        for what, typed in {"by name": f"клиент {number}", "by four digits": f"{number:04}"}.items():
            self.say(f"a client {what}", desk, typed)
            self.require_shown(desk, f"Клиент {number}")

    def say(self, what: str, wave: list[int], text: str) -> None:
        time.sleep(TYPING * self.haste)
        for tg_id in wave:
            self.deliver(what, self.telegram.says(tg_id, text))

    def tap(self, buttons: dict[str, str], wave: list[int]) -> None:
        for what, verb in buttons.items():
            time.sleep(A_LOOK * self.haste)
            for tg_id in wave:
                self.tap_one(what, tg_id, verb)

    def tap_one(self, what: str, tg_id: int, verb: str) -> None:
        """Once, or twice and more where somebody else of the wave was quicker and another time has to be chosen."""
        tried = 0
        while (data := self.button_of(tg_id, verb)) is None:
            other, tried = self.button_of(tg_id, TIME), tried + 1
            if other is None or tried > WAVE:
                raise RuntimeError(f"no button {verb!r} under {self.telegram.live_messages(tg_id)[-1].text!r}")
            self.deliver("a time", self.telegram.press(tg_id, other))
        self.deliver(what, self.telegram.press(tg_id, data))

    def button_of(self, tg_id: int, verb: str) -> str | None:
        """The data of the first button that begins with ``verb``; of the times somebody's own, or all want the same."""
        shown = [button.get("callback_data", "") for button in self.telegram.live_messages(tg_id)[-1].buttons]
        found = [data for data in shown if data.startswith(verb)]
        return found[tg_id % len(found) if verb == TIME else 0] if found else None

    def require_shown(self, wave: list[int], words: str) -> None:
        for tg_id in wave:
            message = self.telegram.live_messages(tg_id)[-1]
            if words not in message.text + " ".join(button["text"] for button in message.buttons):
                raise RuntimeError(f"no {words!r} in {message.text!r}")

    def deliver(self, what: str, update: Json) -> None:
        began = time.monotonic()
        answer = deliver(update, f"http://{LOOPBACK}:{self.server.port}/tg/webhook", SECRET)
        self.waits[what].append(time.monotonic() - began)
        if answer.status != 200:
            raise RuntimeError(f"the webhook said {answer.status}")


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
