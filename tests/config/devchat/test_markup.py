"""What a message looks like in the browser: Telegram's markup, and nothing else of what anybody typed."""

import pytest

from config.devchat.markup import rendered
from tests.standins.telegram.markup import parse_html

LINK = '<a href="{0}" target="_blank" rel="noopener noreferrer">{1}</a>'
COMMAND = '<button class="command" type="submit" form="say" name="text" value="{0}">{0}</button>'


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("<b>Лён</b> &amp; <i>co</i>", "<b>Лён</b> &amp; <i>co</i>"),
        ("💇 <b>Стрижка</b> 💇 <u>60</u>", "💇 <b>Стрижка</b> 💇 <u>60</u>"),
        ("<b>one <i>two</i></b> <s>three</s>", "<b>one <i>two</i></b> <s>three</s>"),
        ("a\n<blockquote>b\nc</blockquote>\nd", "a<blockquote>b\nc</blockquote>d"),
        ("<blockquote expandable><b>b</b></blockquote>", "<blockquote><b>b</b></blockquote>"),
        ("<pre>x = 1</pre>", "<pre>x = 1</pre>"),
        ("<tg-spoiler>Mary</tg-spoiler>", '<span class="spoiler" tabindex="0">Mary</span>'),
        ('<a href="https://a.example/?b=1&amp;c">go</a>', LINK.format("https://a.example/?b=1&amp;c", "go")),
        ("see https://a.example/b.", f"see {LINK.format('https://a.example/b', 'https://a.example/b')}."),
        ("/help or /day", f"{COMMAND.format('/help')} or {COMMAND.format('/day')}"),
        ("1/2, a/b and <code>/help</code>", "1/2, a/b and <code>/help</code>"),
        ('<tg-time unix="1">at one</tg-time>', "at one"),
    ],
)
def test_telegrams_html_becomes_ours(written, shown):
    assert rendered(*parse_html(written)) == shown


@pytest.mark.parametrize(
    "typed", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "&lt;b&gt;", "</div>'"]
)
def test_what_somebody_typed_stays_text(typed):
    inside = {"type": "bold", "offset": 0, "length": len(typed)}

    assert "<" not in rendered(typed, [])
    assert rendered(typed, [inside]).count("<") == len(["<b>", "</b>"])


@pytest.mark.parametrize("address", ["javascript:alert(1)", "data:text/html,x", 'https://a.example/"onclick="x', ""])
def test_a_link_leads_to_the_web_or_is_text(address):
    shown = rendered("go", [{"type": "text_link", "offset": 0, "length": 2, "url": address}])

    assert shown == (LINK.format("https://a.example/&quot;onclick=&quot;x", "go") if "a.example" in address else "go")


def test_entities_that_overlap_or_go_too_far_are_cut():
    entities = [{"type": "bold", "offset": 0, "length": 3}, {"type": "italic", "offset": 2, "length": 99}]

    assert rendered("abcd", entities) == "<b>ab<i>c</i></b>d"


def test_a_persons_own_command_is_text():
    assert rendered("/start b", [{"type": "bot_command", "offset": 0, "length": 6}], commands=False) == "/start b"
