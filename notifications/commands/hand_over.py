"""What a client whose card was merged into another hears, where and about what, inside the transaction of the merge."""

from django.db.models import Exists, OuterRef

from notifications.commands.subscribe import MOST_PER_PERSON, forget_all_but
from notifications.models import Delivery, Preferences, PushSubscription
from notifications.values import State

TOLD_ALREADY = "told under the other card"
OTHER_HANDS = "the number has changed hands"


def hand_over_addresses(retired_id: int, kept_id: int) -> None:
    """His browsers, his wishes, and what he has been told or is about to be."""
    PushSubscription.objects.filter(client=retired_id).update(client=kept_id)
    forget_all_but(MOST_PER_PERSON, PushSubscription.objects.filter(client=kept_id))
    hand_over_wishes(retired_id, kept_id)
    hand_over_deliveries(retired_id, kept_id)


def hand_over_wishes(retired_id: int, kept_id: int) -> None:
    """What either has switched off stays off; for the rest, as for offers, the kept one's own choice counts."""
    rows = Preferences.objects.filter(client__in=(retired_id, kept_id)).order_by("pk").select_for_update()
    wishes = {row.client_id: row for row in rows}
    if retired_id not in wishes:
        return
    if kept_id not in wishes:
        Preferences.objects.filter(client=retired_id).update(client=kept_id)
        return
    own = wishes[kept_id]
    own.muted = list(dict.fromkeys(own.muted + wishes[retired_id].muted))
    own.save(update_fields=["muted"])
    wishes[retired_id].delete()


def hand_over_deliveries(retired_id: int, kept_id: int) -> None:
    """Also those of the past, so that the same person is not told the same thing again under his other card.

    What is on its way at this moment is left to its sender, whom we must not wait for: he may be waiting for the card.
    """
    key = f"client:{kept_id}"
    told = Delivery.objects.filter(
        recipient=key, **{name: OuterRef(name) for name in ("occasion", "channel", "target")}
    )
    mine = Delivery.objects.filter(client=retired_id).exclude(state=State.SENDING)
    mine.filter(~Exists(told)).update(client=kept_id, recipient=key)
    mine.filter(state=State.WAITING).update(state=State.DROPPED, reason=TOLD_ALREADY)


def forget_earlier_owner(client_id: int) -> None:
    """Of a card whose number has changed hands: his browsers, his wishes, and what was still to go to them."""
    PushSubscription.objects.filter(client=client_id).delete()
    Preferences.objects.filter(client=client_id).delete()
    Delivery.objects.filter(client=client_id, state=State.WAITING).update(state=State.DROPPED, reason=OTHER_HANDS)
