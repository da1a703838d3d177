"""The embedded servers are real processes in these tests; each test has a project folder of its own."""

import os
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
import redis

from config.embedded import EmbeddedError, leave, provide, status, stop
from config.embedded.place import PROJECT, Place
from config.embedded.ports import PORTS
from config.embedded.redis import talk
from config.embedded.state import Access, state_file
from tests.config.embedded import PROVIDE, ask, postmaster, provided


@contextmanager
def occupied(port: int) -> Iterator[None]:
    with socket.create_server(("127.0.0.1", port)):
        yield


def test_provide_sets_urls_of_servers_that_answer(shared_project: Path) -> None:
    environ = provided(shared_project)

    assert ask(environ, "SELECT 6 * 7") == 42
    assert redis.Redis.from_url(environ["REDIS_URL"]).ping() is True


def test_provide_finds_the_servers_that_already_run(shared_project: Path) -> None:
    first = provided(shared_project)
    pid = postmaster(shared_project)

    second = provided(shared_project)

    assert second == first
    assert postmaster(shared_project) == pid


def test_provide_leaves_alone_what_the_environment_names(project: Path) -> None:
    environ = {"DATABASE_URL": "postgres://elsewhere/okno", "REDIS_URL": "redis://elsewhere"}

    provide(environ, project)

    assert environ == {"DATABASE_URL": "postgres://elsewhere/okno", "REDIS_URL": "redis://elsewhere"}
    assert not (project / ".okno").exists()


def test_provide_starts_only_the_server_that_is_missing(project: Path) -> None:
    environ = {"DATABASE_URL": "postgres://elsewhere/okno", "REDIS_URL": ""}

    provide(environ, project)

    assert status(project)["PostgreSQL"] is None
    assert redis.Redis.from_url(environ["REDIS_URL"]).ping() is True


def test_postgres_is_set_up_as_the_application_expects(shared_project: Path) -> None:
    environ = provided(shared_project)

    assert ask(environ, "SELECT upper('ёлка')") == "ЁЛКА"
    assert ask(environ, "SELECT 'Анна' ILIKE 'анна'") is True
    assert ask(environ, "SHOW server_encoding") == "UTF8"
    assert ask(environ, "SHOW timezone") == "UTC"
    assert ask(environ, "SHOW fsync") == "on"
    assert ask(environ, "SHOW listen_addresses") == "127.0.0.1"


def test_redis_writes_nothing_to_disk_and_listens_on_loopback_only(shared_project: Path) -> None:
    environ = provided(shared_project)

    settings = redis.Redis.from_url(environ["REDIS_URL"], decode_responses=True).config_get()

    assert (settings["save"], settings["appendonly"], settings["bind"]) == ("", "no", "127.0.0.1")


def test_nobody_enters_without_the_password(shared_project: Path) -> None:
    provided(shared_project)
    postgres, in_redis = status(shared_project)["PostgreSQL"], status(shared_project)["Redis"]

    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(f"postgres://okno:guess@127.0.0.1:{postgres}/okno")
    assert talk(Access(in_redis or 0, "guess"), "PING").startswith("-WRONGPASS")


def test_state_file_is_for_its_owner_only(shared_project: Path) -> None:
    provided(shared_project)

    assert stat.S_IMODE(state_file(Place(shared_project)).stat().st_mode) == 0o600


def test_ports_lie_below_the_ephemeral_range(shared_project: Path) -> None:
    provided(shared_project)

    assert PORTS.stop <= 32_768
    assert set(status(shared_project).values()) <= set(PORTS)


def test_data_survive_a_stop(used_project: Path) -> None:
    environ = provided(used_project)
    ask(environ, "CREATE TABLE kept AS SELECT 'safe' AS word")
    stop(used_project)
    assert status(used_project) == {"PostgreSQL": None, "Redis": None}

    again = provided(used_project)

    assert ask(again, "SELECT word FROM kept") == "safe"
    assert again == environ


def test_provide_recovers_from_a_killed_postgres(used_project: Path) -> None:
    environ = provided(used_project)
    with psycopg.connect(environ["DATABASE_URL"], autocommit=True) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 'committed' AS word")
        os.kill(postmaster(used_project), signal.SIGKILL)

        again = provided(used_project)

    assert ask(again, "SELECT word FROM kept") == "committed"


