"""Messages in Telegram that are changed after they were sent: cards that are hidden, and those of the past."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from booking.models import Appointment
from booking.models.appointment import ClockTimestamp
from booking.queries.visits import database_time
from notifications.models import Delivery
from notifications.models.delivery import DeliveryQuerySet

STAYS = timedelta(hours=24)
"""After the end of its visit the buttons under a message make sense for so long (experience §3.2)."""


def forget_card(tg_id: int, message_id: int) -> int:
    """It is no card any more: it was hidden, or has become a menu. What happens next to its visit is told by a new
    message, and its buttons are left alone. How many deliveries it was; one statement, on an index."""
    cards = Delivery.objects.filter(target=str(tg_id), provider_id=str(message_id), strip_at__isnull=False)
    return cards.update(provider_id="", strip_at=None)


def follow_move(visit: Appointment) -> int:
    """The visit ends at another time now: so long the buttons of what was told of it stay; how many deliveries."""
    told = Delivery.objects.filter(event__appointment=visit.pk, strip_at__isnull=False)
    return told.update(strip_at=visit.end_time + STAYS)


@dataclass(frozen=True, slots=True)
class Outdated:
    """A message whose buttons are to be taken away: in which chat, which message, and whose delivery it is."""

    delivery_id: int
    chat: str
    message_id: str


@transaction.atomic
def claim_outdated(most: int) -> list[Outdated]:
    """Those longest due, leased to the caller: whoever else asks meanwhile gets others. What is not ``stripped`` until
    the lease ends is due again."""
    rows = due_by(database_time()).select_for_update(no_key=True, skip_locked=True)
    found = [Outdated(*row) for row in rows.values_list("pk", "target", "provider_id")[:most]]
    leased = Delivery.objects.filter(pk__in=[each.delivery_id for each in found])
    leased.update(strip_at=ClockTimestamp() + settings.NOTIFICATION_LEASE)
    return found


def due_by(now: datetime) -> DeliveryQuerySet:
    """A moment that was read before can be looked up in the index; a clock that runs cannot."""
    return Delivery.objects.filter(strip_at__lte=now).order_by("strip_at")


def stripped(delivery_ids: Iterable[int]) -> int:
    """Their buttons are gone, or cannot be taken away; how many."""
    return Delivery.objects.filter(pk__in=list(delivery_ids)).update(strip_at=None)
