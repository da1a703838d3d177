"""What runs beside the bench: the real server, a process with the application in it. What we start we end, by pid."""

import os
import signal
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from importlib import import_module
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

from redis import Redis

from config.embedded.ports import is_free
from config.household import die_with_parent, wait_for_answer
from tests.bench.load import LOOPBACK
from tests.nursery import booted

PROJECT = Path(__file__).resolve().parents[2]
FOLDER = PROJECT / ".okno" / "bench"
"""Logs of the servers, collected static files."""
PORTS = range(22_700, 22_800)
WORKERS, THREADS = 2, 4
REDIS_DATABASE = 13
SETTINGS, BARE = "tests.bench.settings", "tests.bench.bare"

_numbers = iter(range(len(PORTS)))


def environment(database_url: str, settings: str = SETTINGS, port: int = 0, workers: int = WORKERS) -> dict[str, str]:
    """As on a server: DEBUG off, everything said. Only the place of the static files is ours."""
    redis = urlsplit(os.environ["REDIS_URL"])._replace(path=f"/{REDIS_DATABASE}").geturl()
    inherited = {key: os.environ[key] for key in ("HOME", "LANG", "TZ") if key in os.environ}
    return inherited | {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        "DJANGO_SETTINGS_MODULE": settings,
        "DEBUG": "false",
        "SECRET_KEY": "for benchmarks on loopback: nothing in these databases is worth a secret",
        "ALLOWED_HOSTS": f"{LOOPBACK},localhost",
        "PUBLIC_URL": f"http://{LOOPBACK}:{port}",
        "DATABASE_URL": database_url,
        "REDIS_URL": redis,
        "HOST": LOOPBACK,
        "PORT": str(port),
        "WEB_WORKERS": str(workers),
        "WEB_THREADS": str(THREADS),
        "API_BOOK_RATE": "0",
    }


def manage(database_url: str, *arguments: str) -> None:
    """Run one of Django's commands. Raises CalledProcessError; what it said is on standard error."""
    subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=PROJECT,
        env=environment(database_url) | {"LOG_LEVEL": "WARNING"},
        stdout=subprocess.DEVNULL,
        check=True,
    )


def collect_static() -> None:
    """The files that pages name, unless they lie there already: without their manifest no page can be rendered."""
    manifest = FOLDER / "static" / "staticfiles.json"
    made = manifest.stat().st_mtime if manifest.exists() else 0
    if any(path.stat().st_mtime > made for path in (PROJECT / "static").rglob("*")):
        manage(os.environ["DATABASE_URL"], "collectstatic", "--no-input", "--ignore", "admin", "--ignore", "unfold")


class Server:
    """The web server as `config/entrypoint.sh web` starts it, on a port of its own."""

    def __init__(
        self,
        database_url: str,
        name: str,
        settings: str = SETTINGS,
        workers: int = WORKERS,
        variables: dict[str, str] | None = None,
    ) -> None:
        self.url, self.settings, self.workers = database_url, settings, workers
        self.variables = variables or {}
        self.log = FOLDER / f"{name}-{os.getpid()}.log"

    def __enter__(self) -> Self:
        self.port = free_port()
        FOLDER.mkdir(parents=True, exist_ok=True)
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                ["/bin/sh", str(PROJECT / "config" / "entrypoint.sh"), "web"],
                env=environment(self.url, self.settings, self.port, self.workers) | self.variables,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                preexec_fn=partial(die_with_parent, signal.SIGTERM),
            )
        return self

    def wait(self) -> None:
        """Until it answers. Raises RuntimeError."""
        if not wait_for_answer(LOOPBACK, self.port):
            raise RuntimeError(f"the server does not answer; its log: {self.log}")

    def __exit__(self, *details: object) -> None:
        self.stop()
        if not details[0]:
            self.log.unlink(missing_ok=True)

    def stop(self) -> None:
        self.process.send_signal(signal.SIGINT)  # gunicorn's quick end: nobody is waiting for an answer
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def cpu_seconds(self) -> float:
        """What its workers have computed so far: steadier than the clock on a busy machine; nan without Linux."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        if not children.exists():
            return float("nan")
        return sum(cpu_seconds_of(int(pid)) for pid in children.read_text().split())


class Worker:
    """The worker of people's own messages, as the entrypoint starts it; its queues are empty at first."""

    def __init__(self, database_url: str, name: str, variables: dict[str, str]) -> None:
        self.environment = environment(database_url) | variables
        self.log = FOLDER / f"{name}-worker-{os.getpid()}.log"

    def __enter__(self) -> Self:
        Redis.from_url(self.environment["REDIS_URL"]).flushdb()
        FOLDER.mkdir(parents=True, exist_ok=True)
        with self.log.open("wb") as log:
            self.process = booted("worker", self.environment, log)
        return self

    def __exit__(self, *details: object) -> None:
        os.killpg(self.process.pid, signal.SIGTERM)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        if not details[0]:
            self.log.unlink(missing_ok=True)


def cpu_seconds_of(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def free_port() -> int:
    """Each once, and another first one for each run, so that two runs seldom want the same."""
    for number in _numbers:
        port = PORTS[(os.getpid() + number) % len(PORTS)]
        if is_free(port):
            return port
    raise RuntimeError(f"no free port between {PORTS.start} and {PORTS.stop - 1}")


class Inside:
    """A process with the application in it, on one database; asked by name, because here nothing imports Django."""

    def __init__(self, database_url: str) -> None:
        self.environment = environment(database_url) | {"LOG_LEVEL": "ERROR"}

    def __enter__(self) -> Self:
        self.process = ProcessPoolExecutor(
            1, mp_context=get_context("spawn"), initializer=wake, initargs=(self.environment,)
        )
        self.process.submit(os.getpid)  # begin to start
        return self

    def __exit__(self, *details: object) -> None:
        self.process.shutdown(cancel_futures=True)

    def ask(self, function: str, *args: Any, **kwargs: Any) -> Any:
        """The answer of ``module.function`` of this package, called over there."""
        return self.process.submit(answer, function, args, kwargs).result()


def wake(variables: dict[str, str]) -> None:
    os.environ.update(variables)
    die_with_parent(signal.SIGTERM)
    import django

    django.setup()


def answer(function: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    module, _, name = function.rpartition(".")
    return getattr(import_module(f"tests.bench.{module}"), name)(*args, **kwargs)
