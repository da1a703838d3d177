"""What people see as one character stays one."""

import pytest

from notifications.shorten import shortened

WHOLE = ["a", "я", "и\u0306", "😀", "👩‍👧‍👦", "👍🏽", "🇷🇺", "❤️", "❤️‍🔥", "e\u0301\u0323"]


@pytest.mark.parametrize("character", WHOLE, ids=ascii)
@pytest.mark.parametrize("room", range(30))
def test_shortened_never_breaks_a_character(character, room):
    text = character * 20

    cut = shortened(text, lambda part: len(part) <= room)

    kept = cut.removesuffix("…")
    assert kept == character * (len(kept) // len(character))
    assert len(cut) <= max(room, 1) or cut == text


def test_shortened_leaves_alone_what_fits():
    assert shortened("a" * 10, lambda text: len(text) <= 10) == "a" * 10


def test_shortened_keeps_as_much_as_fits_with_its_mark():
    assert shortened("a" * 11, lambda text: len(text) <= 10) == "a" * 9 + "…"
    assert shortened("a" * 11, lambda text: len(text) <= 10, "...") == "a" * 7 + "..."


def test_shortened_leaves_no_space_before_its_mark():
    assert shortened("one two three", lambda text: len(text) <= 9) == "one two…"


def test_shortened_is_only_the_mark_where_nothing_fits():
    assert shortened("text", lambda text: False) == "…"
