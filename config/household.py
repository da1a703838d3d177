"""The processes of `run`: they start together, end together, and never outlive whoever started them."""
# mypy: allow-untyped-calls

import ctypes
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from functools import partial
from http.client import HTTPConnection, HTTPException
from multiprocessing import Queue
from pathlib import Path
from typing import Any

from honcho.manager import Manager
from honcho.process import Popen, Process

ENTRYPOINT = Path(__file__).with_name("entrypoint.sh")
ENDED_ON_PURPOSE = {128 + signal.SIGINT, 128 + signal.SIGTERM}
PR_SET_PDEATHSIG = 1


class MortalPopen(Popen):
    def __init__(self, command: str, **options: Any) -> None:
        super().__init__(command, preexec_fn=partial(die_with_parent, signal.SIGTERM), **options)


class Mortal(Process):
    """A process that ends with us even after kill -9, so that the next run finds the web port free (Linux)."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._child_ctor = MortalPopen  # type: ignore[assignment]

    def run(self, events: "Queue[Any] | None" = None, ignore_signals: bool = False) -> None:
        """Runs in honcho's go-between, a fork of us: two deaths have to be passed on."""
        die_with_parent(signal.SIGKILL)
        super().run(events, ignore_signals)


class Household(Manager):
    """Web, workers, beat; remembers who ended first."""

    def __init__(self, when_started: Callable[[], None]) -> None:
        super().__init__()
        self._process_ctor = Mortal
        self._when_started = when_started
        self.ended_first: list[str] = []

    def add(self, name: str) -> None:
        """Add one of the entrypoint's processes."""
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
        environment = os.environ | {"PATH": path, "ENTRYPOINT": str(ENTRYPOINT)}
        self.add_process(name, f'exec sh "$ENTRYPOINT" {name}', env=environment)

    def keep(self) -> bool:
        """Run everything until it ends; whether it ended because somebody wanted it to."""
        self.loop()
        return self.returncode in ENDED_ON_PURPOSE and not self.ended_first

    def terminate(self) -> None:
        """End everybody; in the very first moment, when honcho does not know their numbers yet, a little later."""
        if not self._all_started():
            threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGTERM)).start()
            return
        if not self._terminating:
            self.ended_first = [name for name, process in self._processes.items() if "returncode" in process]
        super().terminate()

    def _start(self) -> None:
        super()._start()
        threading.Thread(target=self._when_started, daemon=True).start()


def die_with_parent(signal_number: int) -> None:
    """Ask the kernel to send us ``signal_number`` when our parent dies; elsewhere than on Linux nothing."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal_number)


def wait_for_answer(host: str, port: int, patience: float = 60) -> bool:
    """Whether the pages answer, with anything at all, within ``patience`` seconds."""
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        connection = HTTPConnection(host, port, timeout=patience)
        try:
            connection.request("GET", "/healthz", headers={"Host": "localhost"})
            connection.getresponse()
        except (OSError, HTTPException):
            time.sleep(0.1)
        else:
            return True
        finally:
            connection.close()
    return False
