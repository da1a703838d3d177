"""Everything a benchmark works with at one size, and the context of a run."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from tests.bench.browser import BareBrowsers, Browsers
from tests.bench.databases import Database
from tests.bench.figures import Row
from tests.bench.load import Generator
from tests.bench.pgbench import PgBench
from tests.bench.processes import BARE, WORKERS, Inside, Server, collect_static
from tests.bench.values import Salon

SLOTS = 6_000
"""Free times kept ready for one round."""


@dataclass(frozen=True)
class Plan:
    """What was asked for on the command line."""

    names: Sequence[str]
    sizes: Sequence[int]
    seconds: float
    rounds: int
    minutes: float
    seed: int
    prefix: str = "okno_bench"
    fresh: bool = False
    discard: bool = False
    template: str = ""


@dataclass
class Stage:
    """One size: its database, its servers, the process with the application in it."""

    plan: Plan
    database: Database
    generator: Generator
    server: Server
    bare_server: Server
    inside: Inside
    rows: dict[tuple[str, str], Row] = field(default_factory=dict)
    told: dict[tuple[str, str], Any] = field(default_factory=dict)

    @property
    def size(self) -> int:
        return self.database.size

    @property
    def a_moment(self) -> float:
        """Seconds of a warm-up."""
        return min(0.3, self.plan.seconds)

    @cached_property
    def pgbench(self) -> PgBench:
        return PgBench(self.database.url)

    @cached_property
    def salons(self) -> list[Salon]:
        """The measured locations, the usual one first; what an earlier run left is swept out."""
        self.inside.ask("upkeep.restore")
        salons = [self.inside.ask("inside.measured", n, self.plan.seed, SLOTS) for n in self.database.salons]
        self.inside.ask("upkeep.write_slots", salons[0])
        return salons

    @property
    def salon(self) -> Salon:
        return self.salons[0]

    @cached_property
    def browsers(self) -> dict[str, Browsers]:
        return {salon.slug: Browsers(self.server.port, salon) for salon in self.salons}

    @cached_property
    def bare_browsers(self) -> BareBrowsers:
        return BareBrowsers(self.bare_server.port, self.salon)

    def once(self, function: str, *args: Any) -> Any:
        """What the process inside answers, asked in the first round only."""
        key = (function, repr(args))
        if key not in self.told:
            self.told[key] = self.inside.ask(function, *args)
        return self.told[key]

    def row(self, row: Row) -> Row:
        """The row that this one stands for: made in the first round, added to in every further one."""
        return self.rows.setdefault((row.benchmark, row.label), row)


@contextmanager
def stages(plan: Plan) -> Iterator[list[Stage]]:
    """Databases that are ready, servers that answer; everything ends with the block."""
    with ExitStack() as stack:
        databases = [Database(size, plan.prefix, plan.seed, plan.template) for size in plan.sizes]
        insides = [prepared(plan, database, stack) for database in databases]
        collect_static()
        generator = stack.enter_context(Generator())
        every = [
            started(plan, database, generator, inside, stack)
            for database, inside in zip(databases, insides, strict=True)
        ]
        for stage in every:
            stage.server.wait()
            stage.bare_server.wait()
        yield every


def prepared(plan: Plan, database: Database, stack: ExitStack) -> Inside:
    """A database that is ready, and the process inside which it has been made."""
    stack.enter_context(database.locked())
    if plan.discard:
        stack.callback(database.discard)
    inside = stack.enter_context(Inside(database.url))
    database.prepare(plan.fresh, inside)
    return inside


def started(plan: Plan, database: Database, generator: Generator, inside: Inside, stack: ExitStack) -> Stage:
    """What a database needs, beginning to start."""
    workers = 1 if database.is_tiny else WORKERS
    server = stack.enter_context(Server(database.url, database.name, workers=workers))
    bare_server = stack.enter_context(Server(database.url, f"{database.name}-bare", BARE, workers))
    return Stage(plan, database, generator, server, bare_server, inside)
