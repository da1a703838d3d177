"""Two cards of one person become one (domain §11)."""

import structlog
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.errors import CannotMerge
from accounts.models import Client, Device
from accounts.models.client import Priority
from accounts.signals import clients_merged
from accounts.transactions import locking_transaction
from accounts.values import Actor

INHERITED = ("user_id", "tg_id", "phone", "email", "language")
"""What the kept card takes over where it has none of its own."""
BY_RANK = (Priority.NORMAL, Priority.VIP, Priority.URGENT)
LONGEST_NOTES = 5000

log = structlog.get_logger()


@locking_transaction
def merge_clients(retired_id: int, kept_id: int, actor: Actor) -> Client:
    """Give everything of one client to another of the same company, who is returned; the first one retires.

    Whoever calls has proved that both are one person. Raises CannotMerge, and what an app refuses: WalletFrozen.
    """
    found = {card.pk: card for card in lock_cards(Client.objects.filter(pk__in=(retired_id, kept_id)))}
    retire(found[retired_id], found[kept_id], actor)
    return found[kept_id]


def retire(retired: Client, kept: Client, actor: Actor) -> None:
    """The same for two cards that are locked, so that nobody commits a row that names them meanwhile.

    ``merged_into`` is written first: by it the database knows a merge from a slip when visits and money change hands.
    """
    require_two_of_one_company(retired, kept)
    inherited = {name: getattr(kept, name) or getattr(retired, name) for name in INHERITED}
    retired.merged_into, retired.is_active = kept, False
    retired.tg_id = retired.phone = retired.user = None
    retired.save(update_fields=["merged_into", "is_active", "tg_id", "phone", "user"])
    for name, value in inherited.items():
        setattr(kept, name, value)
    kept.notes, kept.priority = notes_of(kept, retired), max(kept.priority, retired.priority, key=rank)
    kept.save(update_fields=["user", "tg_id", "phone", "email", "language", "notes", "priority"])
    Client.objects.filter(merged_into=retired).update(merged_into=kept)
    Device.objects.filter(client=retired).update(client=kept)
    clients_merged.send(sender=Client, retired_id=retired.pk, kept_id=kept.pk, actor=actor)
    log.info("clients_merged", retired_id=retired.pk, kept_id=kept.pk)


def lock_cards(rows: QuerySet[Client]) -> list[Client]:
    """In one order for everybody. Not ``no_key`` as elsewhere: whoever names one of them in a row waits with his
    commit, and if he read before we committed, he is refused (40001) and looks again."""
    return list(rows.order_by("pk").select_for_update())


def require_two_of_one_company(retired: Client, kept: Client) -> None:
    """Raises CannotMerge."""
    if retired.company_id != kept.company_id:
        raise CannotMerge(_("These clients are of two companies."))
    if retired.pk == kept.pk:
        raise CannotMerge(_("This is one and the same client."))
    if retired.merged_into_id or kept.merged_into_id:
        raise CannotMerge(_("One of these cards has been merged into another already."))


def notes_of(kept: Client, retired: Client) -> str:
    """Of both; what no longer fits can still be read on the retired card."""
    return "\n".join(filter(None, dict.fromkeys((kept.notes, retired.notes))))[:LONGEST_NOTES]


def rank(priority: str) -> int:
    return BY_RANK.index(Priority(priority))
