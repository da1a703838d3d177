"""What `make run` tells its processes of the stand-in."""

import secrets
from importlib.util import find_spec

from config.devchat.door import KEY, WEBHOOK, WEBHOOK_HOST
from config.embedded.place import Place
from config.embedded.ports import LOOPBACK, choose_port
from config.embedded.state import Access, new_password, one_at_a_time, remember, remembered

NAME = "telegram-standin"
USERNAME = "okno_demo_bot"
WILDCARDS = {"0.0.0.0": LOOPBACK, "::": "::1"}  # noqa: S104 - to reach whoever listens there


def is_possible() -> bool:
    """Whether the tests, whose stand-in it is, are here."""
    try:
        return find_spec("tests.standins.telegram") is not None
    except ModuleNotFoundError:
        return False


def variables(listens: tuple[str, int], known_as: str) -> dict[str, str]:
    """The environment of a demo with a Telegram of its own; the web process listens there, ``known_as`` is its host.

    Raises EmbeddedError when there is no port.
    """
    access = remembered_access(Place())
    return {
        "TELEGRAM_API_BASE": f"http://{LOOPBACK}:{access.port}",
        "TELEGRAM_BOT_TOKEN": f"42:{secrets.token_hex(16)}",
        "TELEGRAM_BOT_USERNAME": USERNAME,
        "TELEGRAM_WEBHOOK_SECRET": secrets.token_hex(32),
        KEY: access.password,
        WEBHOOK: f"{address_of(*listens)}/tg/webhook",
        WEBHOOK_HOST: known_as,
    }


def remembered_access(place: Place) -> Access:
    """The port of the last time, if it is free, or another one."""
    with one_at_a_time(place):
        old = remembered(place, NAME) or Access(0, new_password())
        access = Access(choose_port(place.project, NAME, old.port), old.password)
        remember(place, NAME, access)
    return access


def address_of(host: str, port: int) -> str:
    name = WILDCARDS.get(host, host)
    return f"http://[{name}]:{port}" if ":" in name else f"http://{name}:{port}"
