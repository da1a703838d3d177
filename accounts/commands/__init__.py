"""The writers of accounts."""

from accounts.commands.chats import client_of_chat, prove_phone
from accounts.commands.clients import choose_language, note_client
from accounts.commands.devices import remember_device
from accounts.commands.merge import merge_clients
from accounts.commands.staff import accept_invitation, disconnect_telegram, invite
from accounts.commands.visitors import visitor_who_books

__all__ = [
    "accept_invitation",
    "choose_language",
    "client_of_chat",
    "disconnect_telegram",
    "invite",
    "merge_clients",
    "note_client",
    "prove_phone",
    "remember_device",
    "visitor_who_books",
]
