"""What goes to Telegram, checked by a stand-in that refuses what Telegram refuses."""

import os
import threading
import warnings
from collections.abc import Callable

import pytest

from notifications.errors import AddressGone, TryLater, Unacceptable
from notifications.values import Attachment, Button
from telegram_bot.carrier import TelegramCarrier
from telegram_bot.drafts import is_public
from telegram_bot.wire import WIRE
from tests.standins.telegram.answers import error
from tests.telegram_bot.chats import ANNA, tell

EDIT, HIDE = Button("✏️ Edit", callback="bkn:edit:123"), Button("🙈 Hide", callback="bkn:hide:123")
PAGE = Button("Open", url="https://okno.example.com/v/abc/")


@pytest.mark.parametrize(
    ("token", "is_one"),
    [
        ("42:TEST", True),
        ("110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw", True),
        ("", False),
        ("AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw", False),
        ("bot110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw", False),
        ("110201543:AAHdq TcvCH1", False),
        ("110201543:", False),
        ("your token", False),
    ],
)
def test_channel_is_open_when_there_is_a_token(settings, token, is_one):
    settings.TELEGRAM_BOT_TOKEN = token

    assert TelegramCarrier().is_configured() is is_one


def test_message_arrives_with_its_markup_and_buttons(telegram):
    sent = tell(text="<b>New</b> &amp; shiny", buttons=((EDIT, HIDE), (PAGE,)), is_silent=True)

    [arrived] = telegram.messages(ANNA)
    assert str(arrived.message_id) == sent
    assert arrived.content == {
        "text": "New & shiny",
        "entities": [{"type": "bold", "offset": 0, "length": 3}],
        "link_preview_options": {"is_disabled": True},
    }
    assert arrived.silent
    assert arrived.rows == [
        [{"text": EDIT.text, "callback_data": EDIT.callback}, {"text": HIDE.text, "callback_data": HIDE.callback}],
        [{"text": PAGE.text, "url": PAGE.url}],
    ]


def test_nothing_but_the_message_is_asked_of_telegram(telegram):
    tell(attachments=(Attachment("visit.ics", b"BEGIN:VCALENDAR", "text/calendar"),))

    [call] = telegram.calls
    assert (call.method, call.params) == (
        "sendMessage",
        {
            "chat_id": str(ANNA),
            "text": "Hello",
            "parse_mode": "HTML",
            "link_preview_options": '{"is_disabled": true}',
            "disable_notification": "false",
        },
    )


@pytest.mark.parametrize(
    "link",
    [
        "http://localhost:8000/v/abc/",
        "http://127.0.0.1/",
        "http://[::1]/",
        "http://192.168.0.5:8000/",
        "https://okno/",
        "https://okno.local/",
        "ftp://example.com/",
        "javascript:alert(1)",
        "https://exam ple.com/",
        "https://example.com:0/",
        "https://example.com:99999/",
        "http://[",
        "//example.com/",
    ],
)
def test_link_that_telegram_would_not_take_is_left_out(telegram, link):
    tell(buttons=((Button("Open", url=link), EDIT), (Button("Open", url=link),)))

    [arrived] = telegram.messages(ANNA)
    assert arrived.rows == [[{"text": EDIT.text, "callback_data": EDIT.callback}]]


@pytest.mark.parametrize("link", ["https://example.com/a?b=c#d", "http://окно.рф/", "https://8.8.8.8/", PAGE.url])
def test_link_to_a_public_page_is_kept(telegram, link):
    tell(buttons=((Button("Open", url=link),),))

    [arrived] = telegram.messages(ANNA)
    assert is_public(link)
    assert [button["text"] for button in arrived.buttons] == ["Open"]


def test_message_with_no_other_button_than_a_left_out_one_has_no_keyboard(telegram):
    tell(buttons=((Button("Open", url="http://localhost/"),),))

    [call] = telegram.calls
    assert "reply_markup" not in call.params


@pytest.mark.parametrize(
    ("text", "arrives"),
    [
        ("я" * 4096, "я" * 4096),
        ("<b>" + "😀" * 4096 + "</b>", "😀" * 4096),
        ("&lt;" * 4096, "<" * 4096),
        ("я" * 4097, "я" * 4095 + "…"),
        ("<b>" + "😀" * 5000 + "</b>", "😀" * 4095 + "…"),
        ("<i>a</i>" * 4097, "a" * 4095 + "…"),
        ("<b>a</b>" * 4096, "a" * 4096),
        ("<b>ж</b>" * 4000, "ж" * 4000),
    ],
    ids=["full", "emoji", "entities", "long", "long emoji", "long with tags", "32 KB", "36 KB of tags"],
)
def test_text_that_is_too_long_is_cut(telegram, text, arrives):
    tell(text=text)

    [arrived] = telegram.messages(ANNA)
    assert arrived.text == arrives
    assert len(telegram.calls) == 1


