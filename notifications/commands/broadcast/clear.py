"""What killed workers left behind, and what came back after a stop."""

from django.db.models import Exists, OuterRef

from booking.models.appointment import ClockTimestamp
from notifications.commands.broadcast.turns import wake_forsaken
from notifications.models import Broadcast, BroadcastState, Delivery
from notifications.relevance import STOPPED
from notifications.values import State

ANSWER_LOST = "the answer was lost"


def wake_broadcasts() -> int:
    """Go on with every broadcast whose worker is gone, or that has something to do again; how many."""
    bury_forsaken()
    drop_latecomers()
    return wake_forsaken()


def bury_forsaken() -> int:
    """Whose sender was killed may have arrived, and an offer is not worth sending twice (domain §8); how many."""
    rows = Delivery.objects.filter(broadcast__isnull=False, state=State.SENDING, leased_until__lte=ClockTimestamp())
    return rows.update(state=State.DEAD, leased_until=None, reason=ANSWER_LOST)


def drop_latecomers() -> int:
    """Those under way when their broadcast was stopped, and since put back to be tried again; how many."""
    stopped = Broadcast.objects.filter(pk=OuterRef("broadcast"), state=BroadcastState.STOPPED)
    rows = Delivery.objects.filter(Exists(stopped), broadcast__isnull=False, state=State.WAITING)
    return rows.update(state=State.DROPPED, reason=STOPPED)
