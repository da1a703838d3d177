"""To which push services the server connects: pure (guarantee 25).

An endpoint comes from a browser, that is, from anybody. So the address is taken apart by one strict pattern, which
knows no userinfo, backslash, white space, escape or letter beyond ASCII in the host: what it lets through, every
other parser reads in the same way.
"""

import re
from collections.abc import Iterable
from typing import NamedTuple

KNOWN = frozenset({"fcm.googleapis.com", "updates.push.services.mozilla.com", "web.push.apple.com"})
"""Chrome, Edge and their kin; Firefox; Safari."""
KNOWN_FAMILIES = (".push.services.mozilla.com", ".notify.windows.com", ".push.apple.com")
LONGEST = 1000
"""Characters; what the table keeps."""

LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
HOST = rf"(?P<host>{LABEL}(?:\.{LABEL})*|\[[0-9a-f:.]+\])(?::(?P<port>[0-9]{{1,5}}))?"
ALLOWED_HOST = re.compile(HOST, re.IGNORECASE | re.ASCII)
ADDRESS = re.compile(rf"(?P<scheme>https?)://{HOST}/[!-\[\]-~]*", re.IGNORECASE | re.ASCII)
USUAL_PORTS = {"https": 443, "http": 80}


class Origin(NamedTuple):
    scheme: str
    host: str
    port: int


def origin_of(address: str) -> Origin | None:
    """Where a request to ``address`` would go; None when it is not a plain web address."""
    match = ADDRESS.fullmatch(address)
    if match is None or len(address) > LONGEST:
        return None
    scheme = match["scheme"].lower()
    return Origin(scheme, match["host"].lower(), int(match["port"] or USUAL_PORTS[scheme]))


def is_allowed(address: str, more: Iterable[str] = ()) -> bool:
    """Whether ``address`` belongs to a push service; ``more`` are hosts, each with or without a port, of our own choice
    (PUSH_ALLOWED_HOSTS), which alone may be plain http or this machine."""
    origin = origin_of(address)
    if origin is None:
        return False
    return is_known(origin) or any(is_named(origin, name) for name in more)


def is_known(origin: Origin) -> bool:
    belongs = origin.host in KNOWN or origin.host.endswith(KNOWN_FAMILIES)
    return belongs and (origin.scheme, origin.port) == ("https", USUAL_PORTS["https"])


def is_host(name: str) -> bool:
    """Whether ``name`` is one of our own choice in the right form."""
    return ALLOWED_HOST.fullmatch(name.strip()) is not None


def is_named(origin: Origin, name: str) -> bool:
    match = ALLOWED_HOST.fullmatch(name.strip())
    if match is None:
        return False
    port = int(match["port"] or USUAL_PORTS[origin.scheme])
    return (origin.host, origin.port) == (match["host"].lower(), port)
