"""Whoever visits becomes somebody when he books."""

from accounts.commands.chats import client_of_chat
from accounts.queries import Visitor, visitor_of
from accounts.values import Actor, Channel, TelegramUser


def visitor_who_books(user: Visitor, company_id: int, channel: Channel = Channel.WEB) -> Actor:
    """The visitor, of whom something will be kept: somebody whom Telegram introduces becomes the company's client now,
    and not by looking around. Raises CardClosed."""
    visitor = visitor_of(user, company_id, channel)
    if visitor.client_id is not None or not isinstance(user, TelegramUser):
        return visitor
    client_of_chat(company_id, user.id, first_name=user.first_name, last_name=user.last_name, language=user.language)
    return visitor_of(user, company_id, channel)
