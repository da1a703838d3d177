"""The cases are td's own (test/message_entities.cpp), so the stand-in is as strict as the real one."""

import pytest

from tests.standins.telegram.markup import parse_html
from tests.standins.telegram.refusals import Refused
from tests.standins.telegram.texts import trimmed

BALL = "🏟 🏟&lt;"


def entity(kind, offset, length, **more):
    return {"type": kind, "offset": offset, "length": length, **more}


@pytest.mark.parametrize(
    ("html", "words"),
    [
        ("&#57311;", "Text contains invalid Unicode characters after decoding HTML entities, check for unmatched"),
        (f"{BALL}<abacaba", "Unclosed start tag at byte offset 13"),
        (f"{BALL}<abac aba>", 'Unsupported start tag "abac" at byte offset 13'),
        (f"{BALL}<i   =aba>", 'Empty attribute name in the tag "i" at byte offset 13'),
        (f"{BALL}<i    aba>", 'Can\'t find end tag corresponding to start tag "i"'),
        (f"{BALL}<i    aba  =  ", 'Unclosed start tag "i" at byte offset 13'),
        (f"{BALL}<i    aba  =  190azAz-.,", "Unexpected end of name token at byte offset 27"),
        (f'{BALL}<i    aba  =  "&lt;&gt;&quot;>', "Unclosed start tag at byte offset 13"),
        (f"{BALL}</", "Unexpected end tag at byte offset 13"),
        (f"{BALL}<b></b></", "Unexpected end tag at byte offset 20"),
        (f"{BALL}<i>a</i   ", "Unclosed end tag at byte offset 17"),
        (f"{BALL}<i>a</em   >", 'Unmatched end tag at byte offset 17, expected "</i>", found "</em>"'),
        ("да<br>", 'Unsupported start tag "br" at byte offset 4'),
        ("<p>a</p>", 'Unsupported start tag "p" at byte offset 0'),
        ("<b/>", 'Unsupported start tag "b/" at byte offset 0'),
        ("<Ж>", 'Unsupported start tag "Ж" at byte offset 0'),
        ("a < b", 'Unsupported start tag "" at byte offset 2'),
        ("<b>a", 'Can\'t find end tag corresponding to start tag "b"'),
        ("<span>a</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
        ('<tg-emoji emoji-id="x">👍</tg-emoji>', "Invalid custom emoji identifier specified"),
        ('<tg-time unix="soon">a</tg-time>', "Invalid Unix time specified"),
        ('<tg-time unix="1790000000" format="x">a</tg-time>', "Invalid date-time format specified"),
    ],
)
def test_html_is_refused_in_the_words_of_the_server(html, words):
    with pytest.raises(Refused) as refused:
        parse_html(html)

    assert refused.value.code == 400
    assert refused.value.description.startswith(f"Bad Request: can't parse entities: {words}")


@pytest.mark.parametrize(
    ("html", "text", "entities"),
    [
        ("&ge;&lt;&gt;&amp;&quot;&laquo;&#12345678;", '&ge;<>&"&laquo;&#12345678;', []),
        ("&nbsp;&#8470;&#x2116; a & b", "&nbsp;№№ a & b", []),
        ("🏟 🏟<i>🏟 &lt🏟</i>", "🏟 🏟🏟 <🏟", [entity("italic", 5, 6)]),
        ("<B>a</b><STRONG>b</>", "ab", [entity("bold", 0, 1), entity("bold", 1, 1)]),
        (
            "🏟 🏟<i>🏟 &gt;<b aba   =   caba>&lt🏟</b></i>",
            "🏟 🏟🏟 ><🏟",
            [entity("italic", 5, 7), entity("bold", 9, 3)],
        ),
        (f"{BALL}<b></b>", "🏟 🏟<", []),
        ("<u>a</u><ins>b</ins>", "ab", [entity("underline", 0, 1), entity("underline", 1, 1)]),
        ("<s>a</s><del>b</del>", "ab", [entity("strikethrough", 0, 1), entity("strikethrough", 1, 1)]),
        ('<span class = "tg-spoiler">a</span>', "a", [entity("spoiler", 0, 1)]),
        ("<a href=telegram.org>a</a>", "a", [entity("text_link", 0, 1, url="http://telegram.org/")]),
        ('<a href="https://a.b/?c&amp;d">a</a>', "a", [entity("text_link", 0, 1, url="https://a.b/?c&d")]),
        ("<a>telegram.org </a>", "telegram.org ", []),
        ('<a href="http://localhost:8000">a</a>', "a", []),
        ('<a href="tg://user?id=7">a</a>', "a", [entity("text_mention", 0, 1, user={"id": 7})]),
        ('<pre><code class="language-fift">a</></>', "a", [entity("pre", 0, 1, language="fift")]),
        ('<code class="language-fift"><pre>a</></>', "a", [entity("pre", 0, 1, language="fift")]),
        ('<pre><code class="language-fift">a</> </>', "a ", [entity("pre", 0, 2), entity("code", 0, 1)]),
        ("<blockquote   expandable   asd>a</>", "a", [entity("expandable_blockquote", 0, 1)]),
        ('<blockquote   cite="" askdlbas nj12b3>a</>', "a", [entity("blockquote", 0, 1)]),
        ('<tg-emoji emoji-id="12345">👍</tg-emoji>', "👍", [entity("custom_emoji", 0, 2, custom_emoji_id="12345")]),
        (
            '<tg-time unix="1790000000" format="r">a</tg-time>',
            "a",
            [entity("date_time", 0, 1, unix_time=1790000000, date_time_format="r")],
        ),
    ],
)
def test_html_becomes_text_and_entities(html, text, entities):
    assert parse_html(html) == (text, entities)


def test_white_space_around_a_text_goes_and_its_entities_move():
    assert trimmed(*parse_html(" \n<b> 🏟a</b> ")) == ("🏟a", [entity("bold", 0, 3)])
