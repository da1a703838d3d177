"""Make a text short enough for where it goes, without breaking what people see as one character: pure."""

import unicodedata
from collections.abc import Callable
from itertools import takewhile

ELLIPSIS = "…"
JOINER = "\u200d"
REGIONAL = range(0x1F1E6, 0x1F200)
"""Two of these letters are one flag."""
SKIN_TONES = range(0x1F3FB, 0x1F400)


def shortened(text: str, fits: Callable[[str], bool], mark: str = ELLIPSIS) -> str:
    """``text`` if it fits, else as much of its beginning as fits together with ``mark``."""
    if fits(text):
        return text
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if fits(text[:middle] + mark) else (low, middle - 1)
    return text[: whole(text, low)].rstrip() + mark


def whole(text: str, end: int) -> int:
    """The last place up to ``end`` at which a character ends, as people see one."""
    while 0 < end < len(text) and is_inside(text, end):
        end -= 1
    return end


def is_inside(text: str, place: int) -> bool:
    """Whether ``place`` lies within an accented letter, a joined or coloured emoji, or a flag."""
    before, after = text[place - 1], text[place]
    if before == JOINER or after == JOINER:
        return True
    if unicodedata.category(after).startswith("M") or ord(after) in SKIN_TONES:
        return True
    flag_letters = takewhile(lambda letter: ord(letter) in REGIONAL, reversed(text[:place]))
    return ord(after) in REGIONAL and len(list(flag_letters)) % 2 == 1
