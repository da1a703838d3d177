"""Frozen values of the bot, without the ORM: what it shows, and what it answers."""

from dataclasses import dataclass, field
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Sender:
    """What Telegram says of who wrote."""

    tg_id: int
    first_name: str
    last_name: str = ""
    language_code: str = ""


class Style(StrEnum):
    """How a button stands out (Bot API 9.4)."""

    PLAIN = ""
    PRIMARY = "primary"
    SUCCESS = "success"
    DANGER = "danger"


@dataclass(frozen=True, slots=True)
class Button:
    """Under a message; exactly one of ``data`` (1 to 64 bytes, for us), ``url`` and ``web_app`` (https)."""

    text: str
    data: str = ""
    url: str = ""
    web_app: str = ""
    style: Style = Style.PLAIN


Row = tuple[Button, ...]


@dataclass(frozen=True, slots=True)
class Screen:
    """A message in Telegram's HTML with its buttons."""

    text: str
    rows: tuple[Row, ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """A file sent below."""

    name: str
    content: bytes
    caption: str = ""


@dataclass(frozen=True, slots=True)
class PhoneQuestion:
    """Asks for one's own number by a key of the keyboard; the other key skips it."""

    text: str
    share: str
    skip: str


@dataclass(frozen=True, slots=True)
class Notice:
    """A message below that stays; ``screen`` has what it says. ``ends_question`` takes the keyboard of a
    ``PhoneQuestion`` away."""

    screen: Screen
    ends_question: bool = False


After = Document | PhoneQuestion | Notice


@dataclass(frozen=True, slots=True)
class Reply:
    """What follows from a tap or a message.

    ``screen`` is what the message under the finger becomes, or the menu when somebody wrote; None leaves it as it is.
    With ``below`` it is sent as a new menu instead.
    ``toast`` is shown over the chat, as an alert that must be read with ``is_alert``. ``stays`` turns the menu into a
    receipt: the next menu is sent below it. ``deletes`` takes the message under the finger away. ``is_menu``: it is the
    menu from now on, though it may have been a card. ``shows`` names what the menu shows, such as ``hold:17``, for
    whoever must change it later. ``after`` is sent below.
    """

    screen: Screen | None = None
    toast: str = ""
    is_alert: bool = False
    stays: bool = False
    below: bool = False
    deletes: bool = False
    is_menu: bool = False
    shows: str = ""
    after: tuple[After, ...] = field(default=())
