"""Real worker processes beside a test: the entrypoint's own lines, on the test's database and Redis.

What is started here is ended here, by its number. A stand-in's address goes in by the environment, as on a server.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Self

from django.conf import settings
from django.db import connection
from redis import Redis

from notifications.values import P2P
from tests.depth import SECONDS
from tests.nursery import Child, Nursery, as_said_by_the_entrypoint, booted

PROJECT = Path(__file__).resolve().parents[1]
PATIENCE = 30.0
"""Seconds after which what does not happen will not happen."""


def database_url() -> str:
    """Of the test's own database."""
    where = connection.settings_dict
    return f"postgres://{where['USER']}:{where['PASSWORD']}@{where['HOST']}:{where['PORT']}/{where['NAME']}"


def environment(**more: str) -> dict[str, str]:
    return os.environ | {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        "DJANGO_SETTINGS_MODULE": "tests.quick_settings",
        "DATABASE_URL": database_url(),
        "REDIS_URL": settings.REDIS_URL,
        "DATABASE_POOL_SIZE": "4",
        "LOG_LEVEL": "INFO",
        "PTB_TIMEDELTA": "true",
        **more,
    }


class Staff:
    """One process of the entrypoint: ``worker``, ``beat``…; of a ``nursery``, it is forked there."""

    def __init__(self, name: str, log: Path, nursery: Nursery | None = None, **variables: str) -> None:
        self.name, self.log, self.nursery, self.environment = name, log, nursery, environment(**variables)
        self.process: subprocess.Popen[bytes] | Child | None = None

    def start(self) -> Self:
        with self.log.open("ab") as log:
            self.process = self.forked(log) if self.nursery else booted(self.name, self.environment, log)
        return self

    def forked(self, log: BinaryIO) -> Child:
        command = as_said_by_the_entrypoint(self.name, self.environment["LOG_LEVEL"])
        return self.nursery.start(command, stdout=log.fileno(), stderr=log.fileno())

    def revive(self) -> None:
        """As whoever runs it on a server does when it has ended by itself: a Celery worker sometimes does when its
        Redis is killed under it."""
        if self.process is not None and self.process.poll() is not None:
            self.end(signal.SIGKILL)
            self.start()

    def kill(self) -> None:
        """With everything it has forked, as when the power fails."""
        self.end(signal.SIGKILL)

    def stop(self) -> None:
        self.end(signal.SIGTERM)

    def end(self, number: signal.Signals) -> None:
        if self.process is None:
            return
        try:
            os.killpg(self.process.pid, number)
            self.process.wait(PATIENCE)
        except ProcessLookupError:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        self.process = None


@contextmanager
def nursery(**variables: str) -> Iterator[Nursery | None]:
    """For staff with these variables; nothing in a long look, where every process boots as it does on a server."""
    if SECONDS:
        yield None
        return
    with Nursery(environment(**variables)) as one:
        yield one


@contextmanager
def staff(folder: Path, *names: str, nursery: Nursery | None = None, **variables: str) -> Iterator[dict[str, Staff]]:
    """The processes of these names, ended when the block ends; their logs are in ``folder``."""
    everybody = {name: Staff(name, folder / f"{name}.log", nursery, **variables).start() for name in names}
    try:
        yield everybody
    finally:
        for one in everybody.values():
            one.stop()


def wait_until(is_so: Callable[[], object], what: str, patience: float = PATIENCE) -> None:
    """Fails, saying ``what`` did not come about."""
    deadline = time.monotonic() + patience
    while not is_so():
        assert time.monotonic() < deadline, f"{what} did not come about within {patience:g} s"
        time.sleep(0.05)


def broker() -> Redis:
    return Redis.from_url(settings.REDIS_URL)


def queued() -> int:
    """How many messages wait in ``events:p2p``."""
    return int(broker().llen(P2P))
