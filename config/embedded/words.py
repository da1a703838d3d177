"""What the person at the keyboard has to know about the embedded servers, in words."""

import sys


class EmbeddedError(RuntimeError):
    """What happened and the cure; meant to be shown as it is, without a traceback."""


def say(words: str) -> None:
    """Standard error, because standard output may be somebody's data (`manage.py dumpdata`)."""
    sys.stderr.write(f"{words}\n")
