"""Which handler answers which button, command, deep link and awaited text; filled by decorators."""

from collections.abc import Callable
from importlib import import_module
from typing import Any, TypeVar

from accounts.values import Role
from telegram_bot.callbacks import Callback
from telegram_bot.values import Reply

Handler = Callable[..., Reply]
Decorated = TypeVar("Decorated", bound=Handler)

PRESSES: dict[Callback, Handler] = {}
COMMANDS: dict[tuple[str, Role], Handler] = {}
HOMES: dict[Role, Handler] = {}
LINKS: dict[str, Handler] = {}
ANSWERS: dict[str, Handler] = {}

FLOWS = (
    *("start", "links", "phone", "booking", "holding", "visits", "editing", "money", "settings"),
    *("specialist", "desk"),
)


def press(callback: Callback) -> Callable[[Decorated], Decorated]:
    """Answers a button with the button's parts by name: ``handler(talk, *, location, service)``."""
    return keeper(PRESSES, callback)


def command(name: str, *roles: Role) -> Callable[[Decorated], Decorated]:
    """Answers ``/name`` of these roles, clients (that is everybody) unless others are named: ``handler(talk)``."""

    def keep(handler: Decorated) -> Decorated:
        for role in roles or (Role.CLIENT,):
            keeper(COMMANDS, (name, role))(handler)
        return handler

    return keep


def home_of(*roles: Role) -> Callable[[Decorated], Decorated]:
    """The first screen of these roles: ``handler(talk)``."""

    def keep(handler: Decorated) -> Decorated:
        for role in roles:
            keeper(HOMES, role)(handler)
        return handler

    return keep


def link(name: str) -> Callable[[Decorated], Decorated]:
    """Answers ``/start name_rest`` or ``/start name``: ``handler(talk, rest)``."""
    return keeper(LINKS, name)


def answer(question: str) -> Callable[[Decorated], Decorated]:
    """Answers what was typed to ``question``: ``handler(talk, text, **what the question was about)``."""
    return keeper(ANSWERS, question)


def keeper(table: dict[Any, Handler], key: Any) -> Callable[[Decorated], Decorated]:
    def keep(handler: Decorated) -> Decorated:
        if key in table:
            raise ValueError(f"{key} has two handlers")
        table[key] = handler
        return handler

    return keep


def load() -> None:
    """Import every flow, which fills the tables."""
    for name in FLOWS:
        import_module(f"telegram_bot.flows.{name}")
