"""What runs beside the bench: the real server, and a process with the application in it. We end what we start, by pid."""

import json
import os
import signal
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from multiprocessing import get_context
from pathlib import Path
from typing import IO, Any, Self
from urllib.parse import urlsplit

from config.embedded.ports import is_free
from config.embedded.state import open_lock
from config.household import die_with_parent, wait_for_answer
from tests.bench.load import LOOPBACK

PROJECT = Path(__file__).resolve().parents[2]
FOLDER = PROJECT / ".okno" / "bench"
"""Logs of the servers, collected static files."""
PORTS = range(22_700, 22_800)
WORKERS, THREADS = 2, 4
REDIS_DATABASE = 13
SETTINGS, BARE = "tests.bench.settings", "tests.bench.bare"
TICKS = os.sysconf("SC_CLK_TCK")


def environment(database_url: str, settings: str = SETTINGS, port: int = 0) -> dict[str, str]:
    """As on a server: DEBUG off, everything said. Only the place of the static files is ours."""
    redis = urlsplit(os.environ["REDIS_URL"])._replace(path=f"/{REDIS_DATABASE}").geturl()
    inherited = {key: os.environ[key] for key in ("HOME", "LANG", "TZ") if key in os.environ}
    return inherited | {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        "DJANGO_SETTINGS_MODULE": settings,
        "DEBUG": "false",
        "SECRET_KEY": "only for benchmarks, on loopback only, and nothing in these databases is worth a secret",
        "ALLOWED_HOSTS": LOOPBACK,
        "PUBLIC_URL": f"http://{LOOPBACK}:{port}",
        "DATABASE_URL": database_url,
        "REDIS_URL": redis,
        "HOST": LOOPBACK,
        "PORT": str(port),
        "WEB_WORKERS": str(WORKERS),
        "WEB_THREADS": str(THREADS),
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


@dataclass(frozen=True, slots=True)
class Usage:
    """Processor seconds of a server's workers."""

    seconds: float


class Server:
    """The web server exactly as `config/entrypoint.sh web` starts it, on a port of its own."""

    def __init__(self, database_url: str, name: str, settings: str = SETTINGS) -> None:
        self.url, self.name, self.settings = database_url, name, settings

    def __enter__(self) -> Self:
        self.port, self.claim = claim_port()
        FOLDER.mkdir(parents=True, exist_ok=True)
        self.log_path = FOLDER / f"{self.name}-{self.port}.log"
        self.log: IO[bytes] = self.log_path.open("wb")
        self.process = subprocess.Popen(
            ["/bin/sh", str(PROJECT / "config" / "entrypoint.sh"), "web"],
            env=environment(self.url, self.settings, self.port),
            stdin=subprocess.DEVNULL,
            stdout=self.log,
            stderr=self.log,
            preexec_fn=partial(die_with_parent, signal.SIGTERM),
        )
        if not wait_for_answer(LOOPBACK, self.port):
            self.__exit__()
            raise RuntimeError(f"the server does not answer; its log: {self.log_path}")
        return self

    def __exit__(self, *details: object) -> None:
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.log.close()
        os.close(self.claim)

    def cpu_seconds(self) -> float:
        """What its workers have computed so far: steadier than the clock on a busy machine."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        if not children.exists():
            return float("nan")  # no Linux
        return sum(cpu_seconds_of(int(pid)) for pid in children.read_text().split())

    def errors(self) -> list[str]:
        """Lines of its log that tell of a fault."""
        lines = self.log_path.read_text(errors="replace").splitlines()
        return [line for line in lines if '"level": "error"' in line or line.startswith("Traceback")]


def cpu_seconds_of(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def claim_port() -> tuple[int, int]:
    """A free port and the lock that keeps other runs of the bench from it."""
    for port in PORTS:
        lock = try_lock(f"bench-port-{port}")
        if lock is None:
            continue
        if is_free(port):
            return port, lock
        os.close(lock)
    raise RuntimeError(f"no free port between {PORTS.start} and {PORTS.stop - 1}")
