"""One database for each size, kept between runs: migrated and filled by the application, and by ``history`` in bulk."""

import fcntl
import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

from tests.bench.processes import FOLDER, PROJECT, Inside, manage
from tests.bench.report import say

GOOD_FOR = timedelta(days=7)
"""After that the nine weeks ahead no longer cover what is asked."""
TINY, SMALL, LARGE = 4, 20, 200
"""Specialists of the measured locations: a tiny one where the bench itself is tested, a large one where there is room
for its coming visits."""
LARGE_FROM = 500_000
DEMO_FROM = 5_000
SHARE_OF_DEMO = 0.3
"""Of the appointments belong to other businesses."""
VISITS_A_WEEK = 31
"""Of one specialist, about: to plan with."""
WEEKS_AHEAD, A_FEW_WEEKS = 9, 3
MADE_FROM = (
    "*/migrations/*.py",
    "config/demo/*.py",
    "tests/bench/salon.py",
    "tests/bench/shape.py",
    "tests/bench/history.py",
    "tests/bench/upkeep.py",
)


@dataclass(frozen=True)
class Database:
    """The appointments of one size."""

    size: int
    prefix: str
    seed: int
    template: str = ""
    """A migrated and empty database to copy, where migrating anew would take too long."""

    @property
    def name(self) -> str:
        return f"{self.prefix}_{self.size}"

    @property
    def url(self) -> str:
        return urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{self.name}").geturl()

    @property
    def is_tiny(self) -> bool:
        return self.size < DEMO_FROM

    @property
    def salons(self) -> list[int]:
        if self.is_tiny:
            return [TINY]
        return [SMALL, LARGE] if self.size >= LARGE_FROM else [SMALL]

    @cached_property
    def recipe(self) -> str:
        """Changes with everything that the rows are made from."""
        files = sorted(path for pattern in MADE_FROM for path in PROJECT.glob(pattern))
        digest = hashlib.sha256(str(self.seed).encode())
        for path in files:
            digest.update(path.read_bytes())
        return digest.hexdigest()[:16]

    def prepare(self, fresh: bool, inside: Inside) -> None:
        """Reuse what is complete and recent; make everything else anew."""
        why = "asked for" if fresh else self.unfit()
        if why:
            say(f"Making {self.name} ({why}) …")
            self.make(inside)

    def unfit(self) -> str:
        """Why the database that is there cannot be used; nothing when it can."""
        try:
            with psycopg.connect(self.url) as connection:
                made = connection.execute("SELECT what FROM bench_made").fetchone()
        except psycopg.OperationalError:
            return "there is none"
        except psycopg.errors.UndefinedTable:
            return "the last one was not completed"
        if made is None or made[0]["recipe"] != self.recipe:
            return "what it is made from has changed"
        age = datetime.now(UTC) - datetime.fromisoformat(made[0]["at"])
        return f"it is {age.days} days old" if age > GOOD_FOR else ""

    def make(self, inside: Inside) -> None:
        self.drop()
        self.create()
        others = 0 if self.is_tiny else round(self.size * SHARE_OF_DEMO / 1000)
        if others:
            manage(self.url, "demo", "--scale", str(others), "--yes-in-production")
        self.fill(inside)
        inside.ask("upkeep.mark")
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute("VACUUM ANALYZE")
            connection.execute("CREATE TABLE bench_made (what jsonb)")
            made = {"recipe": self.recipe, "at": datetime.now(UTC).isoformat(), "seed": self.seed}
            connection.execute("INSERT INTO bench_made VALUES (%s)", [json.dumps(made)])

    def create(self) -> None:
        template = self.template or "template1"
        names = sql.Identifier(self.name), sql.Identifier(template)
        with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(*names))
        if not self.template:
            manage(self.url, "migrate", "--no-input")

    def fill(self, inside: Inside) -> None:
        """The small salon has three years behind it at most, the large one all the rest."""
        weeks_ahead = A_FEW_WEEKS if self.is_tiny else WEEKS_AHEAD
        left = self.size - self.count()
        for specialists in self.salons:
            inside.ask("salon.open_salon", specialists)
            left -= specialists * VISITS_A_WEEK * weeks_ahead
        for specialists in self.salons:
            three_years = specialists * VISITS_A_WEEK * 52 * 3
            behind = left if specialists == self.salons[-1] else min(left, three_years)
            written = inside.ask("history.fill", specialists, max(0, behind), self.seed, weeks_ahead)
            left -= behind
            say(f"  {written} visits of a salon with {specialists} specialists")

    def count(self) -> int:
        with psycopg.connect(self.url) as connection:
            found = connection.execute("SELECT count(*) FROM booking_appointment").fetchone()
            return found[0] if found else 0

    def drop(self) -> None:
        with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(self.name)))

    def discard(self) -> None:
        self.drop()
        self.lock.unlink()

    @property
    def lock(self) -> Path:
        return FOLDER / f"{self.name}.lock"

    @contextmanager
    def locked(self) -> Iterator[None]:
        """One run at a time: each sweeps out what it booked."""
        FOLDER.mkdir(parents=True, exist_ok=True)
        with self.lock.open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                say(f"Another run uses {self.name}: waiting for its end …")
                fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def facts(self) -> dict[str, Any]:
        """What the results say about it."""
        asked = {
            "postgresql": "version()",
            "fsync": "current_setting('fsync')",
            "synchronous_commit": "current_setting('synchronous_commit')",
            "shared_buffers": "current_setting('shared_buffers')",
            "database": "pg_size_pretty(pg_database_size(current_database()))",
        }
        with psycopg.connect(self.url) as connection:
            row = connection.execute("SELECT " + ", ".join(asked.values())).fetchone() or ()
        return dict(zip(asked, row, strict=True)) | {"appointments": self.count()}
