"""What people typed, made fit for a message."""

import pytest

from notifications.render.text import compact, one_line, shortened, sms, tidy, units

LINK = "https://okno.example.com/v/0123456789012345678901/"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  two\n lines\r\nand\u2028 more\t ", "two lines and more"),
        ("with\u00a0no break", "with no break"),
        ("\u202eturned\u202c \u2066around\u2069\u200f", "turned around"),
        ("\x00\x07\x1b[31mred", "[31mred"),
        ("👨‍👩‍👧 family", "👨‍👩‍👧 family"),
        ("<b>&amp;", "<b>&amp;"),
        ("\n \u200e\n", ""),
    ],
)
def test_one_line(typed, kept):
    assert one_line(typed, 80) == kept


@pytest.mark.parametrize(
    ("longest", "said"),
    [
        (20, "one two three"),
        (13, "one two three"),
        (12, "one two…"),
        (5, "one…"),
        (3, "on…"),
        (1, "…"),
        (0, ""),
        (-5, ""),
    ],
)
def test_shortened_ends_with_a_word(longest, said):
    assert shortened("one two three", longest) == said


def test_shortened_cuts_a_word_that_is_too_long():
    assert shortened("a " + "b" * 50, 30) == "a " + "b" * 27 + "…"


def test_shortened_leaves_no_half_of_an_emoji():
    assert shortened("👨‍👩‍👧‍👦", 3) == "👨…"


def test_tidy_keeps_paragraphs_and_compact_does_not():
    left = "\n  one \n\n \n\n\ttwo   three\u00a0four\n\n"

    assert (tidy(left), compact(left)) == ("one\n\ntwo three\u00a0four", "one\ntwo three\u00a0four")


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Len. Tomorrow at 6:30 pm — Haircut, Anna", "Len. Tomorrow at 6:30 pm - Haircut, Anna"),
        ("Лён. Завтра в 18:30 — Стрижка, Анна", "Лён. Завтра в 18:30 — Стрижка, Анна"),
    ],
)
def test_an_sms_in_latin_letters_costs_half(text, kept):
    assert sms(text, LINK) == f"{kept} {LINK}"


@pytest.mark.parametrize(("word", "room"), [("слово ", 134), ("word ", 306), ("👨‍💼 ", 134), ("a—b ", 306)])
def test_an_sms_is_as_long_as_two_segments(word, room):
    text = sms(word * 200, LINK)

    assert text.endswith(f" {LINK}")
    assert room - 20 <= units(text) <= room


def test_an_sms_never_gives_up_its_link():
    assert sms("anything", LINK * 10) == LINK * 10
