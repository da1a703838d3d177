"""The way back from a move: what the visit was before, and whether it can be that again."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from booking.availability import OUTSIDE_RULES, Reason
from booking.models import Appointment, AppointmentEvent, EventType
from booking.models.event import BESIDE_THE_POINT
from booking.queries.slots import is_free
from booking.values import Kept, Slot, whole_minutes

UNDO_WAIVES = frozenset({Reason.TOO_SOON, Reason.TOO_FAR, Reason.OFF_GRID})
"""The old time was rightly theirs a moment ago: only what happened since can stand in the way."""


@dataclass(frozen=True, slots=True)
class WayBack:
    """Where a visit was before its last ``move``, on which terms, and which rules did not bind it there."""

    move: AppointmentEvent
    slot: Slot
    kept: Kept
    waived: frozenset[Reason]
    free_until: datetime | None
    returned: Decimal
    """What the move gave back to the wallet."""


def last_move(appointment: Appointment) -> AppointmentEvent | None:
    """The move that can still be taken back: the last thing that anybody did, and no undo itself."""
    event = appointment.events.exclude(event_type__in=BESIDE_THE_POINT).order_by("pk").last()
    if event is None or event.event_type != EventType.BOOKING_RESCHEDULED or event.payload.get("undo"):
        return None
    return event


def before_last_move(moved: Appointment) -> WayBack | None:
    event = last_move(moved)
    if event is None:
        return None
    was = {key: change[0] for key, change in event.payload["changed"].items()}
    start = moment(was.get("start_time"), moved.start_time)
    end = moment(was.get("end_time"), moved.end_time)
    busy_until = moment(was.get("busy_until"), moved.busy_until)
    specialist_id = was.get("specialist_id", moved.specialist_id)
    return WayBack(
        move=event,
        slot=Slot(moved.location_id, moved.service_id, start, specialist_id),
        kept=Kept(
            appointment_id=moved.pk,
            specialist_id=specialist_id,
            length=whole_minutes(end - start),
            rest=whole_minutes(busy_until - end),
            price=Decimal(was.get("price", moved.price)),
        ),
        returned=Decimal(event.payload.get("returned", 0)),
        free_until=moment(was["free_until"], start) if was.get("free_until") else moved.free_until,
        waived=OUTSIDE_RULES if was.get("outside_rules", moved.outside_rules) else UNDO_WAIVES,
    )


def moment(text: str | None, otherwise: datetime) -> datetime:
    return datetime.fromisoformat(text) if text else otherwise


def open_way_back(moved: Appointment) -> WayBack | None:
    """The way back that can be taken now: the old time is still ahead and nobody else's."""
    back = before_last_move(moved)
    now: datetime = moved.now  # type: ignore[attr-defined]  # see with_its_place()
    if back is None or back.slot.start <= now or not is_free(back.slot, back.kept, back.waived):
        return None
    return back
