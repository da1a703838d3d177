"""What is behind the Bot API: people, their messages, and what waits for the bot. The caller holds the lock."""

import itertools
import re
import secrets
import threading
import time
from typing import Any

from tests.standins.telegram.flood import Flood
from tests.standins.telegram.records import CallbackQuery, Json, Message, User
from tests.standins.telegram.refusals import bad_request, refusal
from tests.standins.telegram.wire import Params, Upload


class Cloud:
    """One bot's part of Telegram."""

    def __init__(self, token: str, *, username: str, flood: Flood, local_links: bool, first_id: int) -> None:
        self.lock = threading.RLock()
        self.changed = threading.Condition(self.lock)
        self.flood = flood
        self.local_links = local_links
        bot_id = int(token.partition(":")[0])
        self.bot: Json = {"id": bot_id, "is_bot": True, "first_name": "Okno", "username": username}
        self.users: dict[int, User] = {}
        self.messages: dict[int, Message] = {}
        self.queries: dict[str, CallbackQuery] = {}
        self.web_app_queries: set[str] = set()
        self.files: dict[str, Upload] = {}
        self.profile: dict[tuple[str, ...], Any] = {}
        self.menu_button: Json = {"type": "commands"}
        self.queue: list[Json] = []
        self.allowed: frozenset[str] | None = None
        self.webhook: Json = {}
        self.webhook_set_at = float("-inf")
        self.poller: object | None = None
        self.closed = False
        self.message_ids = itertools.count(first_id)
        self.update_ids = itertools.count(first_id + 1000)
        self.epoch = time.time() - time.monotonic()

    def now(self) -> float:
        """Seconds since 1970; a test moves it forward by adding to ``epoch``."""
        return self.epoch + time.monotonic()

    def chat(self, params: Params) -> User:
        """The chat a call names; the bot knows the private ones it was told of."""
        named = params.text("chat_id").strip()
        if not named:
            raise bad_request("chat_id is empty")
        user = self.users.get(int(named)) if re.fullmatch(r"-?\d{1,18}", named) else None
        if user is None:
            raise bad_request("chat not found")
        return user

    def reachable(self, params: Params) -> User:
        """The chat a call names, if the bot may write there."""
        user = self.chat(params)
        if user.deactivated:
            raise refusal(403, "user is deactivated")
        if user.blocked:
            raise refusal(403, "bot was blocked by the user")
        if not user.started:
            raise refusal(403, "bot can't initiate conversation with a user")
        return user

    def message(self, user: User, message_id: int, purpose: str) -> Message:
        """The live message of a chat; ``purpose`` is the server's word for what was to become of it."""
        if message_id <= 0:
            raise bad_request("message identifier is not specified")
        message = self.messages.get(message_id)
        if message is None or message.deleted or message.chat_id != user.id:
            raise bad_request(f"message to {purpose} not found")
        return message

    def post(self, user: User, content: Json, **particulars: Any) -> Message:
        message = Message(user.id, next(self.message_ids), self.now(), content, **particulars)
        self.messages[message.message_id] = message
        return message

    def conversation(self, chat_id: int) -> list[Message]:
        return [message for message in self.messages.values() if message.chat_id == chat_id]

    def describe(self, message: Message) -> Json:
        """``message`` as the Bot API tells of it: a reply keyboard is not told."""
        user = self.users[message.chat_id]
        edited = {} if message.edited_at is None else {"edit_date": int(message.edited_at)}
        keyboard = {"reply_markup": message.reply_markup} if message.rows else {}
        return {
            "message_id": message.message_id,
            "from": user.as_dict() if message.incoming else self.bot,
            "chat": user.chat(),
            "date": int(message.sent_at),
            **edited,
            **message.content,
            **keyboard,
        }

    def enqueue(self, kind: str, event: Json) -> Json:
        """The Update of ``event``, which waits for the bot if it wants updates of this ``kind``."""
        update = {"update_id": next(self.update_ids), kind: event}
        if self.allowed is None or kind in self.allowed:
            self.queue.append(update)
            self.changed.notify_all()
        return update

    def keep_file(self, upload: Upload) -> str:
        """The file_id by which ``upload`` can be sent again."""
        file_id = next((known for known, kept in self.files.items() if kept == upload), secrets.token_urlsafe(24))
        self.files[file_id] = upload
        return file_id
