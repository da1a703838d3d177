"""Hold and confirm over HTTP, beside the same SQL alone and beside bare Django views."""

from tests.bench.browser import Browsers, devices, held_in
from tests.bench.figures import Figure, Row
from tests.bench.load import Burst
from tests.bench.pgbench import CONFIRM, HOLD
from tests.bench.processes import Server
from tests.bench.stage import Stage
from tests.bench.values import Salon

NAME = "hold"
TITLE = "Hold a slot and confirm it over HTTP: one POST each, 16 connections, a new browser each time"
GOAL = "≥ the bare view"


def rows(stage: Stage) -> tuple[Row, Row]:
    hold = Row(NAME, "hold", stage.size, Figure("/s"), Figure("/s"), Figure("/s"), GOAL)
    confirm = Row(NAME, "confirm", stage.size, Figure("/s"), Figure("/s"), Figure("/s"), GOAL)
    return stage.row(hold), stage.row(confirm)


def warm_up(stage: Stage) -> None:
    hold, confirm = rows(stage)
    hold.statements, confirm.statements = stage.inside.ask("inside.statements_of_booking", stage.salon)
    for salon in stage.salons:
        book(stage, stage.server, stage.browsers[salon.slug], salon, stage.a_moment)
    book(stage, stage.bare_server, stage.bare_browsers, stage.salon, stage.a_moment)


def measure(stage: Stage) -> None:
    hold, confirm = rows(stage)
    ours = book(stage, stage.server, stage.browsers[stage.salon.slug], stage.salon, stage.plan.seconds)
    for row, (burst, cpu) in zip((hold, confirm), ours, strict=True):
        row.ours.add(burst.rate)
        note(row, burst, cpu)
    bare = book(stage, stage.bare_server, stage.bare_browsers, stage.salon, stage.plan.seconds)
    for row, (burst, cpu) in zip((hold, confirm), bare, strict=True):
        row.bare.add(burst.rate)
        row.detail("bare cpu", "ms", cpu)
    limits(stage, hold, confirm)
    for salon in stage.salons[1:]:
        measure_large(stage, salon)
    stage.inside.ask("upkeep.tidy")


def measure_large(stage: Stage, salon: Salon) -> None:
    """The same hold where ten times as many specialists work."""
    label = f"hold, {salon.specialists} specialists"
    row = stage.row(Row(NAME, label, stage.size, Figure("/s"), grows_from="hold"))
    (burst, cpu), _ = book(stage, stage.server, stage.browsers[salon.slug], salon, stage.plan.seconds)
    row.ours.add(burst.rate)
    note(row, burst, cpu)


def book(stage: Stage, server: Server, browsers: Browsers, salon: Salon, seconds: float) -> list[tuple[Burst, float]]:
    """Hold for so long, then confirm what was held; each with the workers' milliseconds a request."""
    cookies = devices(len(salon.free))
    taps = [browsers.hold(free, device) for free, device in zip(salon.free, cookies, strict=True)]
    holds = burst_of(stage, server, taps, seconds)
    held = held_in(holds[0])
    forms = [browsers.confirm(where, cookies[number], number) for number, where in held]
    confirms = burst_of(stage, server, forms, seconds)
    stage.inside.ask("upkeep.restore")
    return [holds, confirms]


def burst_of(stage: Stage, server: Server, requests: list[bytes], seconds: float) -> tuple[Burst, float]:
    before = server.cpu_seconds()
    burst = stage.generator.fire(server.port, requests, seconds=seconds)
    return burst, (server.cpu_seconds() - before) / len(burst.answers) * 1000


def note(row: Row, burst: Burst, cpu: float) -> None:
    for share in (50, 95, 99):
        row.detail(f"p{share}", "ms", burst.latency(share / 100, 302))
    row.detail("cpu", "ms", cpu)
    row.detail("refused", "", float(len(burst.answers) - burst.statuses[302]))


def limits(stage: Stage, hold: Row, confirm: Row) -> None:
    """pgbench holds free times of the same salon, then confirms what it held."""
    at_most = int(stage.plan.seconds * 3000)
    hold.limit.add(stage.pgbench.one_each(HOLD, stage.salon, at_most).rate)
    confirm.limit.add(stage.pgbench.one_each(CONFIRM, stage.salon, at_most).rate)
    stage.inside.ask("upkeep.restore")
