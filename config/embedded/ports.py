"""Which loopback ports the embedded servers take."""

import socket
import zlib
from collections.abc import Iterator
from pathlib import Path

from config.embedded.words import EmbeddedError, say

LOOPBACK = "127.0.0.1"
PORTS = range(21_000, 22_000)  # below 32768: from there on the kernel gives ports to anybody's outgoing connections


def choose_port(project: Path, server: str, remembered: int) -> int:
    """The remembered port if nobody else has it, otherwise another free one, said in words."""
    if remembered and is_free(remembered):
        return remembered
    for port in candidates(f"{server} {project}"):
        if is_free(port):
            if remembered:
                say(f"Port {remembered} of the embedded {server} is busy: another program has it. Using {port}.")
            return port
    raise EmbeddedError(f"No free port for the embedded {server} between {PORTS.start} and {PORTS.stop - 1}.")


def candidates(seed: str) -> Iterator[int]:
    """Every port of ours once, from a different beginning for each project, so that two seldom meet."""
    first = zlib.crc32(seed.encode(errors="surrogateescape"))
    for step in range(len(PORTS)):
        yield PORTS[(first + step) % len(PORTS)]


def is_free(port: int) -> bool:
    try:
        with socket.create_server((LOOPBACK, port)):
            return True
    except OSError:
        return False
