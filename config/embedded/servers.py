"""Starting and stopping, whichever server: found running, or started once however many ask at the same time."""

import time
from pathlib import Path
from typing import Protocol

from config.embedded.place import Place
from config.embedded.ports import choose_port
from config.embedded.postgres import Postgres
from config.embedded.programs import last_lines
from config.embedded.redis import Redis
from config.embedded.state import Access, new_password, one_at_a_time, remember, remembered
from config.embedded.words import EmbeddedError

PATIENCE = 60.0  # seconds; a killed PostgreSQL first recovers what it had promised
PAUSE = 0.2
KINDS = (Postgres, Redis)


class Server(Protocol):
    """What Postgres and Redis have in common."""

    name: str
    variable: str
    place: Place
    log: Path

    def url(self, access: Access) -> str: ...
    def answers(self, access: Access) -> bool: ...
    def prepare(self, access: Access, password_is_new: bool) -> None: ...
    def launch(self, access: Access, patience: float) -> bool: ...
    def port_in_use(self) -> int: ...
    def stop(self, access: Access) -> None: ...


def running(server: Server) -> Access | None:
    """How to reach it, if it runs and answers: a few milliseconds, and nothing is started."""
    access = remembered(server.place, server.name)
    return access if access and server.answers(access) else None


def ensure(server: Server) -> Access:
    """How to reach it, after starting it if need be."""
    access = running(server)
    if access:
        return access
    with one_at_a_time(server.place):
        return running(server) or start(server)


def start(server: Server) -> Access:
    """Try until it answers.

    The port and password are remembered before each try: a kill in the middle must not leave a server behind that
    the next start can neither find nor enter.
    """
    old = remembered(server.place, server.name)
    access = old or Access(0, new_password())
    remember(server.place, server.name, access)
    server.prepare(access, password_is_new=old is None)
    deadline = time.monotonic() + PATIENCE
    while True:
        access.port = server.port_in_use() or choose_port(server.place.project, server.name, access.port)
        remember(server.place, server.name, access)
        patience = max(1.0, deadline - time.monotonic())
        if (server.port_in_use() or server.launch(access, patience)) and server.answers(access):
            return access
        if time.monotonic() > deadline:
            words = last_lines(server.log)
            raise EmbeddedError(f"{server.name} did not answer within {PATIENCE:.0f} seconds. Its last words:\n{words}")
        time.sleep(PAUSE)


def stop(server: Server) -> None:
    """An orderly end; nothing when it does not run."""
    with one_at_a_time(server.place):
        access = remembered(server.place, server.name)
        if access:
            server.stop(access)
