"""`python -m tests.bench`: prepare, measure in rounds, say."""

import argparse
import os
import signal
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

from config.embedded import EmbeddedError, provide
from config.environment import read_environment
from tests.bench import booking, growth, pages, report, stampede, talking, telling, times
from tests.bench.figures import Row
from tests.bench.report import say
from tests.bench.stage import Plan, Stage, stages

BENCHMARKS: dict[str, ModuleType] = {
    module.NAME: module for module in (booking, stampede, times, pages, telling, talking)
}
SIZES, SECONDS, ROUNDS, MINUTES, SEED = "10000,1000000", 2.0, 5, 8.0, 20260128


def options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="name", help=f"{', '.join(BENCHMARKS)}; all when none is named")
    parser.add_argument(
        "--seconds", type=float, default=SECONDS, help="of each measurement in each round (default: %(default)s)"
    )
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="default: %(default)s")
    parser.add_argument(
        "--minutes",
        type=float,
        default=MINUTES,
        help="no round begins that would end later than this (default: %(default)s)",
    )
    parser.add_argument("--sizes", default=SIZES, help="numbers of appointments (default: %(default)s)")
    parser.add_argument("--fresh", action="store_true", help="make the databases anew")
    parser.add_argument("--discard", action="store_true", help="drop the databases at the end")
    parser.add_argument("--prefix", default="okno_bench", help="of the databases' names (default: %(default)s)")
    parser.add_argument("--template", default="", help="a migrated database to copy, instead of migrating")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--results", type=Path, default=report.RESULTS, help="folder (default: bench/results)")
    return parser


def asked_for(arguments: Sequence[str]) -> tuple[Plan, Path]:
    """The plan, and the folder for the figures."""
    parser = options()
    given = vars(parser.parse_args(arguments))
    if unknown := set(given["names"]) - BENCHMARKS.keys():
        parser.error(f"no such benchmark: {', '.join(sorted(unknown))}")
    results = given.pop("results")
    sizes = sorted({int(size) for size in given.pop("sizes").split(",")})
    return Plan(sizes=sizes, **given), results


class Run:
    """One run of the bench, and what could not be measured in it."""

    def __init__(self, plan: Plan) -> None:
        self.plan, self.failures = plan, dict[str, str]()
        self.chosen = {name: module for name, module in BENCHMARKS.items() if name in (plan.names or BENCHMARKS)}

    def measure(self, every: Sequence[Stage]) -> None:
        """Round by round; within one every figure at all sizes, one after the other, so that they share the weather."""
        began = time.monotonic()
        self.each("warm_up", every)
        say(f"Warm after {time.monotonic() - began:.0f} s")
        for number in range(self.plan.rounds):
            self.each("measure", every if number % 2 == 0 else every[::-1])
            taken = time.monotonic() - began
            say(f"Round {number + 1} of {self.plan.rounds}: {taken:.0f} s so far")
            if taken * (number + 2) / (number + 1) > self.plan.minutes * 60 and number + 1 < self.plan.rounds:
                say(f"Another round would not end within {self.plan.minutes:g} minutes.")
                break

    def each(self, step: str, every: Sequence[Stage]) -> None:
        for name, module in self.chosen.items():
            for stage in every:
                if f"{name} at {stage.size}" not in self.failures:
                    self.attempt(f"{name} at {stage.size}", getattr(module, step), stage)

    def attempt(self, what: str, step: Callable[[Stage], None], stage: Stage) -> None:
        """A benchmark that fails is named at the end; the others go on."""
        try:
            step(stage)
        except Exception as error:  # whatever it is, the others can still be measured
            self.failures[what] = f"{type(error).__name__}: {error}"
            say(f"{what}: {self.failures[what]}")


def tell(run: Run, every: Sequence[Stage], facts: dict[str, Any], folder: Path) -> None:
    """Tables and files."""
    rows = [row for stage in every for row in stage.rows.values()]
    for name, module in run.chosen.items():
        mine = in_order([row for row in rows if row.benchmark == name])
        report.show(module.TITLE, mine)
        report.keep(folder, name, **facts, title=module.TITLE, rows=[row.as_json() for row in mine])
    growths = growth.growths(in_order(rows))
    if growths:
        report.show_growth(growth.TITLE, growths)
        report.keep(folder, growth.NAME, **facts, title=growth.TITLE, rows=[each.as_json() for each in growths])
    say(f"\n{report.NOISE}\nEvery sample: {folder}")


def in_order(rows: Sequence[Row]) -> list[Row]:
    """The sizes of one figure beside each other."""
    labels = list(dict.fromkeys((row.benchmark, row.label) for row in rows))
    return sorted(rows, key=lambda row: (labels.index((row.benchmark, row.label)), row.size))


def facts_of(plan: Plan, every: Sequence[Stage]) -> dict[str, Any]:
    return {
        "machine": report.machine(),
        "versions": report.versions(),
        "plan": {"seconds": plan.seconds, "rounds": plan.rounds, "seed": plan.seed, "sizes": list(plan.sizes)},
        "databases": {stage.size: stage.database.facts() for stage in every},
    }


def main(arguments: Sequence[str]) -> int:
    """Exit status 1 when something could not be measured; never because of a time."""
    plan, folder = asked_for(arguments)
    read_environment(report.PROJECT)
    provide(os.environ)
    run = Run(plan)
    with stages(plan) as every:
        facts = facts_of(plan, every)
        say(f"Load of the machine before: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
        run.measure(every)
        facts["machine"]["load after"] = [round(load, 2) for load in os.getloadavg()]
        tell(run, every, facts | {"failures": run.failures}, folder)
    for what, why in run.failures.items():
        say(f"Not measured: {what}: {why}")
    return 1 if run.failures else 0


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # so that what was started is ended
    try:
        sys.exit(main(sys.argv[1:]))
    except EmbeddedError as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        sys.exit(130)
