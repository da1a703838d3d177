"""How the bot writes: every tap answered, one live menu in a chat, edited in place (experience §3.2)."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import structlog
from telegram import Bot, InputFile, LinkPreviewOptions, ReplyKeyboardRemove
from telegram import Message as Sent
from telegram.constants import ParseMode
from telegram.error import BadRequest, TelegramError

from notifications.commands import forget_card
from notifications.errors import NotSent, Throttled
from telegram_bot import memory
from telegram_bot.dress import keyboard_of, keys_of
from telegram_bot.errors import is_about_the_edited, is_nothing_new, what_follows, words_of
from telegram_bot.limiter import LIMITER
from telegram_bot.memory import Menu
from telegram_bot.values import After, Document, Notice, PhoneQuestion, Reply, Screen
from telegram_bot.wire import WIRE

LONGEST_TOAST = 200
"""Letters of an answer to a tap (facts T2)."""
NOTHING_TO_DELETE = ("message to delete not found", "message identifier is not specified")
NO_PREVIEW = LinkPreviewOptions(is_disabled=True)

Call = Callable[[Bot], Awaitable[Any]]

log = structlog.get_logger()


@dataclass
class Place:
    """Where a reply goes: ``message_id`` may be changed, ``query_id`` waits for an answer, ``typed_id`` is the
    person's own message and is taken away. ``is_card``: the message is about one visit and never becomes the menu."""

    tg_id: int
    message_id: int | None = None
    query_id: str | None = None
    typed_id: int | None = None
    is_card: bool = False


def show(place: Place, reply: Reply) -> None:
    """Answer and write. What Telegram refuses is logged: the person can press again, and nothing of ours is lost.

    Raises nothing of Telegram's.
    """
    try:
        written(place, reply)
    except NotSent as error:
        log.warning("bot_could_not_write", why=error.reason)
        if isinstance(error, Throttled):
            LIMITER.pause(error.wait)


def written(place: Place, reply: Reply) -> None:
    live = memory.menu_of(place.tg_id)
    is_live = live is not None and live.message_id == place.message_id
    is_menu = reply.is_menu or is_live or not place.is_card
    message_id = change(place, reply)
    if reply.screen and message_id is None:
        message_id = send(place.tg_id, reply.screen)
    if reply.deletes and live and live.message_id == place.message_id:
        memory.forget_menu(place.tg_id)
    elif reply.screen and is_menu and message_id is not None:
        settle_menu(place.tg_id, live, message_id, reply)
        if message_id == place.message_id and not is_live:
            forget_card(place.tg_id, message_id)  # what was told by it is told by new messages from now on
    if place.typed_id is not None:
        remove(place.tg_id, place.typed_id)
    for each in reply.after:
        send_after(place.tg_id, each)


def settle_menu(tg_id: int, live: Menu | None, message_id: int, reply: Reply) -> None:
    """``message_id`` is the menu now, and the one before is taken away; or there is none, only a receipt."""
    if reply.stays:
        memory.forget_menu(tg_id)
    elif live != (now := Menu(message_id, reply.shows)):
        memory.keep_menu(tg_id, now)
    if live is not None and live.message_id != message_id:
        remove(tg_id, live.message_id)


def change(place: Place, reply: Reply) -> int | None:
    """Answer the tap and edit the message at the same time; its number, or None when a new one has to be sent."""
    calls: list[Call] = []
    if place.query_id:
        calls.append(answer_of(place.query_id, reply.toast, is_alert=reply.is_alert))
    edits = place.message_id is not None and not reply.below
    if edits and reply.screen:
        calls.append(edit_of(place.tg_id, place.message_id or 0, reply.screen))
    elif edits and reply.deletes:
        calls.append(delete_of(place.tg_id, place.message_id or 0))
    errors = together(calls)
    if place.query_id and errors and (error := errors.pop(0)):
        log.warning("tap_not_answered", why=words_of(error))
    if not edits or not errors:
        return None
    return place.message_id if is_done(place, errors[0], deletes=reply.deletes and not reply.screen) else None


def is_done(place: Place, error: TelegramError | None, *, deletes: bool) -> bool:
    """Whether the message is as it should be. Raises a NotSent for what a new message would not mend either."""
    if error is None or is_nothing_new(error):
        return True
    if deletes:
        strip(place.tg_id, place.message_id or 0, error)
        return True
    if is_about_the_edited(error):
        return False
    raise what_follows(error)


def send(tg_id: int, screen: Screen) -> int:
    """The new message's number. Raises a NotSent."""
    return posted(
        tg_id,
        lambda bot: bot.send_message(
            tg_id,
            screen.text,
            parse_mode=ParseMode.HTML,
            link_preview_options=NO_PREVIEW,
            reply_markup=keyboard_of(screen),
        ),
    )


