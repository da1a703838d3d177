"""The embedded Redis: nothing on disk, because nothing in it may be needed."""

import os
import socket
import time
from contextlib import suppress

from config.embedded.place import Place
from config.embedded.ports import LOOPBACK, is_free
from config.embedded.programs import last_lines, lives, redis_program, run
from config.embedded.state import Access
from config.embedded.words import EmbeddedError

# A shell's background job: it outlives us, is nobody's zombie, and its number is known at once.
IN_BACKGROUND = '"$0" "$1" </dev/null >>log 2>&1 & echo $!'

CONFIGURATION = f"""\
bind {LOOPBACK}
port {{access.port}}
requirepass {{access.password}}
pidfile pid
save ""
appendonly no
"""


class Redis:
    name = "Redis"
    variable = "REDIS_URL"

    def __init__(self, place: Place) -> None:
        self.place = place
        self.folder = place.subfolder("redis")
        self.log = self.folder / "log"

    def url(self, access: Access) -> str:
        return f"redis://:{access.password}@{LOOPBACK}:{access.port}/0"

    def answers(self, access: Access) -> bool:
        """Whether our own Redis, and no other program, answers on that port: the password tells."""
        return bool(access.port) and talk(access, "PING") == "+OK\r\n+PONG\r\n"

    def prepare(self, access: Access, password_is_new: bool) -> None:
        """Stop a Redis whose password was lost with the state file: its own configuration still has it."""
        if password_is_new and (lost := self.configured()):
            self.stop(lost)

    def configured(self) -> Access | None:
        """The port and password in the configuration of the last launch."""
        try:
            settings = dict(line.split(" ", 1) for line in (self.folder / "redis.conf").read_text().splitlines())
            return Access(int(settings["port"]), settings["requirepass"])
        except (FileNotFoundError, KeyError, ValueError):
            return None

    def launch(self, access: Access, patience: float) -> bool:
        """One try to start; False when it is worth trying again."""
        self.write_configuration(access)
        started = run(self.place, self.folder, "/bin/sh", "-c", IN_BACKGROUND, redis_program(self.place), "redis.conf")
        pid = int(started.stdout)
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            if self.answers(access):
                return True
            if not lives(pid):
                break
            time.sleep(0.01)
        if is_free(access.port):
            raise EmbeddedError(f"Redis did not start:\n{last_lines(self.log)}\nThe whole log: {self.log}")
        return False  # a quicker program took the port

    def write_configuration(self, access: Access) -> None:
        """In a file, because everybody may read a command line."""
        path = self.folder / "redis.conf"
        path.unlink(missing_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(CONFIGURATION.format(access=access))
        self.place.give_to_the_account(path)

    def port_in_use(self) -> int:
        """The port of a server that runs, if only too slowly to answer; otherwise 0."""
        try:
            pid = int((self.folder / "pid").read_text())
        except (FileNotFoundError, ValueError):
            return 0
        settings = self.configured()
        return settings.port if settings and lives(pid, "redis-server", self.folder) else 0

    def stop(self, access: Access) -> None:
        """Nothing when it does not run."""
        if not self.answers(access):
            return
        talk(access, "SHUTDOWN NOSAVE")
        for _ in range(500):
            if not self.port_in_use():
                return
            time.sleep(0.01)
        raise EmbeddedError(f"Redis does not stop:\n{last_lines(self.log)}")


def talk(access: Access, command: str) -> str:
    """The raw answers to the password and to ``command``; what came until then when it stops answering."""
    answer = b""
    with suppress(OSError), socket.create_connection((LOOPBACK, access.port), timeout=1) as connection:
        connection.sendall(f"AUTH {access.password}\r\n{command}\r\n".encode())
        while answer.count(b"\r\n") < 2 and (received := connection.recv(1024)):
            answer += received
    return answer.decode(errors="replace")
