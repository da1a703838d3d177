"""Processes with the application in them, for the price of a fork: one has imported everything and waits.

A boot of Python and Django is about a second of work, and the torture starts its processes again and again. What is
started here runs the very command it would run by itself (``as_said_by_the_entrypoint``), in a process group of its own
and under the variables that its nursery was opened with.
"""

import gc
import json
import os
import runpy
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cache, partial
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, BinaryIO, NoReturn, Self

from config.household import die_with_parent

PROJECT = Path(__file__).resolve().parents[1]
PRELOADED = (
    "celery.apps.beat celery.apps.worker celery.bin.celery celery.concurrency.prefork kombu.transport.redis".split()
)
"""What Celery imports only when it begins to work."""


class Child:
    """What was started; for whoever knows ``subprocess.Popen``."""

    def __init__(self, nursery: "Nursery", pid: int) -> None:
        self.nursery, self.pid, self.returncode = nursery, pid, None

    def poll(self) -> int | None:
        if self.returncode is None:
            self.returncode = self.nursery.ask("look_after", pid=self.pid)
        return self.returncode

    def wait(self, timeout: float) -> int:
        deadline = time.monotonic() + timeout
        while (code := self.poll()) is None:
            if time.monotonic() > deadline:
                raise subprocess.TimeoutExpired(str(self.pid), timeout)
            time.sleep(0.01)
        return code


class Nursery:
    """The process that waits. It ends with its block, or with us, and whatever it has started with it."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self.environment, self.one_at_a_time = environment, threading.Lock()

    def __enter__(self) -> Self:
        self.line, theirs = socket.socketpair()
        with theirs:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.nursery", str(theirs.fileno())],
                cwd=PROJECT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                start_new_session=True,
                preexec_fn=partial(die_with_parent, signal.SIGTERM),
            )
        self.answers = self.line.makefile("rb")
        return self

    def __exit__(self, *details: object) -> None:
        self.answers.close()
        self.line.close()
        self.process.wait(20)

    def start(self, command: Sequence[str], *, stdout: int, stderr: int, stdin: int | None = None) -> Child:
        """What ``python`` would do with these arguments; files are numbers, and without ``stdin`` there is nothing."""
        with Path(os.devnull).open("rb") as nothing:
            files = nothing.fileno() if stdin is None else stdin, stdout, stderr
            return Child(self, self.ask("start", *files, command=command))

    def ask(self, what: str, *files: int, **about: Any) -> Any:
        with self.one_at_a_time:
            socket.send_fds(self.line, [b"!"], files)
            self.line.sendall(json.dumps([what, about]).encode() + b"\n")
            return json.loads(self.answers.readline())


def booted(name: str, environment: Mapping[str, str], log: BinaryIO) -> "subprocess.Popen[bytes]":
    """A process of the entrypoint as a server has it: with a boot of its own, and none that outlives us."""
    return subprocess.Popen(
        ["/bin/sh", str(PROJECT / "config" / "entrypoint.sh"), name],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        start_new_session=True,
        preexec_fn=partial(die_with_parent, signal.SIGTERM),
    )


@cache
def as_said_by_the_entrypoint(name: str, log_level: str) -> tuple[str, ...]:
    """What ``config/entrypoint.sh`` gives to ``python`` for this name, told by a python that only repeats it."""
    with TemporaryDirectory() as folder:
        python = Path(folder, "python")
        python.write_text("#!/bin/sh\nprintf '%s\\0' \"$@\"\n")
        python.chmod(0o755)
        said = subprocess.run(
            ["/bin/sh", str(PROJECT / "config" / "entrypoint.sh"), name],
            env=os.environ
            | {"PATH": f"{folder}{os.pathsep}{os.environ.get('PATH', os.defpath)}", "LOG_LEVEL": log_level},
            capture_output=True,
            text=True,
            check=True,
        )
    return tuple(said.stdout.split("\0")[:-1])


# --- in the process that waits ----------------------------------------------------------------------------------------


def wait_for_work(line: socket.socket) -> list[str] | None:
    """Fork whenever it is asked for. Returns in each child, with what it has to do; in the parent at the end."""
    answers = line.makefile("rwb")
    while True:
        sign, files, *_ = socket.recv_fds(line, 1, 3)
        if not sign:
            return None
        what, about = json.loads(answers.readline())
        if what == "start" and not (pid := os.fork()):
            line.close()
            begin(files)
            return about["command"]
        for file in files:
            os.close(file)
        answer = group_of_its_own(pid) if what == "start" else look_after(**about)
        answers.write(json.dumps(answer).encode() + b"\n")
        answers.flush()


def begin(files: list[int]) -> None:
    """In the child: its own group, its own files, and no life after ours."""
    group_of_its_own(0)
    die_with_parent(signal.SIGTERM)
    for number, file in enumerate(files):
        os.dup2(file, number)
        os.close(file)


def group_of_its_own(pid: int) -> int:
    """Said by parent and child, so that nobody sees it without one."""
    with suppress(ProcessLookupError):  # it has ended already
        os.setpgid(pid, pid)
    return pid


def look_after(pid: int) -> int | None:
    """How it ended, or nothing yet."""
    ended, status = os.waitpid(pid, os.WNOHANG)
    return os.waitstatus_to_exitcode(status) if ended else None


def work(command: list[str]) -> None:
    match command:
        case ["-m", module, *arguments]:
            sys.argv = [module, *arguments]
            runpy.run_module(module, run_name="__main__", alter_sys=True)
        case ["-c", script, *arguments]:
            sys.argv = ["-c", *arguments]
            exec(compile(script, "<script>", "exec"), {"__name__": "__main__"})  # noqa: S102 - a test's own
        case _:
            raise ValueError(f"python {' '.join(command)} is not known here")


def main(number: int) -> NoReturn:
    import django

    django.setup()
    from config.celery import app

    app.loader.import_default_modules()
    for name in PRELOADED:
        import_module(name)
    gc.freeze()  # a collection would touch, and so copy, every page that is shared
    command = wait_for_work(socket.socket(fileno=number))
    if command:
        work(command)
    sys.exit()


if __name__ == "__main__":
    main(int(sys.argv[1]))
