#!/usr/bin/env python
"""Django's commands; with nothing configured they find a PostgreSQL and a Redis all the same."""

import os
import sys
from pathlib import Path

from config.environment import read_environment

BASE_DIR = Path(__file__).resolve().parent
NEED_NO_SERVERS = {"collectstatic", "findstatic", "help", "makemessages", "version", "--help", "--version"}


def main() -> None:
    """Run one command; in a demo (DEBUG on) after making sure of the servers that the environment does not name."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    command = sys.argv[1] if len(sys.argv) > 1 else "help"
    if read_environment(BASE_DIR).bool("DEBUG"):
        prepare_demo(command)
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


def prepare_demo(command: str) -> None:
    from config.address import AddressError, require_free, web_address
    from config.embedded import EmbeddedError, provide

    try:
        if command == "run":
            require_free(*web_address(os.environ))
        if "PORT" in os.environ:
            os.environ.setdefault("PUBLIC_URL", f"http://localhost:{os.environ['PORT']}")
        if command not in NEED_NO_SERVERS:
            provide(os.environ)
    except (AddressError, EmbeddedError) as error:
        sys.exit(str(error))


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
