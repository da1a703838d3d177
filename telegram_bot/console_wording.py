"""How the console says what staff did in the bot: of a button its data is kept, of a message its kind and which
question it answered."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from telegram_bot.callbacks import (
    BREAK,
    CANCEL,
    CARD_BACK,
    CARD_EDIT,
    CARD_HIDE,
    CLIENT_CARD,
    CONFIRM,
    CONFIRM_CANCEL,
    DESK_STEP,
    DESK_VISIT,
    DROP_BREAK,
    EDIT,
    FIGURES,
    FIND,
    MOVE,
    MOVE_ASK,
    MOVE_DAYS,
    MOVE_PART,
    MOVE_TIMES,
    MY_CARD,
    MY_STEP,
    MY_VISIT,
    NEW_BOOK,
    PAY,
    RESCHEDULE,
    SET_AUDIENCE,
    STEER,
    STOP_FOLLOWING,
    SWITCH,
    TAKE_BREAK,
    UNDO_MOVE,
    Callback,
    Press,
    read_press,
)
from telegram_bot.flows.desk_book import NEWCOMER, WHOM
from telegram_bot.flows.desk_broadcast import REWRITING, WRITING
from telegram_bot.flows.desk_find import FINDING
from telegram_bot.flows.holding import COMMENTING_ON_HOLD
from telegram_bot.flows.specialist.breaks import EXPLAINING
from telegram_bot.flows.visits import COMMENTING

OK, DECLINED, FAULT = "ok", "declined", "fault"
"""How it went, in one of three words. Every one has a colour: of one that has not, unfold would show the code."""
COLOURS = {OK: "success", DECLINED: "warning", FAULT: "danger"}

STEPS = {
    "arr": gettext_lazy("Visit #%(id)s: arrived"),
    "done": gettext_lazy("Visit #%(id)s: completed"),
    "ns": gettext_lazy("Visit #%(id)s: no-show"),
    "xarr": gettext_lazy("Visit #%(id)s: “arrived” taken back"),
    "xdone": gettext_lazy("Visit #%(id)s: “completed” taken back"),
    "xns": gettext_lazy("Visit #%(id)s: “no-show” taken back"),
}
DEEDS: dict[Callback, Any] = {
    **dict.fromkeys((MY_STEP, DESK_STEP), ""),
    CONFIRM_CANCEL: gettext_lazy("Visit #%(id)s: cancelled"),
    MOVE: gettext_lazy("Visit #%(id)s: moved"),
    UNDO_MOVE: gettext_lazy("Visit #%(id)s: move taken back"),
    STOP_FOLLOWING: gettext_lazy("Visit #%(id)s: followed no longer"),
    TAKE_BREAK: gettext_lazy("Break taken: %(length)s min"),
    DROP_BREAK: gettext_lazy("Break taken back"),
    NEW_BOOK: gettext_lazy("Booked for somebody"),
    **dict.fromkeys((CONFIRM, PAY), gettext_lazy("Booked as a client")),
    SWITCH: gettext_lazy("Notifications: a switch turned"),
    SET_AUDIENCE: gettext_lazy("Broadcast #%(id)s: audience chosen"),
    STEER: gettext_lazy("Broadcast #%(id)s: %(deed)s"),
}
"""What changes something."""
LOOKS: dict[Callback, Any] = {
    **dict.fromkeys((MY_VISIT, DESK_VISIT, EDIT, CARD_BACK, MY_CARD), gettext_lazy("Visit #%(id)s: looked at")),
    CARD_EDIT: gettext_lazy("Visit #%(id)s: looked at"),
    CARD_HIDE: gettext_lazy("Visit #%(id)s: card hidden"),
    CANCEL: gettext_lazy("Visit #%(id)s: asked what cancelling means"),
    **dict.fromkeys(
        (RESCHEDULE, MOVE_DAYS, MOVE_TIMES, MOVE_PART, MOVE_ASK), gettext_lazy("Visit #%(id)s: looked for another time")
    ),
    BREAK: gettext_lazy("Looked for a time for a break"),
    CLIENT_CARD: gettext_lazy("Client #%(client)s: looked at"),
    FIND: gettext_lazy("Looked for a client"),
    FIGURES: gettext_lazy("Looked at the figures"),
}
SCREENS = {
    "n": gettext_lazy("Opened the menu"),
    "b": gettext_lazy("Looked for a time, as a client"),
    "m": gettext_lazy("Looked at own visits"),
    "rm": gettext_lazy("Answered own reminder"),
    "w": gettext_lazy("Looked at own wallet"),
    "s": gettext_lazy("Opened own settings"),
    "sp": gettext_lazy("Looked at own days"),
    "ad": gettext_lazy("Looked at the salon"),
    "x": gettext_lazy("Pressed a label"),
}
"""Everything else, by the first word of its data."""
MESSAGES = {
    "text": gettext_lazy("Wrote something"),
    "contact": gettext_lazy("Sent a contact"),
    "other": gettext_lazy("Sent a picture or the like"),
    "button": gettext_lazy("Pressed a button that is no longer known"),
}
TYPED_DEEDS = {
    **dict.fromkeys((COMMENTING, COMMENTING_ON_HOLD), gettext_lazy("Commented on own visit")),
    EXPLAINING: gettext_lazy("Break: reason written"),
    WRITING: gettext_lazy("Broadcast: text written"),
    REWRITING: gettext_lazy("Broadcast: text changed"),
    NEWCOMER: gettext_lazy("A new client written down"),
}
"""What changes something, by the question that it answered."""
TYPED_LOOKS = {FINDING: gettext_lazy("Looked for a client"), WHOM: gettext_lazy("Looked for whom to book")}
OUTCOMES = {
    "ok": gettext_lazy("Answered"),
    "already done": gettext_lazy("Was already done"),
    "missing": gettext_lazy("No longer there"),
    "not_allowed": gettext_lazy("Not allowed"),
    "busy": gettext_lazy("The server was busy"),
}
OF_A_VISIT = tuple(
    callback
    for callback in (*DEEDS, *LOOKS)
    if "{id}" in callback.pattern and callback not in (DROP_BREAK, SET_AUDIENCE, STEER)
)
"""Whose number is that of a visit."""


def what_in_words(what: str) -> str:
    """What was pressed or sent; what nobody has words for stays as it is."""
    if what.startswith("/"):
        return _("Command %(name)s") % {"name": what}
    kind, _colon, question = what.partition(":")
    if words := TYPED_DEEDS.get(question) or TYPED_LOOKS.get(question) or MESSAGES.get(kind):
        return str(words)
    press = read_press(what)
    return what if press is None else press_in_words(press)


def press_in_words(press: Press) -> str:
    words = STEPS.get(press.parts.get("step", "")) or DEEDS.get(press.callback) or LOOKS.get(press.callback)
    words = words or SCREENS.get(press.callback.pattern.partition(":")[0], press.callback.pattern)
    return str(words) % press.parts


def visit_in(what: str) -> int | None:
    """The number of the visit that a button was about."""
    press = read_press(what)
    if press is None or press.callback not in OF_A_VISIT:
        return None
    number: int = press.parts["id"]
    return number


def whats_typed() -> list[str]:
    """Everything typed or shared that changes something, as it is kept."""
    return [f"{kind}:{question}" for kind in MESSAGES for question in TYPED_DEEDS]


def outcome_in_words(outcome: str) -> tuple[str, str]:
    """How it went, and the same in words."""
    if outcome.startswith(FAULT):
        return FAULT, _("A fault of the server, code %(code)s") % {"code": outcome.removeprefix(FAULT).strip()}
    words = str(OUTCOMES.get(outcome) or _("Declined (%(why)s)") % {"why": outcome or "—"})
    return (OK if outcome in ("ok", "already done") else DECLINED), words


def beginning_of(callback: Callback) -> str:
    """What the data of all such buttons begins with."""
    return callback.pattern.partition("{")[0]