def send_after(tg_id: int, after: After) -> None:
    if isinstance(after, Document):
        send_document(tg_id, after)
    elif isinstance(after, PhoneQuestion):
        ask_phone_once(tg_id, after)
    elif after.ends_question:
        end_phone_question(tg_id, after)
    else:
        send(tg_id, after.screen)


def send_document(tg_id: int, document: Document) -> int:
    file = InputFile(BytesIO(document.content), filename=document.name)
    return posted(tg_id, lambda bot: bot.send_document(tg_id, file, caption=document.caption or None))


def ask_phone_once(tg_id: int, question: PhoneQuestion) -> None:
    """Whoever asks for the keys again has lost them: the earlier question goes."""
    earlier = memory.phone_question_of(tg_id)
    memory.keep_phone_question(tg_id, ask_phone(tg_id, question))
    if earlier is not None:
        remove(tg_id, earlier)


def ask_phone(tg_id: int, question: PhoneQuestion) -> int:
    return posted(
        tg_id,
        lambda bot: bot.send_message(tg_id, question.text, parse_mode=ParseMode.HTML, reply_markup=keys_of(question)),
    )


def end_phone_question(tg_id: int, notice: Notice) -> None:
    """The keys go, and with them the message that came with them."""
    asked = memory.phone_question_of(tg_id)
    posted(
        tg_id,
        lambda bot: bot.send_message(
            tg_id, notice.screen.text, parse_mode=ParseMode.HTML, reply_markup=ReplyKeyboardRemove()
        ),
    )
    memory.forget_phone_question(tg_id)
    if asked is not None:
        remove(tg_id, asked)


def posted(tg_id: int, method: Callable[[Bot], Awaitable[Sent]]) -> int:
    """Send within the limits; the person waits for it and nothing else, so a busy chat is waited for (guarantee 18).

    Raises a NotSent.
    """
    with LIMITER.permit(str(tg_id), goes_on=True) as permit:
        permit.use()
        try:
            return WIRE.call(method).message_id
        except TelegramError as error:
            raise what_follows(error) from error


def remove(tg_id: int, message_id: int) -> None:
    """Delete a message, or when it is too old for that take its buttons away."""
    (error,) = together([delete_of(tg_id, message_id)])
    if error is not None:
        strip(tg_id, message_id, error)


def strip(tg_id: int, message_id: int, why: TelegramError) -> None:
    if says(why, *NOTHING_TO_DELETE):
        return
    (error,) = together([lambda bot: bot.edit_message_reply_markup(tg_id, message_id, reply_markup=None)])
    if error is not None and not is_nothing_new(error) and not is_about_the_edited(error):
        log.warning("message_not_removed", why=words_of(error))


def edit_screen(tg_id: int, message_id: int, screen: Screen) -> bool:
    """Change a message that nobody has pressed; whether it was still there. Raises a NotSent."""
    (error,) = together([edit_of(tg_id, message_id, screen)])
    return is_done(Place(tg_id, message_id), error, deletes=False)


def answer_of(query_id: str, toast: str, *, is_alert: bool = False) -> Call:
    text = toast if len(toast) <= LONGEST_TOAST else toast[: LONGEST_TOAST - 1] + "…"
    return lambda bot: bot.answer_callback_query(query_id, text or None, show_alert=is_alert or None)


def edit_of(tg_id: int, message_id: int, screen: Screen) -> Call:
    return lambda bot: bot.edit_message_text(
        screen.text,
        tg_id,
        message_id,
        parse_mode=ParseMode.HTML,
        link_preview_options=NO_PREVIEW,
        reply_markup=keyboard_of(screen),
    )


def delete_of(tg_id: int, message_id: int) -> Call:
    return lambda bot: bot.delete_message(tg_id, message_id)


def together(calls: list[Call]) -> list[TelegramError | None]:
    """Make the calls at the same time; of each its error, or None."""
    if not calls:
        return []

    async def gather(bot: Bot) -> list[Any]:
        return await asyncio.gather(*(call(bot) for call in calls), return_exceptions=True)

    try:
        results = WIRE.call(gather)
    except TelegramError as error:
        return [error] * len(calls)
    for result in results:
        if isinstance(result, BaseException) and not isinstance(result, TelegramError):
            raise result
    return [result if isinstance(result, TelegramError) else None for result in results]


def says(error: TelegramError, *words: str) -> bool:
    """Whether Telegram refused with one of these; it is compared in lower case (facts T3)."""
    return isinstance(error, BadRequest) and any(each in str(error).lower() for each in words)
