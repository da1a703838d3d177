"""How the bot introduces itself: its commands, its menu button and its descriptions, in every language."""

from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _
from telegram import (
    Bot,
    BotCommand,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChat,
    MenuButtonCommands,
    MenuButtonWebApp,
    WebAppInfo,
)
from telegram.error import TelegramError

from accounts.values import Role
from telegram_bot.buttons import web_app_url
from telegram_bot.errors import words_of
from telegram_bot.models import Chat
from telegram_bot.people import Person, forget_person
from telegram_bot.wire import WIRE

Call = Callable[[Bot], Awaitable[Any]]

log = structlog.get_logger()


def introduce() -> None:
    """Tell Telegram what the bot says of itself. Raises TelegramError."""
    for language in ("", *dict(settings.LANGUAGES)):
        with translation.override(language or settings.LANGUAGE_CODE):
            for call in introductions(language or None):
                WIRE.call(call)
    WIRE.call(menu_button)


def introductions(language: str | None) -> list[Call]:
    """In the language that is active, for readers of ``language`` (None: of any other)."""
    everybody, commands = BotCommandScopeAllPrivateChats(), commands_of(Role.CLIENT)
    about = _("Book, move and cancel visits, and be reminded of them.")
    description = _("Choose a service and a time, and you are booked: 20 seconds, and nothing to type.")
    return [
        lambda bot: bot.set_my_commands(commands, scope=everybody, language_code=language),
        lambda bot: bot.set_my_short_description(about, language_code=language),
        lambda bot: bot.set_my_description(description, language_code=language),
    ]


def commands_of(role: Role) -> list[BotCommand]:
    """In the language that is active; those of the role first."""
    desk = [("admin", _("The salon today")), ("find", _("Find a client"))]
    own = {Role.SPECIALIST: [("day", _("My day"))], Role.ADMIN: desk, Role.OPERATOR: desk}
    everybodys = [
        ("start", _("Menu")),
        ("book", _("Book")),
        ("visits", _("My visits")),
        ("wallet", _("Wallet")),
        ("settings", _("Settings")),
        ("help", _("What I can do")),
    ]
    return [BotCommand(name, text) for name, text in [*own.get(role, []), *everybodys]]


def menu_button(bot: Bot) -> Awaitable[bool]:
    """The pages inside Telegram where they can be opened, else the commands; Telegram has one text for all readers."""
    address = web_app_url("/?tg=1")
    button = MenuButtonWebApp(_("Book"), WebAppInfo(address)) if address else MenuButtonCommands()
    return bot.set_chat_menu_button(menu_button=button)


def introduce_to(person: Person) -> None:
    """The commands of his role in his own chat, when it is another role than last time."""
    role = person.role if person.staff else Role.CLIENT
    if person.known_as == role or (role == Role.CLIENT and not person.known_as):
        return
    try:
        set_commands(person, role)
    except TelegramError as error:
        log.warning("commands_not_set", why=words_of(error))
        return
    Chat.objects.update_or_create(pk=person.tg_id, defaults={"known_as": role})
    forget_person(person.tg_id)


def set_commands(person: Person, role: Role) -> None:
    scope = BotCommandScopeChat(person.tg_id)
    if role == Role.CLIENT:
        WIRE.call(lambda bot: bot.delete_my_commands(scope=scope))
        return
    with translation.override(person.language):
        commands = commands_of(role)
    WIRE.call(lambda bot: bot.set_my_commands(commands, scope=scope))
