"""Write down who somebody is, and how he wants to be spoken to."""

from functools import partial

from django.db import transaction

from accounts.models import Client, User
from accounts.signals import identity_changed


def choose_language(tg_id: int, language: str) -> None:
    """Whoever has this Telegram is addressed in ``language``, as staff and as whichever company's client."""
    User.objects.filter(tg_id=tg_id).update(language=language)
    Client.objects.filter(tg_id=tg_id).update(language=language)
    # An update is not heard by accounts.receivers, and one chat needs no statement for each of its cards.
    transaction.on_commit(partial(identity_changed.send_robust, sender=User, tg_ids=frozenset({tg_id})))


def note_client(company_id: int, phone: str, *, first_name: str, last_name: str = "") -> Client:
    """The company's client with that phone, written down if there is none yet; a card that is there stays as it is."""
    names = {"first_name": first_name, "last_name": last_name}
    return Client.objects.get_or_create(company_id=company_id, phone=phone, defaults=names)[0]
