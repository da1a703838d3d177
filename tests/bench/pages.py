"""The pages clients open most, over HTTP with all middleware."""

from tests.bench.browser import devices
from tests.bench.figures import Figure, Row
from tests.bench.load import Burst
from tests.bench.stage import Stage
from tests.bench.values import Salon

NAME = "pages"
TITLE = "Pages over HTTP: one browser after the other (ms), and 16 at once (/s); limit: /healthz of the same server"
SERVICES, TIMES = "services page, 30 services", "all times of a service, 14 days"
OF_ONE = ", of one specialist"
AT_ONCE = ", 16 at once"
GOAL = "≤ 45 KB, ≤ 12 statements"
VISITORS = 64


def pages_of(stage: Stage, salon: Salon) -> dict[str, str]:
    """Label → path."""
    many = "" if salon is stage.salon else f" ({salon.specialists} specialists)"
    return {
        SERVICES + many: f"/{salon.slug}/",
        TIMES + many: f"/{salon.slug}/{salon.service_id}/",
        TIMES + OF_ONE + many: f"/{salon.slug}/{salon.service_id}/?specialist={salon.free[0].specialist_id}",
    }


def alone_of(stage: Stage, label: str) -> Row:
    """One request after the other."""
    row = Row(NAME, label, stage.size, Figure("ms"), Figure("ms"), None, GOAL)
    row.grows_from = label.partition(" (")[0]
    return stage.row(row)


def crowd_of(stage: Stage, label: str) -> Row:
    """Sixteen at once."""
    return stage.row(Row(NAME, label + AT_ONCE, stage.size, Figure("/s"), Figure("/s")))


def warm_up(stage: Stage) -> None:
    for salon in stage.salons:
        for label, path in pages_of(stage, salon).items():
            sent = stage.inside.ask("inside.statements_of", "a_page", path, state="after a booking")
            alone_of(stage, label).statements = sent
            if salon is stage.salon:
                crowd_of(stage, label).statements = stage.inside.ask("inside.statements_of", "a_page", path)
            get(stage, path, stage.a_moment, 16 if salon is stage.salon else 2)


def measure(stage: Stage) -> None:
    seconds = stage.plan.seconds / 2
    alone_limit = get(stage, "/healthz", seconds, 1).latency(0.5)
    crowd_limit = measure_ceiling(stage, seconds)
    for salon in stage.salons:
        for label, path in pages_of(stage, salon).items():
            alone = alone_of(stage, label)
            measure_alone(stage, alone, path, seconds)
            alone.limit.add(alone_limit)
            if salon is stage.salon:
                crowd = crowd_of(stage, label)
                measure_crowd(stage, crowd, path, seconds)
                crowd.limit.add(crowd_limit)


def measure_ceiling(stage: Stage, seconds: float) -> float:
    """What the generator reaches when the server has nothing to do, and what it could reach by itself."""
    row = stage.row(Row(NAME, "/healthz" + AT_ONCE, stage.size, Figure("/s")))
    burst = measure_crowd(stage, row, "/healthz", seconds)
    row.detail("the generator's own work", "ms", burst.cpu / len(burst.answers) * 1000)
    return burst.rate


def measure_alone(stage: Stage, row: Row, path: str, seconds: float) -> None:
    burst = get(stage, path, seconds, 1)
    row.ours.add(burst.latency(0.5))
    row.detail("p95", "ms", burst.latency(0.95))
    row.detail("bytes", "", float(burst.answers[0].size))
    reads = "".join(f"{sql};\n" for sql in stage.once("inside.reads_of", "a_page", path))
    row.detail("its SQL alone", "ms", stage.pgbench.run(reads, times=max(5, round(25 * seconds)), clients=1).ms)
    for state in ("warm", "after a booking"):
        inside = stage.inside.ask("inside.time_of", "a_page", path, seconds=seconds, state=state)
        row.detail(f"in the process, {state}", "ms", inside.ms())


def measure_crowd(stage: Stage, row: Row, path: str, seconds: float) -> Burst:
    before = stage.server.cpu_seconds()
    burst = get(stage, path, seconds, 16)
    row.ours.add(burst.rate)
    row.detail("p50", "ms", burst.latency(0.5))
    row.detail("p95", "ms", burst.latency(0.95))
    row.detail("cpu", "ms", (stage.server.cpu_seconds() - before) / len(burst.answers) * 1000)
    return burst


def get(stage: Stage, path: str, seconds: float, connections: int) -> Burst:
    browsers = stage.browsers[stage.salon.slug]
    requests = [browsers.get(path, device) for device in devices(VISITORS)]
    burst = stage.generator.fire(stage.server.port, requests, seconds=seconds, connections=connections, repeat=True)
    if set(burst.statuses) != {200}:
        raise RuntimeError(f"{path}: {dict(burst.statuses)}")
    return burst
