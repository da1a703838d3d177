"""`manage.py run` and the processes it keeps, with stand-ins for web and worker."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from config.embedded.place import PROJECT

KEEP = """
import sys
from pathlib import Path
from config import household
household.ENTRYPOINT = Path(sys.argv[1])
house = household.Household(when_started=lambda: None)
for name in sys.argv[2:]:
    house.add(name)
print("on purpose:", house.keep(), "ended first:", house.ended_first)
"""
STAND_IN = """#!/bin/sh
cd "$(dirname "$0")"
case "$1" in
broken) until [ -e web.pid ]; do sleep 0.05; done ;;
*) echo $$ >"$1.pid.draft" && mv "$1.pid.draft" "$1.pid" && exec sleep 60 ;;
esac
"""


@pytest.fixture
def stand_in(tmp_path: Path) -> Path:
    script = tmp_path / "entrypoint.sh"
    script.write_text(STAND_IN)
    return script


def keep(script: Path, *names: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-c", KEEP, str(script), *names]
    return subprocess.Popen(command, cwd=PROJECT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)


def pids(script: Path, *names: str) -> list[int]:
    """The numbers of the started stand-ins, which each writes down itself."""
    files = [script.parent / f"{name}.pid" for name in names]
    until(lambda: all(file.exists() for file in files))
    return [int(file.read_text()) for file in files]


def until(condition, seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


def is_over(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] in {"Z", "X"}
    except (FileNotFoundError, ProcessLookupError):
        return True


def test_run_names_the_busy_port_and_starts_nothing() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

        refused = subprocess.run(
            [sys.executable, "manage.py", "run"],
            cwd=PROJECT,
            env=os.environ | {"PORT": str(port), "DEBUG": "true"},
            capture_output=True,
            text=True,
            check=False,
        )

    assert refused.returncode == 1
    assert refused.stderr.startswith(f"Port {port} is busy: another program listens on it. Stop that, or: PORT=")
    assert refused.stdout == ""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_household_ends_everything_on_a_signal(stand_in: Path, number: signal.Signals) -> None:
    house = keep(stand_in, "web", "worker")
    children = pids(stand_in, "web", "worker")

    house.send_signal(number)
    output = house.communicate(timeout=20)[0]

    assert output.endswith("on purpose: True ended first: []\n")
    until(lambda: all(is_over(child) for child in children))


def test_household_ends_when_one_ends_and_says_which(stand_in: Path) -> None:
    house = keep(stand_in, "web", "broken")

    output = house.communicate(timeout=20)[0]

    assert output.endswith("on purpose: False ended first: ['broken']\n")
    until(lambda: all(is_over(child) for child in pids(stand_in, "web")))


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a process that its parent has died")
def test_household_leaves_no_orphans_when_it_is_killed(stand_in: Path) -> None:
    house = keep(stand_in, "web", "worker")
    children = pids(stand_in, "web", "worker")

    house.kill()
    house.communicate(timeout=20)

    until(lambda: all(is_over(child) for child in children))
