"""From what arrived to the handler that knows what it means, and from its refusals to words."""

from dataclasses import dataclass

from django.utils import translation
from django.utils.translation import gettext as _
from telegram import Message

from accounts.errors import Busy, NotAllowed, Refusal
from accounts.models import Company
from accounts.values import Role
from telegram_bot import memory, routes
from telegram_bot.arrival import Arrival, command_in, formatted
from telegram_bot.buttons import home_row
from telegram_bot.callbacks import MOVES, Press
from telegram_bot.flows import links, start
from telegram_bot.people import Person
from telegram_bot.refusals import Missing
from telegram_bot.talk import AlreadyDone, Contact, Talk
from telegram_bot.values import Reply, Screen


@dataclass(frozen=True, slots=True)
class Answer:
    """What to show to whom, and what the audit says of it; ``message_id`` is the message that asked for what was
    ``typed`` (see Talk), and changes now."""

    reply: Reply
    outcome: str
    person: Person
    message_id: int | None = None
    typed: str = ""


def answer_to(arrival: Arrival, person: Person) -> Answer:
    """Raises whatever a fault of ours raises."""
    with translation.override(person.language):
        talk = talk_of(arrival, person)
        reply, outcome = replied(arrival, talk)
    return Answer(reply, outcome, talk.person, talk.message_id, talk.typed)


def talk_of(arrival: Arrival, person: Person) -> Talk:
    if arrival.query:
        message = arrival.query.message
        return Talk(person, arrival.update_id, message.message_id if message else None)
    if arrival.message is None:
        return Talk(person, arrival.update_id)
    contact = contact_in(arrival.message)
    return Talk(person, arrival.update_id, contact=contact, formatted=formatted(arrival.message))


def contact_in(message: Message) -> Contact | None:
    """What was shared, or whose message was forwarded; a bot is nobody."""
    if shared := message.contact:
        names = shared.first_name, shared.last_name or ""
        return Contact(shared.phone_number, shared.user_id, *names, is_passed_on=is_passed_on(message))
    if (origin := message.forward_origin) and (user := getattr(origin, "sender_user", None)) and not user.is_bot:
        return Contact("", user.id, user.first_name, user.last_name or "")
    return None


def is_passed_on(message: Message) -> bool:
    """A copy of what was said long ago, or another bot's words: the number may be somebody else's by now."""
    return message.forward_origin is not None or message.via_bot is not None


def replied(arrival: Arrival, talk: Talk) -> tuple[Reply, str]:
    """What to show, and in a word how it went."""
    try:
        reply = to_press(talk, arrival.press) if arrival.query else to_message(talk, arrival.message)
    except AlreadyDone:
        return Reply(), "already done"
    except (Missing, NotAllowed, Company.DoesNotExist) as error:
        return start.outdated(talk), getattr(error, "code", "missing")
    except Refusal as refusal:
        return refused(talk, refusal, is_tap=arrival.query is not None), refusal.code
    except Busy:
        return Reply(toast=_("Many people are booking right now. Please try again."), is_alert=True), "busy"
    return reply, reply.refusal or "ok"


def refused(talk: Talk, refusal: Refusal, *, is_tap: bool) -> Reply:
    """What a tap was refused for is said over the chat; what was written, in it."""
    if is_tap:
        return Reply(toast=str(refusal), is_alert=True)
    return Reply(Screen(str(refusal), (home_row(),)))


def to_press(talk: Talk, press: Press | None) -> Reply:
    if press is None or not may_press(talk.person, press):
        return start.outdated(talk)
    if press.callback not in MOVES:
        memory.stop_asking(talk.person.tg_id)
    return routes.PRESSES[press.callback](talk, **press.parts)


def may_press(person: Person, press: Press) -> bool:
    return Role.CLIENT in press.callback.by or person.role in press.callback.by


def to_message(talk: Talk, message: Message | None) -> Reply:
    text = (message.text or "").strip() if message else ""
    if text.startswith("/"):
        memory.stop_asking(talk.person.tg_id)
        return to_command(talk, text)
    question = memory.question_of(talk.person.tg_id)
    handler = routes.ANSWERS.get(question.name) if question else None  # none: it was asked by an earlier version
    if question and handler and (text or talk.contact):
        memory.stop_asking(talk.person.tg_id)
        talk.message_id, talk.typed = question.message_id, question.name
        return handler(talk, text, **question.about)
    if talk.contact is not None:
        return routes.ANSWERS["contact"](talk, text)
    return links.unknown_text(talk, text)


def to_command(talk: Talk, text: str) -> Reply:
    """What nobody knows, or only another role, is a text like any other."""
    name, rest = command_in(text), text.partition(" ")[2]
    if name == "start" and rest:
        return links.by_link(talk, rest.strip())
    for role in (talk.person.role, Role.CLIENT):
        if handler := routes.COMMANDS.get((name, role)):
            return handler(talk)
    return links.unknown_text(talk, text)
