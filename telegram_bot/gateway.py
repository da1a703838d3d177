"""The one point of control (source 003): each update once, not too fast, by a person we know, always answered."""

from typing import Any

import structlog
from django.db import DataError, InterfaceError, OperationalError
from psycopg_pool import PoolTimeout

from notifications.commands import chat_gone, revive_chat
from telegram_bot import memory
from telegram_bot.answers import answer_to
from telegram_bot.arrival import Arrival
from telegram_bot.chat import Place, show
from telegram_bot.commands import DOUBLE_TAP, TOO_FAST, finish_update, take_update
from telegram_bot.faults import apologise, say_try_later, say_wait
from telegram_bot.impatience import Impatience
from telegram_bot.introduction import introduce_to
from telegram_bot.people import Person, person_of

OUTAGES = (OperationalError, InterfaceError, PoolTimeout)
"""How a database that is gone shows itself."""
KICKED, MEMBER = "kicked", "member"
FAULT = "fault"
FIRST_TOO_MANY = memory.MOST_UPDATES + 1

log = structlog.get_logger()


def receive(body: Any) -> None:
    """Answer an update, if it is one and the first of its number. Raises nothing for what went wrong inside: Telegram
    would repeat the update for a day and keep everything else of this person waiting (facts T4)."""
    arrival = Arrival.read(body)
    if arrival is None:
        return
    with structlog.contextvars.bound_contextvars(update_id=arrival.update_id):
        try:
            if take_update(arrival.update_id, arrival.sender.tg_id, body):
                finish_update(arrival.update_id, **account_of(arrival))
        except OUTAGES as error:
            log.error("bot_without_database", why=type(error).__name__)
            say_try_later(arrival.sender, place_of(arrival))
        except DataError as error:  # a NUL, half a character: nothing that Telegram would send
            log.warning("update_not_kept", why=type(error).__name__)


def account_of(arrival: Arrival) -> dict[str, Any]:
    """What is to be written down of it. A fault nobody could be told of is an outcome, too: an update that stayed
    unanswered would be tried every minute for ever, and in its way all that wait behind it."""
    try:
        return {"what": arrival.what, **outcome_of(arrival)}
    except OUTAGES:
        raise
    except Exception as error:
        log.error("bot_fault", exc_info=error)
        return {"what": "", "outcome": FAULT}


def outcome_of(arrival: Arrival) -> dict[str, Any]:
    """Answer it; what is to be written down about that."""
    if arrival.message is None and arrival.query is None:
        change_membership(arrival)
        return {"outcome": arrival.membership}
    if refusal := too_fast(arrival):
        return {"outcome": refusal}
    revive_chat(arrival.sender.tg_id)
    with Impatience(place_of(arrival)) as impatience:
        return answered(arrival, impatience)


def change_membership(arrival: Arrival) -> None:
    """Somebody has blocked the bot, or let it in again: his messages take another road at once."""
    if arrival.membership == KICKED:
        chat_gone(arrival.sender.tg_id, "bot was blocked by the user")
    elif arrival.membership == MEMBER:
        revive_chat(arrival.sender.tg_id)


def too_fast(arrival: Arrival) -> str:
    """Why it is not looked at: one polite line for the first too many, then silence (experience §3.8)."""
    lately = memory.updates_lately(arrival.sender.tg_id)
    place = place_of(arrival)
    if lately > memory.MOST_UPDATES:
        say_wait(arrival.sender, place, aloud=lately == FIRST_TOO_MANY)
        return TOO_FAST
    query = arrival.query
    if query and memory.is_double_tap(arrival.sender.tg_id, place.message_id or 0, query.data or ""):
        say_wait(arrival.sender, place, aloud=False)
        return DOUBLE_TAP
    return ""


def answered(arrival: Arrival, impatience: Impatience) -> dict[str, Any]:
    person = None
    try:
        person = person_of(arrival.sender)
        answer = answer_to(arrival, person)
    except OUTAGES:
        raise
    except Exception as error:
        return {"outcome": apologise(arrival.sender, impatience.place, error), "user_id": user_behind(person)}
    if arrival.message is not None:
        impatience.place.message_id = answer.message_id
    show(impatience.place, impatience.said_otherwise(answer.reply))
    if arrival.message is not None:
        introduce_to(answer.person)
    return {
        "what": f"{arrival.what}:{answer.typed}" if answer.typed else arrival.what,
        "outcome": answer.outcome,
        "user_id": user_behind(answer.person),
    }


def user_behind(person: Person | None) -> int | None:
    """Whose deed the audit keeps: staff's only."""
    return person.staff.user_id if person and person.staff else None


def place_of(arrival: Arrival) -> Place:
    """Where an answer goes. A message that Telegram no longer shows us cannot be changed: a new one is sent."""
    tg_id = arrival.sender.tg_id
    if arrival.query:
        message, press = arrival.query.message, arrival.press
        reachable = message is not None and message.is_accessible
        return Place(
            tg_id,
            message.message_id if message and reachable else None,
            query_id=arrival.query.id,
            is_card=press is not None and press.is_on_a_card,
        )
    return Place(tg_id, typed_id=arrival.message.message_id if arrival.message else None)
