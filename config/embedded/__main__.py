"""`python -m config.embedded start|stop|status`: the embedded servers without the application."""

import sys

from config.embedded import EmbeddedError, provide, status, stop
from config.embedded.place import Place
from config.embedded.ports import LOOPBACK

USAGE = "usage: python -m config.embedded start|stop|status\n"


def main(arguments: list[str]) -> int:
    """Exit status: 0 when everything runs (after stop: nothing), 1 when not, 2 for a wrong call."""
    match arguments:
        case ["start"]:
            provide({})
        case ["stop"]:
            stop()
        case ["status"]:
            pass
        case _:
            sys.stderr.write(USAGE)
            return 2
    ports = status()
    for name, port in ports.items():
        sys.stdout.write(f"{name:<11}{f'{LOOPBACK}:{port}' if port else 'stopped'}\n")
    sys.stdout.write(f"Data and logs: {Place().folder}\n")
    return 0 if all(ports.values()) or arguments == ["stop"] else 1


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except EmbeddedError as error:
        sys.exit(str(error))
