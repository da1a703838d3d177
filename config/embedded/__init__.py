"""Real PostgreSQL and Redis for a machine that has neither; standard library only, nothing of Django.

`provide` is all that others need. What lasts lies in the project's `.okno/`; `python -m config.embedded` says where.
"""

import fcntl
import os
from collections.abc import MutableMapping
from pathlib import Path

from config.embedded.place import PROJECT, Place
from config.embedded.servers import KINDS, ensure, running
from config.embedded.servers import stop as stop_server
from config.embedded.state import open_lock
from config.embedded.words import EmbeddedError

__all__ = ["EmbeddedError", "leave", "provide", "status", "stop"]

# A shared lock for each project this process was provided for; the kernel takes it back however the process ends.
_held: dict[Path, int] = {}


def provide(environ: MutableMapping[str, str], project: Path = PROJECT) -> None:
    """Set DATABASE_URL and REDIS_URL, where ``environ`` has none, to embedded servers that are up.

    Raises EmbeddedError with the cure in words.
    """
    missing = [kind for kind in KINDS if not environ.get(kind.variable)]
    if not missing:
        return
    place = Place(project)
    hold(place)
    for kind in missing:
        server = kind(place)
        environ[kind.variable] = server.url(ensure(server))


def stop(project: Path = PROJECT) -> None:
    """End both servers, whoever uses them."""
    place = Place(project)
    release(place)
    for kind in KINDS:
        stop_server(kind(place))


def leave(project: Path = PROJECT) -> bool:
    """End the servers this process was provided with, unless another process uses them too; whether they ended."""
    place = Place(project)
    if not release(place):
        return False
    users = open_lock(place, "embedded.users")
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    else:
        stop(project)
        return True
    finally:
        os.close(users)


def status(project: Path = PROJECT) -> dict[str, int | None]:
    """The port of each server, None where it does not run."""
    found = {kind.name: running(kind(Place(project))) for kind in KINDS}
    return {name: access.port if access else None for name, access in found.items()}


def hold(place: Place) -> None:
    if place.home not in _held:
        _held[place.home] = open_lock(place, "embedded.users")
        fcntl.flock(_held[place.home], fcntl.LOCK_SH)


def release(place: Place) -> bool:
    """Whether this process held the servers until now."""
    held = _held.pop(place.home, None)
    if held is not None:
        os.close(held)
    return held is not None
