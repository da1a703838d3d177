"""The address the web process listens on, from HOST and PORT."""

import errno
import socket
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


def require_free(host: str, port: int) -> None:
    """Raise AddressError, naming the port and the cure, when the web process could not listen there."""
    try:
        listen(host, port)
    except PermissionError as error:
        raise AddressError(f"Only root may use port {port}. {cure(host, max(port, 8000))}") from error
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise AddressError(f"Port {port} is busy: another program listens on it. Stop that, or: {cure(host, port)}") from error
        raise AddressError(f"HOST={host} is not an address of this machine; without HOST it is {DEFAULT_HOST}.") from error


def cure(host: str, port: int) -> str:
    """The command for the next port that is free."""
    for candidate in range(port + 1, 65_536):
        try:
            listen(host, candidate)
        except OSError:
            continue
        return f"PORT={candidate} make run"
    return "choose another with PORT=… make run"


def listen(host: str, port: int) -> None:
    """Listen for a moment, as the web process would."""
    family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    with socket.create_server(address[:2], family=family):
        pass
