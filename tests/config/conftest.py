"""A project folder of its own for every test that starts servers; a demo for all that only look at it."""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from accounts.models import Company
from config.demo.load import load_demo
from config.embedded import stop
from config.embedded.place import Place
from tests.config.demo import FRIDAY
from tests.config.embedded import provided
from tests.conftest import empty_what_was_filled


@pytest.fixture(scope="module")
def demo_business(django_db_setup, django_db_blocker) -> Iterator[Company]:
    """Made once and committed; what a test changes is rolled back as ever."""
    with django_db_blocker.unblock():
        company, _ = load_demo(FRIDAY)
    yield company

    with django_db_blocker.unblock():
        empty_what_was_filled()


@pytest.fixture
def project() -> Iterator[Path]:
    """An empty project."""
    with new_project() as folder:
        yield folder


@pytest.fixture(scope="module")
def shared_project() -> Iterator[Path]:
    """For tests that only look."""
    with new_project() as folder:
        yield folder


@pytest.fixture(scope="module")
def ended_project() -> Iterator[Path]:
    """Its servers have been made and stopped."""
    with new_project() as folder:
        provided(folder)
        stop(folder)
        yield folder


@pytest.fixture
def used_project(ended_project: Path) -> Iterator[Path]:
    """A copy, owners included, of a project that has run before: most of a first start is the making of a database."""
    with new_project() as folder:
        subprocess.run(["cp", "-a", str(ended_project / ".okno"), str(folder)], check=True)
        yield folder


@pytest.fixture
def hidden_project() -> Iterator[Path]:
    """As in root's home directory: the servers' account cannot reach it."""
    parent = Path(tempfile.mkdtemp(prefix="okno-test-"))
    folder = parent / "project"
    folder.mkdir()
    yield folder

    end(folder)
    shutil.rmtree(parent, ignore_errors=True)


@contextmanager
def new_project() -> Iterator[Path]:
    """A folder that any user can reach; pytest's own temporary folders are closed to others."""
    folder = Path(tempfile.mkdtemp(prefix="okno-test-"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        end(folder)


def end(project: Path) -> None:
    """Stop what runs there and remove its data, wherever they are."""
    if (project / ".okno").exists():
        stop(project)
        elsewhere = Place(project).folder
        shutil.rmtree(elsewhere, ignore_errors=True)
    shutil.rmtree(project, ignore_errors=True)
