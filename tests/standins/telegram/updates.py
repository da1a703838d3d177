"""What people do, as the Updates the bot gets (T4). The caller holds the lock."""

import re
import secrets

from tests.standins.telegram.cloud import Cloud
from tests.standins.telegram.markup import utf16_length
from tests.standins.telegram.records import CallbackQuery, Json, Message, User

COMMAND = re.compile(r"(?<!\S)/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]+)?(?=\s|$)")
FOREVER = 0


def commands_in(text: str) -> list[Json]:
    """The bot_command entities of ``text``."""
    return [
        {"type": "bot_command", "offset": utf16_length(text[: found.start()]), "length": len(found[0])}
        for found in COMMAND.finditer(text)
    ]


def incoming(cloud: Cloud, user: User, content: Json) -> Json:
    """A message to the bot: whoever writes has started it, and has not blocked it any more."""
    user.started, user.blocked = True, False
    message = cloud.post(user, content, incoming=True)
    return cloud.enqueue("message", cloud.describe(message))


def message_with_button(cloud: Cloud, chat_id: int, button: str, message_id: int | None) -> tuple[Message, Json]:
    """The newest message that shows ``button`` (its text or its data), or message ``message_id``, be it gone or not."""
    for message in reversed(cloud.conversation(chat_id)):
        if message.message_id != message_id and (message_id is not None or message.deleted):
            continue
        for candidate in message.buttons:
            if button in {candidate["text"], candidate.get("callback_data")}:
                return message, candidate
    raise LookupError(f"nobody can press {button!r} in chat {chat_id}: no such button")


def pressed(cloud: Cloud, message: Message, button: Json, *, inaccessible: bool) -> Json:
    """The callback query of ``button``; of an inaccessible message it tells nothing but where it was."""
    if "callback_data" not in button:
        raise LookupError(f"{button['text']!r} leads to a page: the bot is not told that it was pressed")
    user = cloud.users[message.chat_id]
    query = CallbackQuery(str(secrets.randbits(62) + 1), user.id, cloud.now())
    cloud.queries[query.id] = query
    gone = {"chat": user.chat(), "message_id": message.message_id, "date": 0}
    return cloud.enqueue(
        "callback_query",
        {
            "id": query.id,
            "from": user.as_dict(),
            "message": gone if inaccessible or message.deleted else cloud.describe(message),
            "chat_instance": user.chat_instance,
            "data": button["callback_data"],
        },
    )


def forged(cloud: Cloud, user: User, data: str, message_id: int) -> Json:
    """The callback query of a button that no message has: "the message … can contain no callback buttons with this
    data" (Bot API)."""
    query = CallbackQuery(str(secrets.randbits(62) + 1), user.id, cloud.now())
    cloud.queries[query.id] = query
    message = {"chat": user.chat(), "message_id": message_id, "date": 0}
    known = [each for each in cloud.conversation(user.id) if each.message_id == message_id and not each.deleted]
    return cloud.enqueue(
        "callback_query",
        {
            "id": query.id,
            "from": user.as_dict(),
            "message": cloud.describe(known[0]) if known else message,
            "chat_instance": user.chat_instance,
            "data": data,
        },
    )


def membership_changed(cloud: Cloud, user: User, *, blocked: bool) -> Json:
    """The person blocks the bot or lets it in again."""
    user.blocked = blocked
    member = {"user": cloud.bot, "status": "member"}
    kicked = {"user": cloud.bot, "status": "kicked", "until_date": FOREVER}
    event = {"chat": user.chat(), "from": user.as_dict(), "date": int(cloud.now())}
    old, new = (member, kicked) if blocked else (kicked, member)
    return cloud.enqueue("my_chat_member", {**event, "old_chat_member": old, "new_chat_member": new})
