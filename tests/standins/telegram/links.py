"""Which links Telegram lets a button or a text carry (td's LinkManager::check_link)."""

import re
from typing import NamedTuple
from urllib.parse import urlsplit

HTTP = re.compile(r"(?i)(https?)://")
OTHER_SCHEME = re.compile(r"[^:/?#@\[\]]*://")
HOST = re.compile(r"(?!-)[\w-]+(\.[\w-]+)+\.?|\[[0-9a-fA-F:.]+\]")


class BadLinkError(ValueError):
    """A link that is refused; its words are td's."""


class Parts(NamedTuple):
    """What td's parse_url sees; a link that names no scheme is an http one."""

    scheme: str
    host: str
    port: str


def checked_link(link: str, *, https_only: bool = False) -> str:
    """``link`` as Telegram keeps it; raises BadLinkError with the server's reason."""
    is_deep = re.match(r"(?i)(tg|ton):", link) is not None
    if is_deep and not https_only:
        return link
    parts = parse(link)
    if https_only and parts.scheme != "https":
        raise BadLinkError("Only HTTPS links are allowed")
    if "." not in parts.host and not parts.host.startswith("["):
        raise BadLinkError("Wrong HTTP URL")
    full = link if HTTP.match(link) else f"http://{link}"
    return full if urlsplit(full).path else f"{full}/"


def parse(link: str) -> Parts:
    found = HTTP.match(link)
    if found is None and OTHER_SCHEME.match(link):
        raise BadLinkError("Unsupported URL protocol")
    authority = re.split(r"[/?#]", link[found.end() :] if found else link, maxsplit=1)[0].rpartition("@")[2]
    host, _, port = authority.partition(":") if not authority.startswith("[") else (authority, "", "")
    if not host:
        raise BadLinkError("URL host is empty")
    if re.search(r"\s", host):
        raise BadLinkError("Wrong HTTP URL")
    if port and not (port.isascii() and port.isdigit() and 0 < int(port) <= 65535):
        raise BadLinkError("Wrong port number specified in the URL")
    return Parts(found[1].lower() if found else "http", host, port)


def can_be_opened(link: str) -> bool:
    """Whether the servers behind td take ``link`` too; where they do not, they say BUTTON_URL_INVALID."""
    if re.match(r"(?i)(tg|ton):", link):
        return True
    return HOST.fullmatch(parse(link).host) is not None and not re.search(r"\s", link)


def is_local(link: str) -> bool:
    """Whether ``link`` leads to the developer's own machine, which Telegram itself refuses."""
    return bool(HTTP.match(link)) and (urlsplit(link).hostname or "") in {"localhost", "127.0.0.1", "::1"}
