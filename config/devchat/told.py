"""What the page shows, as JSON: the people, and one chat as its owner sees it."""

import hashlib
import json
import time
from datetime import UTC, datetime
from typing import Any

from config.devchat.telegram import DemoTelegram
from tests.standins.telegram import Message

Json = dict[str, Any]

NEWEST = 100
"""Messages shown."""
SNIPPET = 60
TOAST_SECONDS = 5.0
SPINS_SECONDS = 15.0
"""How long a button that nobody answers looks pressed."""
KINDS = ("callback_data", "url", "web_app")


def everything(telegram: DemoTelegram, chat_id: int) -> Json:
    """With its version, by which a second look sees whether anything has changed."""
    with telegram.cloud.lock:
        state = {
            "bot": {"name": telegram.cloud.bot["first_name"], "username": telegram.cloud.bot["username"]},
            "people": [person(telegram, each) for each in telegram.people],
            "chat": chat(telegram, chat_id),
        }
    return {**state, "version": hashlib.sha256(json.dumps(state).encode()).hexdigest()[:16]}


def person(telegram: DemoTelegram, chat_id: int) -> Json:
    somebody, conversation = telegram.people[chat_id], telegram.conversation(chat_id)
    last = conversation[-1] if conversation else None
    return {
        "id": chat_id,
        "part": somebody.part,
        "name": f"{somebody.first_name} {somebody.last_name}".strip(),
        "unread": len(telegram.unread(chat_id)),
        "last": {"text": snippet(last), "is_own": last.incoming, "at": moment(last.sent_at)} if last else None,
    }


def snippet(message: Message) -> str:
    document = message.content.get("document", {}).get("file_name", "")
    contact = message.content.get("contact", {}).get("phone_number", "")
    return (message.text or document or contact).replace("\n", " ")[:SNIPPET]


def chat(telegram: DemoTelegram, chat_id: int) -> Json:
    user, conversation = telegram.cloud.users[chat_id], telegram.conversation(chat_id)
    return {
        "id": chat_id,
        "messages": [described(telegram, each) for each in conversation[-NEWEST:]],
        "is_new": not user.started or not conversation,
        "is_blocked": user.blocked,
        "keyboard": telegram.reply_keyboard(chat_id),
        "commands": telegram.commands(chat_id),
        "description": telegram.description(chat_id),
        "notice": notice(telegram, chat_id),
        "trouble": telegram.postman.trouble(chat_id),
    }


def moment(seconds: float) -> str:
    """With the offset of this machine, where whoever looks at the page sits, too."""
    return datetime.fromtimestamp(seconds, UTC).astimezone().isoformat(timespec="seconds")


def described(telegram: DemoTelegram, message: Message) -> Json:
    content = message.content
    return {
        "id": message.message_id,
        "at": moment(message.sent_at),
        "is_own": message.incoming,
        "is_edited": message.edited_at is not None,
        "text": message.text,
        "entities": content.get("entities") or content.get("caption_entities") or [],
        "rows": [[button(telegram, message, each) for each in row] for row in message.rows],
        **{name: content[name] for name in ("contact", "venue", "document") if name in content},
        **({"photo": content["photo"][-1]} if "photo" in content else {}),
    }


def button(telegram: DemoTelegram, message: Message, known: Json) -> Json:
    kind = next((name for name in KINDS if name in known), "")
    value = known.get(kind, "")
    return {
        "text": known["text"],
        "kind": kind,
        "value": next(iter(value.values())) if isinstance(value, dict) else value,
        "style": known.get("style", ""),
        "spins": spins(telegram, message, value),
    }


def spins(telegram: DemoTelegram, message: Message, callback: object) -> bool:
    """Whether this button was pressed last and the bot has not answered yet."""
    tap = telegram.taps.get(message.chat_id)
    if tap is None or (tap.message_id, tap.callback) != (message.message_id, callback):
        return False
    return telegram.answer_to(tap.update) is None and time.monotonic() - tap.at < SPINS_SECONDS


def notice(telegram: DemoTelegram, chat_id: int) -> Json | None:
    """The answer to the last tap: a toast for some seconds, an alert until it is dismissed."""
    tap = telegram.taps.get(chat_id)
    answer = telegram.answer_to(tap.update) if tap else None
    if tap is None or answer is None or not answer.get("text") or tap.dismissed:
        return None
    tap.shown_at = tap.shown_at or time.monotonic()
    is_alert = bool(answer.get("show_alert"))
    if not is_alert and time.monotonic() - tap.shown_at > TOAST_SECONDS:
        return None
    return {"id": tap.update["update_id"], "text": answer["text"], "is_alert": is_alert}
