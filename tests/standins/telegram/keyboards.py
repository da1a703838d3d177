"""Which keyboards Telegram takes: buttons counted, their data in bytes, their links opened (T2)."""

import json
from typing import Any

from tests.standins.telegram.links import BadLinkError, can_be_opened, checked_link, is_local
from tests.standins.telegram.records import Json
from tests.standins.telegram.refusals import Refused, bad_request
from tests.standins.telegram.wire import Params

MOST_BUTTONS = 100
WIDEST_ROW = 8
LONGEST_DATA = 64
LONGEST_COPY = 256
LONGEST_PLACEHOLDER = 64
STYLES = {"danger", "success", "primary"}
ACTIONS = (
    "callback_data url web_app copy_text login_url switch_inline_query switch_inline_query_current_chat"
    " switch_inline_query_chosen_chat callback_game pay"
).split()
MAY_BE_EMPTY = {"switch_inline_query", "switch_inline_query_current_chat", "callback_game"}
REQUESTS = "request_contact request_location request_users request_chat request_poll web_app".split()
NOT_JSON = "can't parse reply keyboard markup JSON object"
TOO_LONG = "reply markup is too long"


def read_keyboard(params: Params, *, inline_only: bool = False, local_links: bool = False) -> Json | None:
    """The checked ``reply_markup`` of a call, None when there is none."""
    markup = params.json("reply_markup", NOT_JSON)
    if markup is None:
        return None
    if not isinstance(markup, dict):
        raise bad_request("object expected as reply markup")
    if "inline_keyboard" in markup:
        return read_inline(markup, local_links)
    if inline_only:
        raise bad_request("inline keyboard expected")
    if "keyboard" in markup:
        check_reply_keyboard(markup, local_links)
    elif "force_reply" in markup:
        check_placeholder(markup)
    return markup


def read_inline(markup: Json, local_links: bool) -> Json | None:
    rows = [row for row in rows_of(markup, "inline_keyboard") if row]
    for button in (button for row in rows for button in row):
        check_inline_button(button, local_links)
    return {"inline_keyboard": rows} if rows else None


def rows_of(markup: Json, name: str) -> list[list[Any]]:
    rows = markup[name]
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise bad_request(f'field "{name}" must be an Array of Arrays')  # ours
    # That a wide row is refused is ours too: the limit is PTB's constant, Telegram documents none.
    if sum(len(row) for row in rows) > MOST_BUTTONS or any(len(row) > WIDEST_ROW for row in rows):
        raise bad_request(TOO_LONG)
    return rows


def not_a_button(words: str) -> Refused:
    return bad_request(f"can't parse inline keyboard button: {words}")


def check_inline_button(button: Any, local_links: bool) -> None:
    """Refuse what is no inline button, or one that does not do exactly one thing."""
    if not isinstance(button, dict):
        raise not_a_button("InlineKeyboardButton must be an Object")  # ours
    check_text(button)
    actions = [name for name in ACTIONS if button.get(name) or (name in button and name in MAY_BE_EMPTY)]
    if not actions:
        raise not_a_button("Text buttons are unallowed in the inline keyboard")
    if len(actions) > 1:
        # The real server quietly takes the first of them, so one of the two would be lost without a word.
        raise not_a_button("exactly one of the optional fields must be used")  # ours
    if button.get("style", "primary") not in STYLES:
        raise not_a_button("invalid button style specified")  # ours
    check_action(button, actions[0], local_links)


def check_text(button: Json) -> None:
    if "text" not in button:
        raise not_a_button('Can\'t find field "text"')
    if not isinstance(button["text"], str):
        raise not_a_button('Field "text" must be of type String')
    if not button["text"].strip():
        raise bad_request("BUTTON_TEXT_INVALID")


def check_action(button: Json, action: str, local_links: bool) -> None:
    value = button[action]
    if action == "callback_data":
        if not isinstance(value, str) or len(value.encode()) > LONGEST_DATA:
            raise bad_request("BUTTON_DATA_INVALID")
    elif action == "url":
        check_link(value, "inline keyboard button", local_links=local_links)
    elif action == "web_app":
        check_link(address_in(value), "inline keyboard button Web App", https_only=True, local_links=local_links)
    elif action == "login_url":
        check_link(address_in(value), "inline keyboard button login", https_only=True, local_links=local_links)
    elif action == "copy_text":
        text = value.get("text", "") if isinstance(value, dict) else ""
        if not isinstance(text, str) or not 1 <= len(text) <= LONGEST_COPY:
            raise bad_request("BUTTON_COPY_TEXT_INVALID")


def address_in(value: Any) -> str:
    return str(value.get("url", "")) if isinstance(value, dict) else ""


def check_link(link: Any, owner: str, *, https_only: bool = False, local_links: bool = False) -> None:
    """Refuse a link that Telegram would not open; ``local_links`` lets a developer's own machine pass."""
    if not isinstance(link, str):
        raise bad_request("BUTTON_URL_INVALID")
    if local_links and is_local(link):
        return
    try:
        checked_link(link, https_only=https_only)
    except BadLinkError as reason:
        raise bad_request(f"{owner} URL '{link}' is invalid: {reason}") from None
    if not can_be_opened(link):
        raise bad_request("BUTTON_URL_INVALID")


def check_reply_keyboard(markup: Json, local_links: bool) -> None:
    for button in (button for row in rows_of(markup, "keyboard") for button in row):
        check_reply_button({"text": button} if isinstance(button, str) else button, local_links)
    check_placeholder(markup)


def check_reply_button(button: Any, local_links: bool) -> None:
    if not isinstance(button, dict) or not isinstance(button.get("text"), str) or not button["text"].strip():
        raise bad_request('can\'t parse keyboard button: Field "text" must be of type String')
    if sum(bool(button.get(name)) for name in REQUESTS) > 1:
        raise bad_request("can't parse keyboard button: exactly one of the optional fields must be used")  # ours
    if "web_app" in button:
        check_link(address_in(button["web_app"]), "keyboard button Web App", https_only=True, local_links=local_links)


def check_placeholder(markup: Json) -> None:
    if "input_field_placeholder" in markup and not 1 <= len(markup["input_field_placeholder"]) <= LONGEST_PLACEHOLDER:
        raise bad_request("INPUT_FIELD_PLACEHOLDER_INVALID")  # ours


def same(one: Any, other: Any) -> bool:
    """Whether two keyboards or contents are the same to a reader."""
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)
