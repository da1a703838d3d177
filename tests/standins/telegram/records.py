"""What Telegram knows: people, messages, pressed buttons, and the calls a bot has made."""

from dataclasses import dataclass, field
from typing import Any

from tests.standins.telegram.wire import Upload

Json = dict[str, Any]


@dataclass
class User:
    """A person and the private chat with them, whose numbers are the same."""

    id: int
    first_name: str
    language_code: str
    chat_instance: str
    last_name: str = ""
    username: str = ""
    started: bool = True
    blocked: bool = False
    deactivated: bool = False
    menu_button: Json | None = None

    def names(self) -> Json:
        names = {"first_name": self.first_name, "last_name": self.last_name, "username": self.username}
        return {key: value for key, value in names.items() if value}

    def as_dict(self) -> Json:
        language = {"language_code": self.language_code} if self.language_code else {}
        return {"id": self.id, "is_bot": False, **self.names(), **language}

    def chat(self) -> Json:
        return {"id": self.id, **self.names(), "type": "private"}


@dataclass(frozen=True)
class Version:
    """What a message was before an edit."""

    content: Json
    reply_markup: Json | None
    until: float


@dataclass
class Message:
    """One message of a private chat; ``incoming`` is the person's, everything else the bot's."""

    chat_id: int
    message_id: int
    sent_at: float
    content: Json
    reply_markup: Json | None = None
    incoming: bool = False
    silent: bool = False
    deleted: bool = False
    edited_at: float | None = None
    upload: Upload | None = None
    history: list[Version] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The words of it, be they a text or a caption."""
        return str(self.content.get("text") or self.content.get("caption") or "")

    @property
    def rows(self) -> list[list[Json]]:
        """The inline keyboard."""
        return list((self.reply_markup or {}).get("inline_keyboard", []))

    @property
    def buttons(self) -> list[Json]:
        return [button for row in self.rows for button in row]

    def change(self, content: Json, reply_markup: Json | None, now: float) -> None:
        self.history.append(Version(self.content, self.reply_markup, now))
        self.content, self.reply_markup, self.edited_at = content, reply_markup, now


@dataclass
class CallbackQuery:
    """A pressed button that waits for its answer."""

    id: str
    chat_id: int
    issued_at: float
    answer: Json | None = None


@dataclass
class Call:
    """One request of the bot: ``at`` is ``time.monotonic()`` on arrival, an answer of None a cut connection."""

    method: str
    params: Json
    at: float
    answer: Json | None = None
    status: int | None = None
