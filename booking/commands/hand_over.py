"""The visits of a client whose card was merged into another."""

from accounts.values import Actor
from booking.commands.record import facts, record_event
from booking.models import Appointment, EventType


def hand_over_visits(retired_id: int, kept_id: int, actor: Actor) -> None:
    """Give every row of a retired client to the kept one, live holds too, inside the transaction of the merge.

    History says so of each, and nobody is told. Nothing of what was agreed changes, and no calendar: so the version
    stays, and a form that somebody has open is still good.
    """
    rows = Appointment.objects.filter(client=retired_id).order_by("pk").select_for_update(no_key=True)
    visits = list(rows)
    Appointment.objects.filter(pk__in=[visit.pk for visit in visits]).update(client=kept_id)
    for visit in visits:
        merged = {"client_id": [retired_id, kept_id]}
        record_event(visit, EventType.CLIENT_MERGED, actor, facts(visit), told=False, **merged)
