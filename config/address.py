"""The address the web process listens on, from HOST and PORT."""

import errno
import socket
import time
from collections.abc import Mapping

DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = "8000"


class AddressError(Exception):
    """Why the address cannot be used, and the cure in words."""


def web_address(environ: Mapping[str, str]) -> tuple[str, int]:
    """Host and port; raises AddressError when PORT is no port number."""
    given = environ.get("PORT") or DEFAULT_PORT
    if not (given.isascii() and given.isdigit() and 0 < int(given) < 65_536):
        raise AddressError(f"PORT={given} is not a port: take a number from 1 to 65535, for example PORT=8001 make run")
    return environ.get("HOST") or DEFAULT_HOST, int(given)


def require_free(host: str, port: int, patience: float = 2.0) -> None:
    """Raise AddressError, naming the port and the cure, when the web process could not listen there.

    ``patience``, in seconds, is for the web process of a run that was killed a moment ago and is just ending.
    """
    try:
        listen(host, port, patience)
    except PermissionError as error:
        raise AddressError(f"Only root may use port {port}. {cure(host, max(port, 8000))}") from error
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            message = f"Port {port} is busy: another program listens on it. Stop that, or: {cure(host, port)}"
            raise AddressError(message) from error
        message = f"HOST={host} is not an address of this machine; without HOST it is {DEFAULT_HOST}."
        raise AddressError(message) from error


def cure(host: str, port: int) -> str:
    """The command for the next port that is free."""
    for candidate in range(port + 1, 65_536):
        try:
            listen(host, candidate)
        except OSError:
            continue
        return f"PORT={candidate} make run"
    return "choose another with PORT=… make run"


def listen(host: str, port: int, patience: float = 0.0) -> None:
    """Listen for a moment, as the web process would; ask again for ``patience`` seconds while the port is busy."""
    family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    deadline = time.monotonic() + patience
    while True:
        try:
            socket.create_server(address[:2], family=family).close()
        except OSError as error:
            if error.errno != errno.EADDRINUSE or time.monotonic() > deadline:
                raise
            time.sleep(0.1)
        else:
            return