def test_text_that_is_no_html_goes_once_as_plain_text(telegram):
    sent = tell(text='<b>Anna</i> <a href="https://example.com/v/secret/">your visit</a>', buttons=((EDIT,),))

    [arrived] = telegram.messages(ANNA)
    assert str(arrived.message_id) == sent
    assert arrived.text == "Anna your visit (https://example.com/v/secret/)"
    assert [button["text"] for button in arrived.buttons] == [EDIT.text]
    assert [call.params.get("parse_mode") for call in telegram.calls] == ["HTML", None]
    assert telegram.peak_in_any_second(chat_id=ANNA) == 1


def test_text_that_is_refused_as_plain_text_too_is_refused(telegram):
    cannot = error(400, 'Bad Request: can\'t parse entities: Unsupported start tag "x" at byte offset 0')
    telegram.answer_next("sendMessage", cannot, cannot)

    with pytest.raises(Unacceptable) as refusal:
        tell(text="<b>a</b>")

    assert refusal.value.reason == "Can't parse entities: unsupported start tag … at byte offset 0"
    assert len(telegram.calls) == 2


def test_message_goes_without_links_when_telegram_takes_none_of_them(telegram):
    telegram.answer_next("sendMessage", error(400, "Bad Request: BUTTON_URL_INVALID"))

    tell(buttons=((EDIT, PAGE), (PAGE,)))

    [arrived] = telegram.messages(ANNA)
    assert [button["text"] for button in arrived.buttons] == [EDIT.text]


def test_group_that_has_moved_is_followed(telegram):
    telegram.add_user(-1001)
    telegram.answer_next("sendMessage", error(400, "Bad Request: group chat was upgraded", migrate_to_chat_id=-1001))

    tell(-5)

    assert [arrived.text for arrived in telegram.messages(-1001)] == ["Hello"]


@pytest.mark.parametrize("target", ["", "anna", "1; DROP", "99999999999999999999", "@nobody"])
def test_target_that_is_no_chat_is_gone(telegram, target):
    with pytest.raises(AddressGone):
        tell(target)


def test_refusal_never_names_a_link(telegram):
    telegram.answer_next(
        "sendMessage",
        *[error(400, "Bad Request: inline keyboard button URL 'https://a.b/v/secret/' is invalid: Wrong")] * 2,
    )

    with pytest.raises(Unacceptable) as refusal:
        tell(buttons=((PAGE,),))

    assert refusal.value.reason == "Inline keyboard button url … is invalid: wrong"


# --- the wire --------------------------------------------------------------------------------------------------------


def test_connection_is_kept_for_the_next_message(telegram):
    for number in (8, 9, 10):
        telegram.add_user(number)
        tell(number)

    assert len(telegram.server.connections) == 1


def done_by_a_child(deed: Callable[[], object]) -> bool:
    """Whether a fork of this process could do it; it has our threads' locks but none of our threads."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of Python 3.12 and later: there are threads
        child = os.fork()
    if child == 0:
        status = 1
        try:
            deed()
            status = 0
        finally:
            os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_child_of_a_process_that_has_written_writes_too(telegram):
    telegram.add_user(8)
    tell()

    assert done_by_a_child(lambda: tell(8))
    assert len(telegram.messages(8)) == 1


def test_control_of_the_fork_a_loop_that_is_not_made_anew_never_answers(telegram, monkeypatch):
    monkeypatch.setattr("telegram_bot.wire.HUNG", 0.2)
    telegram.add_user(8)
    tell()
    before = dict(vars(WIRE))

    def tell_by_the_old_loop() -> None:
        vars(WIRE).update(before)
        tell(8)

    assert not done_by_a_child(tell_by_the_old_loop)
    assert telegram.messages(8) == []


def test_another_bot_is_taken_when_the_settings_change(telegram, settings):
    tell()
    settings.TELEGRAM_BOT_TOKEN = "43:OTHER"

    with pytest.raises(TryLater, match="TELEGRAM_BOT_TOKEN"):
        tell(8)


def test_loop_ends_with_its_connections(telegram):
    tell()

    WIRE.stop()

    assert [thread.name for thread in threading.enumerate() if thread.name == "telegram"] == []
