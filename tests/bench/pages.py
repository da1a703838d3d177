"""The pages clients open most, over HTTP with all middleware."""

from tests.bench.browser import devices
from tests.bench.figures import Figure, Row
from tests.bench.load import Burst
from tests.bench.stage import Stage
from tests.bench.values import Salon

NAME = "pages"
TITLE = "Pages over HTTP: one browser after the other (ms), and 16 at once (/s); limit: /healthz of the same server"
SERVICES, TIMES = "services page, 30 services", "all times of a service, 14 days"
AT_ONCE = ", 16 at once"
GOAL = "≤ 45 KB, ≤ 12 statements"
VISITORS = 64


def pages_of(stage: Stage, salon: Salon) -> dict[str, str]:
    """Label → path."""
    many = "" if salon is stage.salon else f" ({salon.specialists} specialists)"
    return {
        SERVICES + many: f"/{salon.slug}/",
        TIMES + many: f"/{salon.slug}/{salon.service_id}/",
        f"{TIMES}, of one specialist{many}": f"/{salon.slug}/{salon.service_id}/?specialist={salon.free[0].specialist_id}",
    }


def rows(stage: Stage, salon: Salon, label: str) -> tuple[Row, Row]:
    """One at a time, and sixteen at once."""
    usual = label.partition(" (")[0]
    alone = Row(NAME, label, stage.size, Figure("ms"), Figure("ms"), None, GOAL, grows_from=usual)
    crowd = Row(NAME, label + AT_ONCE, stage.size, Figure("/s"), Figure("/s"), None, grows_from=usual + AT_ONCE)
    return stage.row(alone), stage.row(crowd)


def warm_up(stage: Stage) -> None:
    for salon in stage.salons:
        for label, path in pages_of(stage, salon).items():
            alone, crowd = rows(stage, salon, label)
            alone.statements = stage.inside.ask("inside.statements_of", "a_page", path, state="after a booking")
            crowd.statements = stage.inside.ask("inside.statements_of", "a_page", path)
            get(stage, path, 0.3, 16)


def measure(stage: Stage) -> None:
    seconds = stage.plan.seconds / 2
    healthz_alone, healthz_crowd = get(stage, "/healthz", seconds, 1), get(stage, "/healthz", seconds, 16)
    note_ceiling(stage, healthz_crowd)
    for salon in stage.salons:
        for label, path in pages_of(stage, salon).items():
            alone, crowd = rows(stage, salon, label)
            measure_alone(stage, alone, path, seconds)
            alone.limit.add(healthz_alone.latency(0.5))
            measure_crowd(stage, crowd, path, seconds)
            crowd.limit.add(healthz_crowd.rate)


def note_ceiling(stage: Stage, healthz: Burst) -> None:
    """What the generator reaches when the server has nothing to do, and what it could reach by itself."""
    row = stage.row(Row(NAME, "/healthz" + AT_ONCE, stage.size, Figure("/s")))
    row.ours.add(healthz.rate)
    row.detail("p95", "ms", healthz.latency(0.95))
    row.detail("the generator's own work", "ms", healthz.cpu / len(healthz.answers) * 1000)


def measure_alone(stage: Stage, row: Row, path: str, seconds: float) -> None:
    burst = get(stage, path, seconds, 1)
    row.ours.add(burst.latency(0.5))
    row.detail("p95", "ms", burst.latency(0.95))
    row.detail("bytes", "", float(burst.answers[0].size))
    reads = "".join(f"{sql};\n" for sql in stage.inside.ask("inside.reads_of", "a_page", path))
    row.detail("its SQL alone", "ms", stage.pgbench.run(reads, times=max(5, round(100 * seconds)), clients=1).ms)
    for state in ("warm", "after a booking"):
        inside = stage.inside.ask("inside.time_of", "a_page", path, seconds=seconds, state=state)
        row.detail(f"in the process, {state}", "ms", inside.ms())


def measure_crowd(stage: Stage, row: Row, path: str, seconds: float) -> None:
    before = stage.server.cpu_seconds()
    burst = get(stage, path, seconds, 16)
    row.ours.add(burst.rate)
    row.detail("p50", "ms", burst.latency(0.5))
    row.detail("p95", "ms", burst.latency(0.95))
    row.detail("cpu", "ms", (stage.server.cpu_seconds() - before) / len(burst.answers) * 1000)


def get(stage: Stage, path: str, seconds: float, connections: int) -> Burst:
    browsers = stage.browsers[stage.salon.slug]
    requests = [browsers.get(path, device) for device in devices(VISITORS)]
    burst = stage.generator.fire(stage.server.port, requests, seconds=seconds, connections=connections, repeat=True)
    if set(burst.statuses) != {200}:
        raise RuntimeError(f"{path}: {dict(burst.statuses)}")
    return burst
