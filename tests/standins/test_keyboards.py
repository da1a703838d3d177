import json

import pytest

from tests.standins.telegram.keyboards import read_keyboard
from tests.standins.telegram.refusals import Refused
from tests.standins.telegram.wire import Params


def read(markup, **manner):
    return read_keyboard(Params({"reply_markup": markup if isinstance(markup, str) else json.dumps(markup)}), **manner)


def one(**button):
    return {"inline_keyboard": [[{"text": "a", **button}]]}


NOT_A_BUTTON = "can't parse inline keyboard button: "


@pytest.mark.parametrize(
    ("markup", "words"),
    [
        ("{", "can't parse reply keyboard markup JSON object"),
        ([], "object expected as reply markup"),
        (one(callback_data="я" * 33), "BUTTON_DATA_INVALID"),
        (one(callback_data="a" * 65), "BUTTON_DATA_INVALID"),
        (one(callback_data=""), NOT_A_BUTTON + "Text buttons are unallowed in the inline keyboard"),
        (one(), NOT_A_BUTTON + "Text buttons are unallowed in the inline keyboard"),
        (one(callback_data="a", url="https://a.by"), NOT_A_BUTTON + "exactly one of the optional fields must be used"),
        (one(callback_data="a", style="red"), NOT_A_BUTTON + "invalid button style specified"),
        (one(url="https://a.by/ b"), "BUTTON_URL_INVALID"),
        (one(url="https://a..by"), "BUTTON_URL_INVALID"),
        (one(url="ftp://a.by"), "inline keyboard button URL 'ftp://a.by' is invalid: Unsupported URL protocol"),
        (one(url="http://localhost:80"), "inline keyboard button URL 'http://localhost:80' is invalid: Wrong HTTP URL"),
        (one(url="tel:+7999"), "inline keyboard button URL 'tel:+7999' is invalid: Wrong port number specified"),
        (
            one(web_app={"url": "http://a.by"}),
            "inline keyboard button Web App URL 'http://a.by' is invalid: Only HTTPS links are allowed",
        ),
        (one(copy_text={"text": "a" * 257}), "BUTTON_COPY_TEXT_INVALID"),
        ({"inline_keyboard": [[{"callback_data": "a"}]]}, NOT_A_BUTTON + 'Can\'t find field "text"'),
        ({"inline_keyboard": [[{"text": " ", "callback_data": "a"}]]}, "BUTTON_TEXT_INVALID"),
        ({"inline_keyboard": [[{"text": "a", "callback_data": "a"}]] * 101}, "reply markup is too long"),
        ({"inline_keyboard": [[{"text": "a", "callback_data": "a"}] * 9]}, "reply markup is too long"),
        ({"inline_keyboard": [{"text": "a"}]}, 'field "inline_keyboard" must be an Array of Arrays'),
        ({"keyboard": [[{"request_contact": True}]]}, "can't parse keyboard button: "),
        ({"keyboard": [["a"]], "input_field_placeholder": "a" * 65}, "INPUT_FIELD_PLACEHOLDER_INVALID"),
    ],
)
def test_keyboard_is_refused(markup, words):
    with pytest.raises(Refused) as refused:
        read(markup)

    assert refused.value.code == 400
    assert refused.value.description.startswith(f"Bad Request: {words}")


@pytest.mark.parametrize(
    "markup",
    [
        one(callback_data="я" * 32),
        one(callback_data="a", style="danger"),
        one(url="https://a.by/v/1?a=b#c"),
        one(url="tg://resolve?domain=okno"),
        one(web_app={"url": "https://a.by"}),
        one(copy_text={"text": "a" * 256}),
        one(switch_inline_query=""),
        {"inline_keyboard": [[{"text": "a", "callback_data": "a"}] * 8] * 12},
        {"keyboard": [["a", {"text": "b", "request_contact": True}]], "input_field_placeholder": "a" * 64},
        {"remove_keyboard": True},
        {"force_reply": True},
    ],
)
def test_keyboard_is_taken_as_it_is(markup):
    assert read(markup) == markup


def test_keyboard_without_buttons_is_none():
    assert read({"inline_keyboard": [[]]}) is None


def test_edit_takes_inline_keyboards_only():
    with pytest.raises(Refused, match="inline keyboard expected"):
        read({"keyboard": [["a"]]}, inline_only=True)


@pytest.mark.parametrize("markup", [one(url="http://localhost:8000/"), one(web_app={"url": "http://127.0.0.1:8000/"})])
def test_links_to_the_own_machine_pass_for_a_developer(markup):
    assert read(markup, local_links=True) == markup
