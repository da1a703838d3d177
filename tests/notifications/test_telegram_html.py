"""Telegram's HTML (facts T2, T3): what the Bot API takes, what it refuses, and how it reads as plain text."""

import pytest

from notifications.telegram_html import plain, problem_in

TAKEN = [
    "",
    "plain text",
    "1 &lt; 2 &amp; 3 &gt; 2, &quot;so&quot;, &#39;",
    "1 > 0 & more",
    "<b>b</b><strong>b</strong><i>i</i><em>i</em><u>u</u><ins>u</ins><s>s</s><strike>s</strike><del>s</del>",
    "<b>bold <i>and italic</i></b>",
    "<B>capitals</b >",
    '<a href="https://example.com/?a=1&amp;b=2">link</a>',
    "<a href='tg://user?id=1'>somebody</a>",
    '<a href="tel:+79991234567">call</a>',
    '<span class="tg-spoiler">hidden</span><tg-spoiler>hidden</tg-spoiler>',
    '<pre><code class="language-python">x = 1</code></pre>',
    "<blockquote expandable>long\nquote</blockquote>",
    '<a href="https://example.com/?q=a>b">a bracket in quotation marks</a>',
]
REFUSED = [
    "1 < 2",
    "<3",
    "the end <",
    "the end <b",
    "the end </b",
    '<a href="https://example.com>no mark at the end</a>',
    "<<b>twice</b>",
    "</>",
    "<b>closed by nothing</>",
    "<b>open",
    "closed</b>",
    "<b><i>crossed</b></i>",
    "<br>",
    "<br/>",
    "<b/>",
    "<p>paragraph</p>",
    "<div>box</div>",
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<!-- comment -->",
    "<!doctype html>",
    "<![CDATA[x]]>",
    "<?php ?>",
    '<b class="x">attribute</b>',
    '<a href="javascript:alert(1)">link</a>',
    '<a href="//example.com">link</a>',
    '<a href="page.html">link</a>',
    '<a href="http://[">link</a>',
    '<a onclick="x" href="https://example.com">link</a>',
    '<span class="big">class</span>',
    "<span>no class</span>",
]


@pytest.mark.parametrize("text", TAKEN)
def test_what_the_bot_api_takes_has_no_problem(text):
    assert str(problem_in(text)) == ""


@pytest.mark.parametrize("text", REFUSED)
def test_what_the_bot_api_refuses_has_one(text):
    assert str(problem_in(text)) != ""


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("2 < 3", "Write &lt; instead of “<” where it is not a tag."),
        ("<P>x</P>", "<p> is not a tag that Telegram knows."),
        ("<b>x", "<b> is not closed."),
        ("x</i>", "</i> closes nothing that is open."),
        ('<b class="x">x</b>', "<b> takes no “class”."),
        ('<a href="example.com">x</a>', "A link begins with https://"),
    ],
)
def test_a_problem_is_said_in_words(text, said):
    assert str(problem_in(text)) == said


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("as it is", "as it is"),
        ("<b>bold</b> and <i>more</i>", "bold and more"),
        ("1 &lt; 2 &amp; &quot;3&quot;", '1 < 2 & "3"'),
        ('see <a href="https://example.com/">our <b>page</b></a>!', "see our page (https://example.com/)!"),
        ('<a href="https://example.com/">https://example.com/</a>', "https://example.com/"),
        ("two\n\nlines", "two\n\nlines"),
        ("1 < 2 & nothing closed", "1 < 2 & nothing closed"),
    ],
)
def test_plain_text_is_what_is_left_without_tags(text, read):
    assert plain(text) == read
