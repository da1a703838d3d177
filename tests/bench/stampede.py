"""Thirty-two clients press the same button."""

import time

from tests.bench.browser import Browsers, devices
from tests.bench.figures import Figure, Row
from tests.bench.load import Burst
from tests.bench.processes import Server
from tests.bench.stage import Stage
from tests.bench.values import FreeTime

NAME = "stampede"
TITLE = "32 clients, one slot over HTTP: one winner; milliseconds until the refusals are there, all at once"
CLIENTS = 32
AT_LEAST = 2
"""Trials of each side in a round, however long they take."""
GOAL = "1 winner, p99 ≤ 40 ms"


def row_of(stage: Stage) -> Row:
    return stage.row(Row(NAME, "p99 of the refusals", stage.size, Figure("ms"), None, Figure("ms"), GOAL))


def warm_up(stage: Stage) -> None:
    for server, browsers in sides(stage):
        trial(stage, server, browsers, stage.salon.free[-1])
        stage.inside.ask("upkeep.restore")


def sides(stage: Stage) -> list[tuple[Server, Browsers]]:
    return [
        (stage.server, stage.browsers[stage.salon.slug]),
        (stage.bare_server, stage.bare_browsers),
    ]


def measure(stage: Stage) -> None:
    row = row_of(stage)
    ours, bare = (trials(stage, server, browsers) for server, browsers in sides(stage))
    row.ours.add(refusals(ours).latency(0.99))
    row.bare.add(refusals(bare).latency(0.99))
    row.detail("p50", "ms", refusals(ours).latency(0.5))
    row.detail("trials", "", len(ours))
    row.detail("most winners", "", max(burst.statuses[302] for burst in ours))
    row.detail("fewest winners", "", min(burst.statuses[302] for burst in ours))
    row.detail("neither", "", sum(CLIENTS - burst.statuses[302] - burst.statuses[409] for burst in ours))


def trials(stage: Stage, server: Server, browsers: Browsers) -> list[Burst]:
    """One time after the other, for so long."""
    bursts, end = list[Burst](), time.monotonic() + stage.plan.seconds
    for free in stage.salon.free:
        bursts.append(trial(stage, server, browsers, free))
        if time.monotonic() > end and len(bursts) >= AT_LEAST:
            break
    stage.inside.ask("upkeep.restore")
    return bursts


def trial(stage: Stage, server: Server, browsers: Browsers, free: FreeTime) -> Burst:
    taps = [browsers.hold(free, device) for device in devices(CLIENTS)]
    return stage.generator.fire(server.port, taps, connections=CLIENTS)


def refusals(bursts: list[Burst]) -> Burst:
    answers = [answer for burst in bursts for answer in burst.answers if answer.status == 409]
    return Burst(answers, sum(burst.elapsed for burst in bursts))
