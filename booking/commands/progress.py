"""What becomes of a visit: cancelled, arrived, completed, not come, and a slip of the desk put right."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from django.utils.translation import gettext as _

from accounts.errors import NotAllowed
from accounts.transactions import command_transaction
from accounts.values import Actor
from booking.availability import Reason
from booking.availability.spans import common, crowded
from booking.availability.wallclock import minute_of
from booking.commands.find import appointment_for, require_staff
from booking.commands.hold import expire
from booking.commands.locks import claim_of, lock_calendars
from booking.commands.once import Once, answered_before, remember_answer
from booking.commands.record import facts, write_change
from booking.commands.settle import settle_cancellation
from booking.errors import SlotTaken, TooEarly, TooLate, WrongStatus
from booking.models import COMING, Appointment, EventType, Status
from booking.queries.calendars import presence_in
from booking.queries.facts import BusyRow, busy_around, round_up
from booking.queries.locations import located
from booking.queries.money import settlement_of
from booking.queries.visits import database_time
from booking.values import CancelReason


def midnight_of(appointment: Appointment) -> datetime:
    """The beginning of the visit's local day."""
    zone = appointment.location.zone
    return datetime.combine(appointment.start_time.astimezone(zone).date(), time(), zone)


def start_of(appointment: Appointment) -> datetime:
    return appointment.start_time


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a visit's life: where it leads, from where staff may take it, from when on, and whether clients may."""

    to: Status
    event_type: EventType
    by_staff_from: tuple[Status, ...]
    not_before: Callable[[Appointment], datetime] | None = None
    by_client: bool = False

    def is_open(self, appointment: Appointment, now: datetime) -> bool:
        """Whether staff may take it now; the command looks again."""
        is_time = self.not_before is None or now >= self.not_before(appointment)
        return appointment.status in self.by_staff_from and is_time


EXPECTED = (Status.CONFIRMED,)
CANCEL = Step(Status.CANCELLED, EventType.BOOKING_CANCELLED, COMING, by_client=True)
ARRIVE = Step(Status.ARRIVED, EventType.BOOKING_ARRIVED, EXPECTED, not_before=midnight_of)
COMPLETE = Step(Status.COMPLETED, EventType.BOOKING_COMPLETED, COMING, not_before=start_of)
NO_SHOW = Step(Status.NO_SHOW, EventType.BOOKING_NO_SHOW, EXPECTED, not_before=start_of)
CORRECTIONS = {
    Status.ARRIVED: Status.CONFIRMED,
    Status.COMPLETED: Status.ARRIVED,
    Status.NO_SHOW: Status.CONFIRMED,
}


def cancel_appointment(
    appointment_id: int, actor: Actor, reason: CancelReason | None = None, *, request: Once | None = None
) -> Appointment:
    """Cancel a visit: a client until its start, staff also afterwards and after arrival. Repeating it changes nothing.

    The time is free at once. What was paid from the wallet goes back to it in the same transaction, less the fee that
    a client's late cancellation costs. Raises TooLate, WrongStatus.
    """
    details = {"reason": reason.value} if reason else {}
    return advance(appointment_id, actor, CANCEL, request, **details)


def mark_arrived(appointment_id: int, actor: Actor) -> Appointment:
    """The client is here; from the visit's local day on. Raises TooEarly, WrongStatus."""
    return advance(appointment_id, actor, ARRIVE)


def complete_appointment(appointment_id: int, actor: Actor) -> Appointment:
    """The visit took place; after its start. Raises TooEarly, WrongStatus."""
    return advance(appointment_id, actor, COMPLETE)


def mark_no_show(appointment_id: int, actor: Actor) -> Appointment:
    """Nobody came; after the start. The time is free. Raises TooEarly, WrongStatus."""
    return advance(appointment_id, actor, NO_SHOW)


@command_transaction
def advance(appointment_id: int, actor: Actor, step: Step, request: Once | None = None, **details: Any) -> Appointment:
    if answer := answered_before(request):
        return answer
    appointment = appointment_for(appointment_id, actor)
    lock_calendars([claim_of(appointment)])
    if appointment.status != step.to:
        require_step(appointment, actor, step)
        take_step(appointment, actor, step, **details)
    remember_answer(request, appointment)
    return appointment


def take_step(appointment: Appointment, actor: Actor, step: Step, **details: Any) -> None:
    before = facts(appointment)
    appointment.status = step.to
    if step is not CANCEL or not appointment.paid:
        write_change(appointment, step.event_type, actor, before, **details)
        return
    settlement = settlement_of(appointment, by_staff=actor.is_staff, now=database_time())
    write_change(appointment, step.event_type, actor, before, **details, **settlement.as_details())
    settle_cancellation(appointment, settlement, actor)


def require_step(appointment: Appointment, actor: Actor, step: Step) -> None:
    """Raises NotAllowed, WrongStatus, TooEarly, TooLate: domain §3."""
    now = database_time()
    if not actor.is_staff:
        require_by_client(appointment, now, step)
    elif appointment.status not in step.by_staff_from:
        raise WrongStatus(
            _("A visit that is “%(status)s” cannot become that.") % {"status": appointment.get_status_display()}
        )
    if step.not_before is not None and now < step.not_before(appointment):
        raise TooEarly


def require_by_client(appointment: Appointment, now: datetime, step: Step) -> None:
    if not step.by_client:
        raise NotAllowed
    require_clients_own_time(appointment, now)


def require_clients_own_time(appointment: Appointment, now: datetime) -> None:
    """Clients move or cancel confirmed visits until their start. Raises WrongStatus, TooLate."""
    if appointment.status != Status.CONFIRMED:
        raise WrongStatus(_("This visit can no longer be changed."))
    if appointment.start_time <= now:
        raise TooLate


@command_transaction
def correct_status(appointment_id: int, actor: Actor) -> Appointment:
    """Take back the last step when the desk slipped: arrived, completed or no-show.

    A no-show whose time was given away stays one. Raises NotAllowed, WrongStatus, SlotTaken.
    """
    require_staff(actor)
    appointment = appointment_for(appointment_id, actor)
    if appointment.status not in CORRECTIONS:
        raise WrongStatus(_("There is nothing to take back."))
    overdue = require_still_free(appointment) if appointment.status == Status.NO_SHOW else []
    lock_calendars([claim_of(appointment), *map(claim_of, overdue)])
    expire(row.id for row in overdue)
    before = facts(appointment)
    appointment.status = CORRECTIONS[Status(appointment.status)]
    return write_change(appointment, EventType.BOOKING_CORRECTED, actor, before)


def require_still_free(visit: Appointment) -> list[BusyRow]:
    """The overdue holds that stand where the visit was. Raises SlotTaken when its time has been given away; whether the
    service is still offered like that does not matter to what was booked."""
    location = located(visit.location_id)
    there = busy_around(visit, location)
    alive = [row for row in there if not row.is_overdue(location.now)]  # type: ignore[attr-defined]  # see located()
    if any(row.specialist_id == visit.specialist_id for row in alive):
        raise SlotTaken(Reason.SPECIALIST_BUSY)
    if visit.workplace_id and any(row.workplace_id == visit.workplace_id for row in alive):
        raise SlotTaken(Reason.NO_WORKPLACE)
    present = (minute_of(visit.start_time), round_up(visit.end_time))
    if location.capacity and common(crowded(presence_in(location, alive), location.capacity), [present]):
        raise SlotTaken(Reason.LOCATION_FULL)
    return [row for row in there if row not in alive]
