"""Changes to messages, and their end."""

from tests.standins.telegram.cloud import Cloud
from tests.standins.telegram.keyboards import read_keyboard, same
from tests.standins.telegram.methods.registry import method
from tests.standins.telegram.records import Json, Message
from tests.standins.telegram.refusals import NOT_MODIFIED, bad_request
from tests.standins.telegram.texts import read_caption, read_text
from tests.standins.telegram.wire import Params

DELETABLE_FOR = 48 * 60 * 60
"""Seconds after which a message stays for good."""
MOST_AT_ONCE = 100
STAYS = {"reply_to_message", "has_protected_content"}
"""What no edit changes."""


@method("editMessageText")
def edit_message_text(cloud: Cloud, params: Params) -> Json:
    content = read_text(params)
    keyboard = inline_keyboard(cloud, params)
    message = editable(cloud, params)
    if "text" not in message.content:
        raise bad_request("there is no text in the message to edit")
    return edit(cloud, message, content, keyboard)


@method("editMessageCaption")
def edit_message_caption(cloud: Cloud, params: Params) -> Json:
    caption = read_caption(params)
    keyboard = inline_keyboard(cloud, params)
    message = editable(cloud, params)
    if not {"photo", "document"} & message.content.keys():
        raise bad_request("there is no caption in the message to edit")
    rest = {name: value for name, value in message.content.items() if name not in {"caption", "caption_entities"}}
    return edit(cloud, message, {**rest, **caption}, keyboard)


@method("editMessageReplyMarkup")
def edit_message_reply_markup(cloud: Cloud, params: Params) -> Json:
    """Without a keyboard it takes the keyboard away."""
    keyboard = inline_keyboard(cloud, params)
    message = editable(cloud, params)
    return edit(cloud, message, message.content, keyboard)


@method("deleteMessage")
def delete_message(cloud: Cloud, params: Params) -> bool:
    message = cloud.message(cloud.chat(params), params.number("message_id"), "delete")
    require_young(cloud, message)
    message.deleted = True
    return True


@method("deleteMessages")
def delete_messages(cloud: Cloud, params: Params) -> bool:
    """Delete those that are there; one that is too old spares them all."""
    wanted = params.json("message_ids", "can't parse message identifiers JSON object")
    if not isinstance(wanted, list) or not all(isinstance(number, int) for number in wanted):
        raise bad_request("expected an Array of message identifiers")
    if not 1 <= len(wanted) <= MOST_AT_ONCE:
        raise bad_request(f"too {'many' if wanted else 'few'} message identifiers specified")
    user = cloud.chat(params)
    found = [message for message in cloud.conversation(user.id) if message.message_id in wanted and not message.deleted]
    for message in found:
        require_young(cloud, message)
    for message in found:
        message.deleted = True
    return True


def inline_keyboard(cloud: Cloud, params: Params) -> Json | None:
    return read_keyboard(params, inline_only=True, local_links=cloud.local_links)


def editable(cloud: Cloud, params: Params) -> Message:
    """The message a call names, if it is one of the bot's own, and has no keyboard or an inline one."""
    if not params.text("chat_id") and not params.text("message_id"):
        raise bad_request("message identifier is not specified")
    message = cloud.message(cloud.reachable(params), params.number("message_id"), "edit")
    if message.incoming or (message.reply_markup and not message.rows):
        raise bad_request("message can't be edited")
    return message


def edit(cloud: Cloud, message: Message, content: Json, keyboard: Json | None) -> Json:
    before = (message.content, message.reply_markup)
    kept: Json = {
        name: message.content[name] for name in ("reply_to_message", "has_protected_content") if name in before[0]
    }
    content = {**content, **kept}
    if same(before, (content, keyboard)):
        raise bad_request(NOT_MODIFIED)
    message.change(content, keyboard, cloud.now())
    return cloud.describe(message)


def require_young(cloud: Cloud, message: Message) -> None:
    if cloud.now() - message.sent_at > DELETABLE_FOR:
        raise bad_request("message can't be deleted for everyone")
