"""Free times computed in one process: a day of one specialist, a month of everybody, the engine alone."""

from tests.bench import shape
from tests.bench.figures import Figure, Row
from tests.bench.pgbench import BUSY_ROWS
from tests.bench.stage import Stage
from tests.bench.values import Salon, Timing

NAME = "times"
TITLE = "Free times in one process on one core, the location and the clock read each time; limit: its busy rows alone"
DAY, MONTH, ON_CHAIRS = "one specialist, one day", "{} specialists × 30 days", ", on chairs"
ENGINE = "50 specialists × 60 days, engine alone"
DAY_GOALS = {"uncached": "≥ 2 000 /s", "after a booking": "", "warm": "≥ 4 500 /s"}
MONTH_STATES = ("after a booking", "warm")
MONTH_GOAL = "≤ 15 ms"
A_CHAIR = shape.ON_A_CHAIR.start


def day(stage: Stage, salon: Salon, state: str) -> Row:
    label = f"{DAY}, {state}"
    row = Row(NAME, label + of_many(stage, salon), stage.size, Figure("/s"), Figure("/s"), grows_from=label)
    row.goal = DAY_GOALS[state]
    return stage.row(row)


def month(stage: Stage, salon: Salon, position: int, state: str) -> Row:
    """The service that everybody performs, or the first that takes a chair."""
    name = MONTH + (ON_CHAIRS if position == A_CHAIR else "") + f", {state}"
    label, usual = (name.format(shape.performers(position, of.specialists)) for of in (salon, stage.salon))
    row = Row(NAME, label, stage.size, Figure("ms"), Figure("ms"), grows_from=usual)
    row.goal = MONTH_GOAL if salon is stage.salon and position == shape.FOR_ALL else ""
    return stage.row(row)


def of_many(stage: Stage, salon: Salon) -> str:
    return "" if salon is stage.salon else f", of {salon.specialists}"


def warm_up(stage: Stage) -> None:
    for salon in stage.salons:
        for state in DAY_GOALS:
            day(stage, salon, state).statements = stage.inside.ask("inside.statements_of", "a_day", salon, state=state)
        for position in (shape.FOR_ALL, A_CHAIR):
            for state in MONTH_STATES:
                sent = stage.inside.ask("inside.statements_of", "a_month", salon, position, state=state)
                month(stage, salon, position, state).statements = sent
    stage.row(Row(NAME, ENGINE, stage.size, Figure("ms"), goal="≈ 15 ms"))


def measure(stage: Stage) -> None:
    seconds = stage.plan.seconds / 4
    for salon in stage.salons:
        measure_day(stage, salon, seconds)
        for position in (shape.FOR_ALL, A_CHAIR):
            measure_month(stage, salon, position, seconds)
    note(stage.row(Row(NAME, ENGINE, stage.size, Figure("ms"))), stage.inside.ask("engine.time_engine", seconds))


def measure_day(stage: Stage, salon: Salon, seconds: float) -> None:
    limit = stage.pgbench.run(BUSY_ROWS, times=round(2000 * seconds), clients=1, slots=len(stage.salon.free))
    for state in DAY_GOALS:
        row = day(stage, salon, state)
        note(row, stage.inside.ask("inside.time_of", "a_day", salon, seconds=seconds, state=state))
        row.limit.add(limit.rate)


def measure_month(stage: Stage, salon: Salon, position: int, seconds: float) -> None:
    reads = stage.once("inside.reads_of", "a_month", salon, position)
    busy = next(sql for sql in reads if "FROM booking_appointment" in sql)
    limit = stage.pgbench.run(f"{busy};", times=max(5, round(100 * seconds)), clients=1)
    for state in MONTH_STATES:
        row = month(stage, salon, position, state)
        note(row, stage.inside.ask("inside.time_of", "a_month", salon, position, seconds=seconds, state=state))
        row.limit.add(limit.ms)


def note(row: Row, timing: Timing) -> None:
    row.ours.add(timing.rate if row.ours.more_is_better else timing.ms())
    row.detail("p95", "ms", timing.ms(0.95))
    row.detail("cpu", "ms", timing.cpu_ms)
