"""The embedded PostgreSQL 18: real, on loopback, with fsync on."""

import secrets
import shutil
import socket
import struct
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from config.embedded.place import Place
from config.embedded.ports import LOOPBACK
from config.embedded.programs import last_lines, lives, postgres_programs, run
from config.embedded.state import Access
from config.embedded.words import EmbeddedError

# The builtin locale makes Cyrillic upper and lower case right whatever the host's locale.
INITDB = ("--username=okno", "--auth=reject", "--encoding=UTF8", "--locale=C", "--no-instructions")
LOCALE = ("--locale-provider=builtin", "--builtin-locale=PG_UNICODE_FAST")
WHO_MAY_ENTER = f"host all okno {LOOPBACK}/32 scram-sha-256\n"
OPTIONS = (
    f"-c listen_addresses={LOOPBACK} -c unix_socket_directories='' -c timezone=UTC -c log_timezone=UTC "
    "-c max_connections=150 -c log_checkpoints=off "
    "-c log_min_error_statement=panic -c log_error_verbosity=terse"  # no names and no phones in its log
)
# Said of a postmaster that was killed and whose children are still going, and of a port lost to a quicker program.
PASSING = ("pre-existing shared memory block", '"postmaster.pid" already exists', "could not bind")
ACCEPTS_CONNECTIONS = b"R"  # it asks for a password; while it starts or recovers it answers "E" at once


@dataclass(frozen=True)
class Postmaster:
    """What a postmaster writes about itself into postmaster.pid."""

    pid: int
    port: int


class Postgres:
    name = "PostgreSQL"
    variable = "DATABASE_URL"

    def __init__(self, place: Place) -> None:
        self.place = place
        self.folder = place.subfolder("postgres")
        self.data = self.folder / "data"
        self.log = self.folder / "log"

    def url(self, access: Access) -> str:
        return f"postgres://okno:{access.password}@{LOOPBACK}:{access.port}/okno"

    def answers(self, access: Access) -> bool:
        """Whether our own postmaster, and no other program, takes connections on that port."""
        postmaster = self.postmaster()
        return postmaster is not None and postmaster.port == access.port and takes_connections(access.port)

    def prepare(self, access: Access, password_is_new: bool) -> None:
        """Make the data folder, or give data whose password was lost with the state file a new one."""
        if not self.data.exists():
            self.initialise(access)
        elif password_is_new:
            self.stop(access)
            self.forget_a_dead_postmaster()
            self.in_single_user_mode(self.data, set_password(access))

    def initialise(self, access: Access) -> None:
        """All or nothing: a kill in between leaves only a draft, which the next start throws away."""
        for draft in self.folder.glob("draft-*"):
            shutil.rmtree(draft, ignore_errors=True)
        draft = self.folder / f"draft-{secrets.token_hex(4)}"
        made = run(self.place, self.folder, self.program("initdb"), *INITDB, *LOCALE, "-D", draft)
        if made.returncode:
            raise EmbeddedError(f"PostgreSQL could not make its data folder {self.data}:\n{made.stderr.strip()}")
        (draft / "pg_hba.conf").write_text(WHO_MAY_ENTER)
        self.in_single_user_mode(draft, set_password(access), "CREATE DATABASE okno")
        draft.rename(self.data)

    def in_single_user_mode(self, data: Path, *statements: str) -> None:
        command = (self.program("postgres"), "--single", "-c", "exit_on_error=on", "-D", data, "template1")
        done = run(self.place, self.folder, *command, stdin="".join(f"{statement};\n" for statement in statements))
        if done.returncode:
            raise EmbeddedError(f"PostgreSQL could not prepare {data}:\n{done.stderr.strip()}")

    def launch(self, access: Access, patience: float) -> bool:
        """One try to start; False when it is worth trying again."""
        if self.postmaster():
            return False  # a start that was killed half-way, or a recovery: it only needs time
        self.forget_a_dead_postmaster()
        before = self.log.stat().st_size if self.log.exists() else 0
        options = f"-p {access.port} {OPTIONS}"
        pg_ctl = (self.program("pg_ctl"), "-D", "data", "-l", "log", "-s", "-w", "-t", str(max(1, round(patience))))
        started = run(self.place, self.folder, *pg_ctl, "-o", options, "start")
        hopeless = not self.postmaster() and not any(reason in self.log_from(before) for reason in PASSING)
        if started.returncode and hopeless:
            raise EmbeddedError(
                f"PostgreSQL did not start. {started.stderr.strip()}\n{last_lines(self.log)}\nThe whole log: {self.log}"
            )
        return started.returncode == 0

    def port_in_use(self) -> int:
        """The port of a postmaster that is on its feet, whatever the state file says; otherwise 0."""
        postmaster = self.postmaster()
        return postmaster.port if postmaster else 0

    def stop(self, access: Access) -> None:
        """As an orderly shutdown, which disconnects everybody; nothing when it does not run."""
        if not self.postmaster():
            return
        pg_ctl = (self.program("pg_ctl"), "-D", "data", "-m", "fast", "-w", "-t", "60")
        stopped = run(self.place, self.folder, *pg_ctl, "stop")
        if stopped.returncode and self.postmaster():
            raise EmbeddedError(f"PostgreSQL does not stop: {stopped.stderr.strip()}\n{last_lines(self.log)}")

    def postmaster(self) -> Postmaster | None:
        """The living one, if any."""
        try:
            lines = (self.data / "postmaster.pid").read_text().splitlines()
            postmaster = Postmaster(pid=int(lines[0]), port=int(lines[3]))
        except (FileNotFoundError, IndexError, ValueError):
            return None
        return postmaster if lives(postmaster.pid, "postgres", self.data) else None

    def forget_a_dead_postmaster(self) -> None:
        """PostgreSQL believes a stale file whose number some other process, or a zombie, has by now.

        It has a second guard against two servers on one folder, the shared memory block; that one stays.
        """
        (self.data / "postmaster.pid").unlink(missing_ok=True)

    def log_from(self, position: int) -> str:
        if not self.log.exists():
            return ""
        with self.log.open("rb") as log:
            log.seek(position)
            return log.read().decode(errors="replace")

    def program(self, name: str) -> Path:
        return postgres_programs(self.place) / name


def set_password(access: Access) -> str:
    return f"ALTER ROLE okno PASSWORD '{access.password}'"


def takes_connections(port: int) -> bool:
    body = struct.pack("!i", 196_608) + b"user\0okno\0database\0okno\0\0"
    with suppress(OSError), socket.create_connection((LOOPBACK, port), timeout=2) as connection:
        connection.sendall(struct.pack("!i", len(body) + 4) + body)
        return connection.recv(4096)[:1] == ACCEPTS_CONNECTIONS  # all of it, or closing would be an error in the log
    return False
