"""What the stand-in tells, as the page shows it."""

import hashlib
import json
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from booking.wording import long_day
from config.devchat.markup import SCHEMES, rendered

Json = dict[str, Any]

PARTS = {
    "newcomer": _("New client"),
    "client": _("Client with a history"),
    "specialist": _("Specialist"),
    "operator": _("Operator"),
    "administrator": _("Administrator"),
}
LEAD_ELSEWHERE = {"url", "web_app"}


def page(state: Json, payload: str = "") -> Json:
    """The context of the templates; ``payload`` is what a link into the bot carries."""
    chat = state["chat"]
    composer = composer_of(chat, payload)
    people = [person(each, chat["id"]) for each in state["people"]]
    return {
        "bot": state["bot"],
        "deeds": ["say", "press", "share"],
        "version": state["version"],
        "people": people,
        "me": next(each for each in people if each["is_me"]),
        "messages_shown": with_days([message(each) for each in chat["messages"]]),
        "said": last_words(chat["messages"]),
        "description": chat["description"],
        "notice": chat["notice"],
        "trouble": chat["trouble"],
        "composer": composer,
        "composer_version": fingerprint(composer),
    }


def person(told: Json, me: int) -> Json:
    last = told["last"] and {**told["last"], "at": datetime.fromisoformat(told["last"]["at"])}
    initials = "".join(name[0] for name in told["name"].split()[:2])
    return {**told, "last": last, "initials": initials, "label": PARTS[told["part"]], "is_me": told["id"] == me}


def message(told: Json) -> Json:
    return {
        **told,
        "at": datetime.fromisoformat(told["at"]),
        "html": rendered(told["text"], told["entities"], commands=not told["is_own"]),
        "photo": told.get("photo") and reverse("devchat:file", args=[told["photo"]["file_id"]]),
        "document": told.get("document") and document(told["document"]),
        "rows": [
            [inline_button(each, told["id"], f"{row}-{column}") for column, each in enumerate(buttons)]
            for row, buttons in enumerate(told["rows"])
        ],
    }


def inline_button(told: Json, message_id: int, place: str) -> Json:
    """Its id is that of the button which takes its ``place`` in an edit, so that the keyboard's focus stays."""
    leads = told["value"] if told["kind"] in LEAD_ELSEWHERE and told["value"].startswith(SCHEMES) else ""
    presses = f"{message_id}:{told['value']}" if told["kind"] == "callback_data" else ""
    return {**told, "id": f"key-{message_id}-{place}", "leads": leads, "presses": presses}


def document(told: Json) -> Json:
    return {**told, "address": reverse("devchat:file", args=[told["file_id"]])}


def with_days(messages: list[Json]) -> list[Json]:
    """The first message of each day names it."""
    before = None
    for each in messages:
        day = each["at"].date()
        each["day"] = long_day(day) if day != before else ""
        before = day
    return messages


def last_words(messages: list[Json]) -> str:
    """What a screen reader is told when it changes: the newest message of the bot."""
    return next((str(each["text"]) for each in reversed(messages) if not each["is_own"]), "")


def composer_of(chat: Json, payload: str) -> Json:
    """What lies at the bottom: a button that starts, one that unblocks, or a field to write in with a keyboard."""
    keyboard = chat["keyboard"] or {}
    rows = [[reply_button(each) for each in row] for row in keyboard.get("keyboard", [])]
    return {
        "mode": "unblock" if chat["is_blocked"] else "start" if chat["is_new"] or payload else "write",
        "payload": payload,
        "rows": rows,
        "placeholder": keyboard.get("input_field_placeholder", ""),
        "commands": chat["commands"],
    }


def reply_button(told: Json | str) -> Json:
    """A button of the telephone's keyboard writes its text, unless it shares the phone number."""
    if isinstance(told, str):
        return {"text": told, "shares_phone": False}
    return {"text": told["text"], "shares_phone": bool(told.get("request_contact"))}


def fingerprint(shown: Json) -> str:
    return hashlib.sha256(json.dumps(shown, default=str).encode()).hexdigest()[:16]
