"""The demo's Telegram: the tests' stand-in, the people in it, and what each of them does."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from config.devchat.people import CLIENT, STAFF, Somebody, newcomer
from config.devchat.postman import Parcel, Postman
from tests.standins.telegram import Message, TelegramStandIn

Update = dict[str, Any]

MADE = 1_767_225_600
"""A moment before this file was written: ids counted in seconds since then are never used again by a later start."""
LONGEST_TEXT = 4096
SECOND_MOST = 10**9


@dataclass(slots=True)
class Tap:
    """The last button that somebody pressed; ``shown_at`` is when its answer was first seen."""

    update: Update
    message_id: int
    callback: str
    at: float
    shown_at: float | None = None
    dismissed: bool = False


class DemoTelegram(TelegramStandIn):
    """Everybody may be played; whatever they do is brought to the bot."""

    def __init__(self, token: str, username: str, postman: Postman, *, port: int = 0) -> None:
        self.seed = (int(time.time()) - MADE) % SECOND_MOST
        super().__init__(
            token, username=username, per_chat=None, local_links=True, first_id=max(self.seed, 1), port=port
        )
        self.postman = postman
        self.people: dict[int, Somebody] = {}
        self.taps: dict[int, Tap] = {}
        self.read: dict[int, int] = {}
        self.newcomers = 0
        self.welcome_newcomer()
        for somebody in (CLIENT, *STAFF.values()):
            self.welcome(somebody, started=True)

    def welcome(self, somebody: Somebody, *, started: bool) -> None:
        self.people[somebody.tg_id] = somebody
        self.add_user(somebody.tg_id, somebody.first_name, last_name=somebody.last_name, started=started)

    def welcome_newcomer(self) -> Somebody:
        """One more whom nobody knows, the bot included."""
        somebody = newcomer(self.newcomers, self.seed)
        self.newcomers += 1
        self.welcome(somebody, started=False)
        return somebody

    def speak(self, chat_id: int, language: str) -> None:
        """The person's Telegram is in ``language`` from now on."""
        with self.cloud.lock:
            self.cloud.users[chat_id].language_code = language

    # What a person does -----------------------------------------------------------------------------------------------

    def bring(self, chat_id: int, deed: Callable[[], Update]) -> Parcel:
        """Let it happen and bring it to the bot; what happens in a chat is brought in that order."""
        with self.cloud.lock:
            update = deed()
            self.cloud.queue.clear()  # where it would wait for getUpdates
            self.read_all(chat_id)
            return self.postman.post(chat_id, update)

    def write(self, chat_id: int, text: str) -> Parcel:
        return self.bring(chat_id, lambda: self.says(chat_id, text[:LONGEST_TEXT]))

    def tap(self, chat_id: int, message_id: int, callback: str) -> Parcel:
        """Raises LookupError when the message does not have that button any more."""

        def deed() -> Update:
            update = self.press(chat_id, callback, message_id=message_id)
            self.taps[chat_id] = Tap(update, message_id, callback, time.monotonic())
            return update

        return self.bring(chat_id, deed)

    def share_phone(self, chat_id: int) -> Parcel:
        return self.bring(chat_id, lambda: self.shares_contact(chat_id, self.people[chat_id].phone))

    def change_membership(self, chat_id: int, *, blocked: bool) -> Parcel:
        return self.bring(chat_id, lambda: self.block(chat_id) if blocked else self.unblock(chat_id))

    def dismiss(self, chat_id: int) -> None:
        """The answer to the last tap has been read."""
        if tap := self.taps.get(chat_id):
            tap.dismissed = True

    def read_all(self, chat_id: int) -> None:
        with self.cloud.lock:
            self.read[chat_id] = max((each.message_id for each in self.conversation(chat_id)), default=0)

    # What a person sees -----------------------------------------------------------------------------------------------

    def unread(self, chat_id: int) -> list[Message]:
        read = self.read.get(chat_id, 0)
        return [each for each in self.live_messages(chat_id) if each.message_id > read]

    def reply_keyboard(self, chat_id: int) -> dict[str, Any] | None:
        """What lies where the telephone's keyboard would: the newest message that says something of it decides, and a
        deleted one takes its keyboard along."""
        for message in reversed(self.messages(chat_id)):
            markup = message.reply_markup or {}
            if "remove_keyboard" in markup:
                return None
            if "keyboard" in markup or "force_reply" in markup:
                used = markup.get("one_time_keyboard") and self.has_spoken_since(message)
                return None if used or message.deleted else markup
        return None

    def has_spoken_since(self, message: Message) -> bool:
        return any(
            later.incoming and later.message_id > message.message_id for later in self.conversation(message.chat_id)
        )

    def commands(self, chat_id: int) -> list[dict[str, str]]:
        """What the bot has set for this chat, else for all, in the person's language if there is one (Bot API)."""
        language = self.cloud.users[chat_id].language_code
        chat = {"type": "chat", "chat_id": chat_id}
        scopes = (chat, {**chat, "chat_id": str(chat_id)}, {"type": "all_private_chats"}, {"type": "default"})
        with self.cloud.lock:
            places = [
                ("commands", json.dumps(scope, sort_keys=True), code) for scope in scopes for code in (language, "")
            ]
            return next((self.cloud.profile[place] for place in places if self.cloud.profile.get(place)), [])

    def description(self, chat_id: int) -> str:
        """What the bot says of itself in an empty chat."""
        profile = self.cloud.profile
        language = self.cloud.users[chat_id].language_code
        with self.cloud.lock:
            return str(profile.get(("description", language)) or profile.get(("description", "")) or "")
