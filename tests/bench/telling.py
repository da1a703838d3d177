"""From a committed event to the provider's door, with a real worker: how soon, and how many a second."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from tests.bench.figures import Figure, Row, percentile
from tests.bench.processes import Worker
from tests.bench.stage import Stage
from tests.standins.push import PushStandIn

NAME = "telling"
TITLE = "Telling by push: from the commit to the provider's door; limit: the same push, encrypted and posted"
GOAL = "≤ 1 s at p99, the worker idle"
ONE_BY_ONE, AT_ONCE = 40, 200
PATIENCE = 60.0
"""Seconds."""


def soon(stage: Stage) -> Row:
    return stage.row(Row(NAME, "commit to door, p99", stage.size, Figure("ms"), Figure("ms"), None, GOAL))


def many(stage: Stage) -> Row:
    return stage.row(Row(NAME, f"{AT_ONCE} at once, a second", stage.size, Figure("/s"), Figure("/s")))


def warm_up(stage: Stage) -> None:
    """Each round warms the worker that it starts."""


def measure(stage: Stage) -> None:
    with told(stage) as (push, visit):
        stage.inside.ask("told.cause", visit, 1)  # the worker's first task is not its usual one
        arrivals(push, 1)
        waits = [wait_of_one(stage, push, visit) for _ in range(fewer(stage, ONE_BY_ONE))]
        soon(stage).ours.add(percentile(waits, 0.99))
        soon(stage).detail("p50", "ms", percentile(waits, 0.5))
        many(stage).ours.add(rate(stage, push, visit, fewer(stage, AT_ONCE)))
        alone = stage.inside.ask("told.push_alone", visit, ONE_BY_ONE)
    soon(stage).limit.add(percentile(alone, 0.99) * 1000)
    many(stage).limit.add(len(alone) / sum(alone))


def fewer(stage: Stage, number: int) -> int:
    """Where the bench itself is tried, not so many."""
    return min(number, 5) if stage.database.is_tiny else number


@contextmanager
def told(stage: Stage) -> Iterator[tuple[PushStandIn, int]]:
    """A push service, a worker that knows it, and a visit whose client has a browser there; all gone afterwards."""
    keys = stage.once("told.new_keys")
    with PushStandIn(public_key=keys["VAPID_PUBLIC_KEY"]) as push:
        variables = keys | {"PUSH_ALLOWED_HOSTS": push.url.removeprefix("http://")}
        browser = push.subscribe()
        visit = stage.inside.ask("told.prepare", stage.salon, browser.as_json(), variables)
        try:
            with Worker(stage.database.url, stage.database.name, variables):
                yield push, visit
        finally:
            stage.inside.ask("upkeep.restore")


def wait_of_one(stage: Stage, push: PushStandIn, visit: int) -> float:
    """Milliseconds."""
    before = len(push.received)
    (committed,) = stage.inside.ask("told.cause", visit, 1)
    return (arrivals(push, before + 1)[-1] - committed) * 1000


def rate(stage: Stage, push: PushStandIn, visit: int, number: int) -> float:
    before = len(push.received)
    committed = stage.inside.ask("told.cause", visit, number)
    return number / (arrivals(push, before + number)[-1] - committed[0])


def arrivals(push: PushStandIn, number: int) -> list[float]:
    """The moments at which so many pushes arrived. Raises TimeoutError."""
    deadline = time.monotonic() + PATIENCE
    while len(push.received) < number:
        if time.monotonic() > deadline:
            raise TimeoutError(f"{len(push.received)} of {number} pushes arrived")
        time.sleep(0.001)
    return [received.at for received in push.received]
