"""What is remembered between two starts: each server's port and password, in one file for our eyes only."""

import fcntl
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from config.embedded.place import Place, no_access
from config.embedded.words import EmbeddedError


@dataclass
class Access:
    """How to reach a server; port 0 until the first start has chosen one."""

    port: int
    password: str


def remembered(place: Place, server: str) -> Access | None:
    """The port and password of ``server``, or None when there are none yet."""
    return read(place).get(server)


def remember(place: Place, server: str, access: Access) -> None:
    """Replace the state file in one step, so that a kill in between leaves the old one."""
    state = {name: asdict(known) for name, known in (read(place) | {server: access}).items()}
    path = state_file(place)
    draft = path.with_suffix(f".{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(state, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    place.give_to_the_owner(draft)
    draft.replace(path)


def new_password() -> str:
    return secrets.token_hex(16)  # hexadecimal: no character that means something in a URL, a shell or a config file


def state_file(place: Place) -> Path:
    return place.home / "embedded.json"


def read(place: Place) -> dict[str, Access]:
    try:
        state = json.loads(state_file(place).read_text())
        return {name: Access(**fields) for name, fields in state.items()}
    except FileNotFoundError:
        return {}
    except PermissionError as error:
        raise EmbeddedError(no_access(state_file(place))) from error
    except (ValueError, TypeError, AttributeError):
        return {}  # a file that somebody edited is as good as none: the servers get new passwords


@contextmanager
def one_at_a_time(place: Place) -> Iterator[None]:
    """Wait for other starts and stops in this project; the lock ends with the process, however it ends."""
    lock = open_lock(place, "embedded.lock")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def open_lock(place: Place, name: str) -> int:
    path = place.home / name
    try:
        lock = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except PermissionError as error:
        raise EmbeddedError(no_access(path)) from error
    place.give_to_the_owner(path)
    return lock
