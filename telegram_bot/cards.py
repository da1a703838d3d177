"""The message about one visit, as it was sent and as it is restored: one wording for both."""

from accounts.models import Client, User
from booking.models import Appointment
from notifications.render import card_of
from notifications.values import RecipientRole
from telegram_bot.values import Button, Screen


def clients_card(visit: Appointment, client: Client | None, language: str) -> Screen:
    """What the client is told of the visit as it is now."""
    return card(visit, RecipientRole.CLIENT, language, client=client)


def staffs_card(visit: Appointment, role: RecipientRole, user: User | None, language: str) -> Screen:
    """What a specialist or the desk is told of it."""
    return card(visit, role, language, user=user)


def card(
    visit: Appointment, role: RecipientRole, language: str, *, client: Client | None = None, user: User | None = None
) -> Screen:
    message = card_of(visit, role, client=client, user=user, language=language)
    rows = tuple(tuple(Button(each.text, each.callback, each.url) for each in row) for row in message.buttons)
    return Screen(message.text, rows)
