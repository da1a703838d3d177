"""The bench runs end to end on a tiny salon. What it measures there means nothing, and no time is asserted."""

import json
import os
import subprocess
import sys

import psycopg
import pytest
from django.db import connection

from tests.bench.figures import Figure, Row, percentile
from tests.bench.growth import growths
from tests.bench.load import header
from tests.bench.processes import FOLDER, PROJECT

pytestmark = [pytest.mark.trial, pytest.mark.django_db]  # or pytest-django would make no database for us to copy
PREFIX = f"okno_benchtest_{os.getpid()}"
SIZE = 300


@pytest.fixture(scope="module")
def migrated(django_db_setup, django_db_blocker) -> str:
    """The tests' own database, which can be copied while nobody is connected to it."""
    with django_db_blocker.unblock():
        connection.close()
        connection.close_pool()
    return connection.settings_dict["NAME"]


@pytest.fixture(scope="module")
def results(tmp_path_factory, migrated):
    """The folder of a run, and what the run said."""
    folder = tmp_path_factory.mktemp("results")
    options = f"--sizes {SIZE} --seconds 0.02 --rounds 1 --discard --prefix {PREFIX} --template {migrated}"
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench", *options.split(), "--results", str(folder)],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return folder, done


def test_run_measures_everything(results):
    _, done = results

    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    assert "Not measured" not in done.stdout


@pytest.mark.parametrize(
    "title", ["Hold a slot", "32 clients, one slot", "Free times", "Pages over HTTP", "Telling by push"]
)
def test_run_prints_a_table(results, title):
    _, done = results

    assert f"\n{title}" in done.stdout


@pytest.mark.parametrize("name", ["hold", "stampede", "times", "pages", "telling"])
def test_run_keeps_its_figures(results, name):
    folder, _ = results

    kept = json.loads((folder / f"{name}.json").read_text())

    assert [row["label"] for row in kept["rows"] if not row["ours"]] == []
    assert kept["databases"][str(SIZE)]["fsync"] == "on"
    assert kept["failures"] == {}


def test_stampede_has_one_winner(results):
    folder, _ = results

    (row,) = json.loads((folder / "stampede.json").read_text())["rows"]

    assert [row["details"][name]["median"] for name in ("most winners", "fewest winners", "neither")] == [1, 1, 0]


def test_run_leaves_nothing_behind(results):
    with psycopg.connect(os.environ["DATABASE_URL"]) as server:
        left = server.execute("SELECT datname FROM pg_database WHERE datname LIKE %s", [f"{PREFIX}%"]).fetchall()

    assert left == []
    assert list(FOLDER.glob(f"{PREFIX}*")) == []


def test_percentile_is_a_value_that_enough_do_not_exceed():
    assert [percentile(range(1, 101), share) for share in (0.5, 0.95, 0.99, 1)] == [50, 95, 99, 100]


def test_ratio_compares_times_with_rates():
    row = Row("times", "a month", 10_000, ours=Figure("ms", [20.0, 10.0, 40.0]), limit=Figure("/s", [100.0]))

    assert row.ratio == 0.5


def test_growth_is_how_many_times_as_expensive():
    rows = [
        Row("hold", "hold", 10_000, Figure("/s", [300.0])),
        Row("hold", "hold", 1_000_000, Figure("/s", [200.0])),
        Row("hold", "hold, 200 specialists", 1_000_000, Figure("/s", [50.0]), grows_from="hold"),
    ]

    assert [(each.by, each.factor) for each in growths(rows)] == [("appointments", 1.5), ("specialists", 4)]


def test_header_is_found_in_any_case_and_its_value_left_alone():
    head = b"HTTP/1.1 302 Found\r\nServer: gunicorn\r\nLocation: /hold/aB-c/\r\nContent-Length: 0"

    assert (header(head, b"location"), header(head, b"cookie")) == (b"/hold/aB-c/", b"")
