"""Text that people typed, made fit for a message; pure."""

import re
import unicodedata

DIRECTION_MARKS = dict.fromkeys(map(ord, "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"))
"""They turn the text that follows around, up to the end of the message."""
JOINERS = "\u200d\ufe0f"
"""What an emoji is put together with: at the end of a text they join nothing."""
ELLIPSIS = "…"
A_WORD = 15
"""Letters that are given up rather than a word be cut."""

GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
"""The alphabet of an SMS that takes seven bits a letter (3GPP TS 23.038); without those that take two."""
IN_GSM = str.maketrans({"—": "-", "–": "-", "·": "-", "→": ">", "№": "#", "“": '"', "”": '"', "’": "'", ELLIPSIS: "."})
SMS_LETTERS, SMS_LETTERS_IN_GSM = 2 * 67, 2 * 153
"""Of two segments (3GPP TS 23.040): in UTF-16, and in the alphabet above."""


def one_line(text: str, longest: int) -> str:
    """``text`` without line breaks, control characters and marks of direction; of ``longest`` letters at most."""
    kept = (sign for sign in text.translate(DIRECTION_MARKS) if sign.isspace() or unicodedata.category(sign) != "Cc")
    return shortened(" ".join("".join(kept).split()), longest)


def shortened(text: str, longest: int) -> str:
    """Of ``longest`` letters at most: it ends with a word, unless its last word is a long one."""
    if len(text) <= longest:
        return text
    words, _, rest = text[:longest].rpartition(" ")
    kept = words if words and len(rest) < A_WORD else text[: longest - 1]
    return kept.rstrip(f" ,.:;·—-{JOINERS}") + ELLIPSIS if longest > 0 else ""


def tidy(text: str) -> str:
    """What a template left: no space at either end of a line, no two in a row, no two empty lines in a row."""
    lines = [re.sub(r"[ \t]+", " ", line).strip() for line in text.splitlines()]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def compact(text: str) -> str:
    """``tidy``, without any empty line."""
    return re.sub(r"\n+", "\n", tidy(text))


def sms(text: str, link: str) -> str:
    """``text`` and ``link`` in one line that takes two segments at most: the text gives way."""
    plain = text.translate(IN_GSM)
    is_gsm = GSM.issuperset(plain + link)
    line, room = (plain, SMS_LETTERS_IN_GSM) if is_gsm else (text, SMS_LETTERS)
    room -= units(link) + 1
    while line and units(line) > room:
        line = shortened(line, len(line) - 1)
    return f"{line.translate(IN_GSM) if is_gsm else line} {link}".strip()


def units(text: str) -> int:
    """How much room it takes in UTF-16; letters of the seven-bit alphabet take one each, too."""
    return len(text.encode("utf-16-le")) // 2
