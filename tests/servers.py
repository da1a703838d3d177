"""Pytest plugin (`-p tests.servers`): PostgreSQL and Redis are there before pytest-django reads the settings.

Most of its work is done when it is imported: every hook that pytest offers would come after pytest-django's own.
"""

import os
import re
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from config.embedded import EmbeddedError, provide
from config.environment import read_environment

REDIS_DATABASES = 16  # what a Redis has unless told otherwise
AT_MOST = 8
"""Workers: each has its own connections, of which the embedded PostgreSQL takes 150."""


def redis_for_tests(url: str, worker: str) -> str:
    """``url`` with another database than the application's, and with one of its own for each xdist worker.

    A worker inherits the controller's choice, so it counts on from there.
    """
    parts = urlsplit(url)
    number = int(parts.path.strip("/") or 0) + 1 + int(re.sub(r"\D", "", worker) or 0)
    return parts._replace(path=f"/{number % REDIS_DATABASES}").geturl()


@pytest.hookimpl(tryfirst=True, optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """One more than there are cores: a test waits for commits and browsers a third of its time."""
    return min((os.cpu_count() or 1) + 1, AT_MOST)


try:
    read_environment(Path(__file__).resolve().parent.parent)
    provide(os.environ)
except EmbeddedError as error:
    sys.exit(str(error))
os.environ["REDIS_URL"] = redis_for_tests(os.environ["REDIS_URL"], os.environ.get("PYTEST_XDIST_WORKER", ""))
