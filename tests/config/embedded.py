"""What the tests of the embedded servers share."""

from pathlib import Path

import psycopg

from config.embedded import provide
from config.embedded.place import Place

PROVIDE = """
import sys
from pathlib import Path
from config.embedded import provide
environ = {}
provide(environ, Path(sys.argv[1]))
print(environ["DATABASE_URL"], environ["REDIS_URL"])
"""


def provided(project: Path) -> dict[str, str]:
    environ: dict[str, str] = {}
    provide(environ, project)
    return environ


def postmaster(project: Path) -> int:
    return int((Place(project).folder / "postgres" / "data" / "postmaster.pid").read_text().split()[0])


def ask(environ: dict[str, str], query: str) -> object:
    with psycopg.connect(environ["DATABASE_URL"], autocommit=True) as connection:
        cursor = connection.execute(query.encode())
        row = cursor.fetchone() if cursor.description else None
        return row and row[0]