def test_provide_recovers_from_a_stale_postmaster_file_with_a_living_number(used_project: Path) -> None:
    provided(used_project)
    file = Place(used_project).folder / "postgres" / "data" / "postmaster.pid"
    stale = file.read_text().splitlines()
    stop(used_project)
    file.write_text("\n".join([str(os.getpid()), *stale[1:]]))

    environ = provided(used_project)

    assert ask(environ, "SELECT 1") == 1


def test_provide_recovers_from_a_lost_state_file(used_project: Path) -> None:
    environ = provided(used_project)
    ask(environ, "CREATE TABLE kept AS SELECT 'mine' AS word")
    state_file(Place(used_project)).unlink()

    again = provided(used_project)

    assert ask(again, "SELECT word FROM kept") == "mine"
    assert redis.Redis.from_url(again["REDIS_URL"]).ping() is True
    with pytest.raises(redis.ConnectionError):
        redis.Redis.from_url(environ["REDIS_URL"]).ping()


def test_servers_outlive_a_killed_runner(project: Path) -> None:
    script = f"{PROVIDE}\nsys.stdout.flush()\nimport os, signal\nos.kill(os.getpid(), signal.SIGKILL)"
    command = [sys.executable, "-c", script, str(project)]
    killed = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    pid = postmaster(project)

    environ = provided(project)

    assert killed.returncode == -signal.SIGKILL
    assert killed.stdout.split() == [environ["DATABASE_URL"], environ["REDIS_URL"]]
    assert postmaster(project) == pid


def test_four_starts_at_once_end_in_one_server(project: Path) -> None:
    starts = [
        subprocess.Popen([sys.executable, "-c", PROVIDE, str(project)], cwd=PROJECT, stdout=subprocess.PIPE, text=True)
        for _ in range(4)
    ]

    answers = [start.communicate(timeout=60)[0] for start in starts]

    assert [start.returncode for start in starts] == [0, 0, 0, 0]
    assert len(set(answers)) == 1
    assert "okno" in answers[0]
    folder = Place(project).folder
    assert len(running_in(folder / "postgres")) == 1
    assert len(running_in(folder / "redis")) == 1


def running_in(folder: Path) -> list[int]:
    """The servers, not their children, that work in ``folder``: the parent of each is not one of them."""
    found = {}
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if Path(os.readlink(process / "cwd")).is_relative_to(folder):
                found[int(process.name)] = int((process / "stat").read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
    return [pid for pid, parent in found.items() if parent not in found]


def test_a_busy_port_is_named_and_another_one_chosen(used_project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    provided(used_project)
    before = status(used_project)
    stop(used_project)

    with occupied(before["PostgreSQL"] or 0), occupied(before["Redis"] or 0):
        environ = provided(used_project)

        after = status(used_project)
        assert None not in after.values()
        assert not set(after.values()) & set(before.values())
        assert ask(environ, "SELECT 1") == 1
        said = capsys.readouterr().err
        assert f"Port {before['PostgreSQL']} of the embedded PostgreSQL is busy" in said
        assert f"Port {before['Redis']} of the embedded Redis is busy" in said


def test_leave_ends_the_servers_of_the_last_user_only(used_project: Path) -> None:
    script = f"{PROVIDE}\nsys.stdout.flush()\nsys.stdin.read()"
    command = [sys.executable, "-c", script, str(used_project)]
    other = subprocess.Popen(command, cwd=PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert other.stdout
    assert "okno" in other.stdout.readline()
    assert leave(used_project) is False  # this process was given nothing yet

    provided(used_project)
    assert leave(used_project) is False
    assert None not in status(used_project).values()

    other.communicate("")
    provided(used_project)
    assert leave(used_project) is True
    assert status(used_project) == {"PostgreSQL": None, "Redis": None}


def test_a_start_that_was_killed_in_the_middle_is_taken_up(project: Path) -> None:
    start = subprocess.Popen([sys.executable, "-c", PROVIDE, str(project)], cwd=PROJECT, stdout=subprocess.PIPE)
    drafts = project / ".okno" / "postgres"
    while start.poll() is None and not list(drafts.glob("draft-*")):
        time.sleep(0.01)
    start.kill()
    start.communicate()

    environ = provided(project)

    assert ask(environ, "SELECT 1") == 1
    assert list((Place(project).folder / "postgres").glob("draft-*")) == []


def test_what_is_missing_is_named_with_its_cure(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("config.embedded.programs.find_spec", lambda name: None)

    with pytest.raises(EmbeddedError, match=r"DATABASE_URL is not set and there is no PostgreSQL here.*local\.txt"):
        provided(project)
