"""Telegram for a test: ``with TelegramStandIn() as telegram``, ``TELEGRAM_API_BASE = telegram.url``."""

import json
import secrets
import threading
import time
from typing import Any

from tests.standins.script import ANYBODY, Script, Scripted
from tests.standins.server import Reply, Request, StandIn
from tests.standins.telegram import updates
from tests.standins.telegram.answers import from_refusal
from tests.standins.telegram.cloud import Cloud
from tests.standins.telegram.flood import Flood, peak
from tests.standins.telegram.methods import METHODS
from tests.standins.telegram.methods.registry import Function
from tests.standins.telegram.records import Call, Json, Message, User
from tests.standins.telegram.refusals import Refused, refusal
from tests.standins.telegram.wire import Params, read_params, split_path

TOKEN = "42:TEST"
MESSAGES = ("sendMessage", "sendPhoto", "sendDocument", "sendVenue")
"""The methods whose pace Telegram limits."""
JSON = {"Content-Type": "application/json"}


class TelegramStandIn(StandIn):
    """The Bot API for one bot, the people who know it, and what they see.

    ``per_second``, ``per_chat``: messages in any second, in all and in one chat; None is no limit.
    ``retry_after``: seconds a bot that hurries is refused for. ``local_links``: let buttons lead to localhost, too.
    ``first_id``: of messages and updates, for a stand-in whose bot remembers those of an earlier one.
    """

    def __init__(
        self,
        token: str = TOKEN,
        *,
        username: str = "okno_test_bot",
        per_second: int | None = 30,
        per_chat: int | None = 1,
        retry_after: int = 1,
        local_links: bool = False,
        first_id: int = 1,
        port: int = 0,
    ) -> None:
        super().__init__(port)
        self.token = token
        flood = Flood(per_second, per_chat, retry_after)
        self.cloud = Cloud(token, username=username, flood=flood, local_links=local_links, first_id=first_id)
        self.answers = Script()
        self.journal: list[Call] = []
        self.journal_lock = threading.Lock()

    # What people do ---------------------------------------------------------------------------------------------------

    def add_user(
        self,
        user_id: int,
        first_name: str = "Аня",
        language_code: str = "ru",
        *,
        last_name: str = "",
        username: str = "",
        started: bool = True,
    ) -> User:
        """Somebody the bot has heard of; who has not ``started`` it cannot be written to."""
        instance = str(-secrets.randbits(62))
        user = User(user_id, first_name, language_code, instance, last_name, username, started)
        with self.cloud.lock:
            self.cloud.users[user_id] = user
        return user

    def block(self, user_id: int) -> Json:
        """The Update that tells the bot it was blocked; from now on every message is refused."""
        with self.cloud.lock:
            return updates.membership_changed(self.cloud, self.cloud.users[user_id], blocked=True)

    def unblock(self, user_id: int) -> Json:
        with self.cloud.lock:
            return updates.membership_changed(self.cloud, self.cloud.users[user_id], blocked=False)

    def deactivate(self, user_id: int) -> None:
        """The account is gone, of which a bot is not told."""
        with self.cloud.lock:
            self.cloud.users[user_id].deactivated = True

    def says(self, chat_id: int, text: str) -> Json:
        """The Update of a text message; commands in it are marked."""
        entities = updates.commands_in(text)
        content = {"text": text, **({"entities": entities} if entities else {})}
        with self.cloud.lock:
            return updates.incoming(self.cloud, self.cloud.users[chat_id], content)

    def shares_contact(
        self, chat_id: int, phone_number: str, *, user_id: int | None = None, first_name: str | None = None
    ) -> Json:
        """The Update of a shared contact: one's own, or with ``user_id`` (0: not on Telegram) somebody else's."""
        with self.cloud.lock:
            user = self.cloud.users[chat_id]
            whose = user.id if user_id is None else user_id
            contact: Json = {"phone_number": phone_number, "first_name": first_name or user.first_name}
            contact |= {"user_id": whose} if whose else {}
            return updates.incoming(self.cloud, user, {"contact": contact})

    def press(self, chat_id: int, button: str, *, message_id: int | None = None, inaccessible: bool = False) -> Json:
        """The Update of a pressed button, found by its text or data in the newest message that has it.

        ``message_id`` presses in that message, even a deleted one. Raises LookupError where there is nothing to press.
        """
        with self.cloud.lock:
            message, found = updates.message_with_button(self.cloud, chat_id, button, message_id)
            return updates.pressed(self.cloud, message, found, inaccessible=inaccessible)

    def forged_press(self, chat_id: int, data: str, *, message_id: int = 1) -> Json:
        """The Update of a button that nobody was shown, as a program of the person's can send it."""
        with self.cloud.lock:
            return updates.forged(self.cloud, self.cloud.users[chat_id], data, message_id)

    def erase(self, chat_id: int, message_id: int) -> None:
        """The person deletes a message, of which a bot is not told."""
        with self.cloud.lock:
            self.cloud.message(self.cloud.users[chat_id], message_id, "delete").deleted = True

    def opens_web_app(self) -> str:
        """The query_id of a Mini App that waits for answerWebAppQuery."""
        query = secrets.token_urlsafe(12)
        with self.cloud.lock:
            self.cloud.web_app_queries.add(query)
        return query

    def let_pass(self, seconds: float) -> None:
        """Make Telegram's clock go on: messages and queries age, a ban ends."""
        with self.cloud.lock:
            self.cloud.epoch += seconds

    # What people see --------------------------------------------------------------------------------------------------

    def messages(self, chat_id: int) -> list[Message]:
        """Everything the bot ever sent to the chat, in order, deleted messages too."""
        with self.cloud.lock:
            return [message for message in self.cloud.conversation(chat_id) if not message.incoming]

    def live_messages(self, chat_id: int) -> list[Message]:
        """The bot's messages that are still there."""
        return [message for message in self.messages(chat_id) if not message.deleted]

    def conversation(self, chat_id: int) -> list[Message]:
        """The chat as the person sees it: both sides, without what was deleted."""
        with self.cloud.lock:
            return [message for message in self.cloud.conversation(chat_id) if not message.deleted]

    def answer_to(self, update: Json) -> Json | None:
        """What the bot answered to a pressed button; None when it did not."""
        with self.cloud.lock:
            return self.cloud.queries[update["callback_query"]["id"]].answer

    @property
    def pending_updates(self) -> list[Json]:
        with self.cloud.lock:
            return list(self.cloud.queue)

    # What the bot did -------------------------------------------------------------------------------------------------

    @property
    def calls(self) -> list[Call]:
        with self.journal_lock:
            return list(self.journal)

    def calls_of(self, *methods: str) -> list[Call]:
        return [call for call in self.calls if call.method in methods]

    def peak_in_any_second(self, *methods: str, chat_id: int | None = None) -> int:
        """The most calls (of messages, unless named) that arrived within one second, refused ones too."""
        calls = self.calls_of(*(methods or MESSAGES))
        return peak(call.at for call in calls if chat_id is None or call.params.get("chat_id") == str(chat_id))

    # What goes wrong --------------------------------------------------------------------------------------------------

    def script(self, *answers: Scripted) -> None:
        """What the next calls get, whatever they ask for."""
        self.answers.add(ANYBODY, *answers)

    def answer_next(self, method: str, *answers: Scripted) -> None:
        """What the next calls of ``method`` get."""
        self.answers.add(method, *answers)

    # The wire ---------------------------------------------------------------------------------------------------------

    def __exit__(self, kind: type[BaseException] | None, *rest: object) -> None:
        with self.cloud.lock:
            self.cloud.closed = True
            self.cloud.changed.notify_all()
        super().__exit__(kind, *rest)

    def respond(self, request: Request) -> Reply:
        at = time.monotonic()
        try:
            token, named = split_path(request.path)
            if token != self.token:
                raise refusal(401)
            return self.answer(named, read_params(request), at)
        except Refused as refused:
            return Reply.from_script(from_refusal(refused))

    def answer(self, named: str, params: Params, at: float) -> Reply:
        """Let the call come true, or not, as the script says; write it down either way."""
        name, function = METHODS.get(named.lower(), (named, method_not_found))
        call = Call(name, {**params.values, **params.files}, at)
        with self.journal_lock:
            self.journal.append(call)
        scripted = self.answers.take(name)
        reply = self.perform(function, params) if scripted.effect else Reply.from_script(scripted)
        if scripted.retry_after:
            self.ban(scripted.retry_after)
        self.closing.wait(scripted.delay)
        if scripted.cut:
            return Reply(cut=True)
        call.status = reply.status
        call.answer = json.loads(reply.body) if reply.headers.get("Content-Type") == "application/json" else None
        return reply

    def perform(self, function: Function, params: Params) -> Reply:
        try:
            with self.cloud.lock:
                self.cloud.flood.refuse_the_banned(self.cloud.now())
                result: Any = function(self.cloud, params)
                return Reply(200, json.dumps({"ok": True, "result": result}).encode(), JSON)
        except Refused as refused:
            return Reply.from_script(from_refusal(refused))

    def ban(self, seconds: int) -> None:
        with self.cloud.lock:
            self.cloud.flood.ban(seconds, self.cloud.now())


def method_not_found(cloud: Cloud, params: Params) -> None:
    raise refusal(404, "method not found")
