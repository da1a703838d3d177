"""Free times computed in one process: a day of one specialist, a month of everybody, the engine alone."""

from tests.bench import salon as shape
from tests.bench.figures import Figure, Row
from tests.bench.pgbench import BUSY_ROWS
from tests.bench.stage import Stage
from tests.bench.values import Salon, Timing

NAME = "times"
TITLE = "Free times in one process on one core, the location and the clock read each time"
UNCACHED, WARM = "a day of one specialist, uncached", "a day of one specialist, catalogue in mind"
MONTH, MONTH_ON_CHAIRS = "{} specialists × 30 days", "{} specialists × 30 days, on chairs"
ENGINE = "50 specialists × 60 days, engine alone"
A_CHAIR = shape.ON_A_CHAIR.start


def warm_up(stage: Stage) -> None:
    for salon in stage.salons:
        count_day(stage, salon)
        count_months(stage, salon)
    stage.row(Row(NAME, ENGINE, stage.size, Figure("ms"), goal="≈ 15 ms"))


def count_day(stage: Stage, salon: Salon) -> None:
    for cold in (True, False):
        row = day(stage, salon, cold=cold)
        row.statements = stage.inside.ask("inside.statements", "a_day", salon, cold=cold)


def count_months(stage: Stage, salon: Salon) -> None:
    for position in (shape.FOR_ALL, A_CHAIR):
        row = month(stage, salon, position)
        row.statements = stage.inside.ask("inside.statements", "a_month", salon, position=position)


def day(stage: Stage, salon: Salon, *, cold: bool) -> Row:
    label = (UNCACHED if cold else WARM) + of_many(stage, salon)
    goal = "≥ 2 000 /s" if cold else "≥ 4 500 /s"
    usual = UNCACHED if cold else WARM
    return stage.row(Row(NAME, label, stage.size, Figure("/s"), Figure("/s"), None, goal, grows_from=usual))


def month(stage: Stage, salon: Salon, position: int) -> Row:
    name = MONTH if position == shape.FOR_ALL else MONTH_ON_CHAIRS
    performers = sum(position in shape.skills_of(number) for number in range(salon.specialists))
    usual = sum(position in shape.skills_of(number) for number in range(stage.salon.specialists))
    goal = "≤ 15 ms" if salon is stage.salon and position == shape.FOR_ALL else ""
    row = Row(NAME, name.format(performers), stage.size, Figure("ms"), Figure("ms"), None, goal)
    row.grows_from = name.format(usual)
    return stage.row(row)


def of_many(stage: Stage, salon: Salon) -> str:
    return "" if salon is stage.salon else f" ({salon.specialists} work there)"


def measure(stage: Stage) -> None:
    seconds = stage.plan.seconds / 4
    for salon in stage.salons:
        measure_day(stage, salon, seconds)
        for position in (shape.FOR_ALL, A_CHAIR):
            measure_month(stage, salon, position, seconds)
    engine = stage.row(Row(NAME, ENGINE, stage.size, Figure("ms")))
    note(engine, stage.inside.ask("engine.time_engine", seconds))


def measure_day(stage: Stage, salon: Salon, seconds: float) -> None:
    limit = None
    for cold in (True, False):
        row = day(stage, salon, cold=cold)
        note(row, stage.inside.ask("inside.time_day", salon, seconds, cold=cold))
        if salon is stage.salon:
            limit = limit or stage.pgbench.run(BUSY_ROWS, seconds=seconds, clients=1, slots=len(salon.free))
            row.limit.add(limit.rate)


def measure_month(stage: Stage, salon: Salon, position: int, seconds: float) -> None:
    row = month(stage, salon, position)
    note(row, stage.inside.ask("inside.time_month", salon, seconds, position))
    for name, ms in stage.inside.ask("inside.parts_of_month", salon, position).items():
        row.detail(name, "" if name == "rows" else "ms", ms)
    reads = stage.inside.ask("inside.reads", "a_month", salon, position=position)
    busy = next(sql for sql in reads if 'FROM "booking_appointment"' in sql)
    row.limit.add(stage.pgbench.run(f"{busy};", times=max(5, round(100 * seconds)), clients=1).ms)


def note(row: Row, timing: Timing) -> None:
    row.ours.add(timing.rate if row.ours.more_is_better else timing.ms())
    row.detail("p95", "ms", timing.ms(0.95))
    row.detail("cpu", "ms", timing.cpu_ms)
