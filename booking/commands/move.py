"""Give a visit another time, and take that back."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from accounts.errors import NotAllowed
from accounts.transactions import command_transaction
from accounts.values import Actor
from booking.availability import OUTSIDE_RULES, STAFF_WAIVES, Reason
from booking.commands.choose import require_free
from booking.commands.find import appointment_for
from booking.commands.hold import calendar_around, expire, overdue_in_the_way
from booking.commands.locks import claim_of, lock_calendars
from booking.commands.once import Once, answered_before, remember_answer
from booking.commands.progress import require_clients_own_time
from booking.commands.record import facts, unsay, write_change
from booking.commands.settle import settle_move
from booking.errors import ChangedMeanwhile, SlotRefused, TooLate, WrongStatus
from booking.models import COMING, Appointment, EventType
from booking.queries.locations import located
from booking.queries.money import charged_for_a_move, charged_for_a_way_back, fee_of, is_late
from booking.queries.moves import WayBack, before_last_move
from booking.queries.slots import alternatives_to
from booking.queries.visits import database_time
from booking.values import Kept, Slot


def reschedule_appointment(
    appointment_id: int,
    start: datetime,
    actor: Actor,
    *,
    specialist_id: int | None = None,
    expected_version: int | None = None,
    outside_rules: bool = False,
    request: Once | None = None,
) -> Appointment:
    """Move a visit to ``start``, with the same specialist unless another is named. One update of the same row.

    Its own old time is not in the way. Length and price stay with the same specialist and follow another one's.
    Moving to where it is already changes nothing. A visit paid from the wallet stays paid: the difference is charged or
    returned in the same transaction. Raises SlotTaken or SlotRefused with alternatives, TooLate, WrongStatus,
    ChangedMeanwhile when ``expected_version`` is no longer the visit's, NotAllowed; InsufficientFunds, SignInToPay,
    WalletFrozen.
    """
    waived = waived_for(actor, outside_rules)
    try:
        return move(appointment_id, start, actor, specialist_id, expected_version, waived, request)
    except SlotRefused as refusal:
        refusal.alternatives = tuple(alternatives_for_move(appointment_id, start, specialist_id))
        raise


def undo_reschedule(appointment_id: int, actor: Actor, *, request: Once | None = None) -> Appointment:
    """Take the last move back: the old time, specialist, length and price, if nobody has them now. Everybody is told
    again. Raises SlotTaken, TooLate, WrongStatus."""
    return move_back(appointment_id, actor, request)


def waived_for(actor: Actor, outside_rules: bool = False) -> frozenset[Reason]:
    """Which rules do not bind ``actor`` (domain §4). Raises NotAllowed for a step outside them without the right."""
    if not outside_rules:
        return STAFF_WAIVES if actor.is_staff else frozenset()
    if not (actor.is_staff and actor.may_book_outside_rules):
        raise NotAllowed
    return OUTSIDE_RULES


@command_transaction
def move(
    appointment_id: int,
    start: datetime,
    actor: Actor,
    specialist_id: int | None,
    expected_version: int | None,
    waived: frozenset[Reason],
    request: Once | None,
) -> Appointment:
    if answer := answered_before(request):
        return answer
    found = appointment_for(appointment_id, actor)
    if expected_version not in (None, found.version):
        raise ChangedMeanwhile
    slot = Slot(found.location_id, found.service_id, start, specialist_id or found.specialist_id)
    is_there = (found.start_time, found.specialist_id) == (slot.start, slot.specialist_id)
    moved = found if found.status in COMING and is_there else put(found, slot, found.kept, actor, waived)
    remember_answer(request, moved)
    return moved


@command_transaction
def move_back(appointment_id: int, actor: Actor, request: Once | None) -> Appointment:
    if answer := answered_before(request):
        return answer
    found = appointment_for(appointment_id, actor)
    back = before_last_move(found)
    if back is None:
        raise WrongStatus(_("There is no move to take back."))
    if not actor.is_staff and back.slot.start <= database_time():
        raise TooLate
    moved = put(found, back.slot, back.kept, actor, back.waived | waived_for(actor), back)
    remember_answer(request, moved)
    return moved


def put(
    appointment: Appointment,
    slot: Slot,
    kept: Kept,
    actor: Actor,
    waived: frozenset[Reason],
    back: WayBack | None = None,
) -> Appointment:
    """Check, lock, write: the appointment gets the time, the specialist and the terms of ``slot``; its wallet follows.

    ``back`` is the move that this one takes back.
    """
    location = located(appointment.location_id)
    calendar = calendar_around(slot, location, kept=kept)
    require_movable(appointment, actor)
    free = require_free(calendar, slot, waived)
    overdue = overdue_in_the_way(calendar, free)
    lock_calendars([claim_of(appointment), claim_of(free), *map(claim_of, overdue)])
    expire(row.id for row in overdue)
    before = facts(appointment)
    price = max(free.price, appointment.discount)
    late = not actor.is_staff and is_late(appointment, location.now)  # type: ignore[attr-defined]  # see located()
    if back is None:
        charge = charged_for_a_move(appointment, price, is_late=late)
        appointment.least_fee = fee_of(appointment) if late else 0
        appointment.free_until = deadline_after_a_move(appointment, free.start, actor, is_late=late)
    else:
        charge = charged_for_a_way_back(appointment, price, back.returned)
        appointment.free_until = back.free_until
    appointment.specialist_id, appointment.workplace_id = free.specialist_id, free.workplace_id
    appointment.start_time, appointment.end_time, appointment.busy_until = free.start, free.end, free.busy_until
    appointment.price = price
    appointment.client_says_coming = None  # to another time he has said nothing yet
    appointment.outside_rules = waived == OUTSIDE_RULES
    appointment.sequence += 1
    details = {"undo": True} if back else {"returned": str(-charge)} if charge < 0 else {}
    told = back is None or not unsay(back.move)
    write_change(appointment, EventType.BOOKING_RESCHEDULED, actor, before, told=told, **details)
    settle_move(appointment, charge, actor, is_way_back=back is not None)
    return appointment


def deadline_after_a_move(appointment: Appointment, start: datetime, actor: Actor, *, is_late: bool) -> datetime | None:
    """Until when the visit is cancelled free of charge, as long before its start as was promised: moving it late does
    not buy a client more time, and staff who move it take none away."""
    old = appointment.free_until
    if old is None or is_late:
        return old
    new = start - (appointment.start_time - old)
    return max(old, new) if actor.is_staff else new


def require_movable(appointment: Appointment, actor: Actor) -> None:
    if not actor.is_staff:
        require_clients_own_time(appointment, database_time())
    elif appointment.status not in COMING:
        raise WrongStatus(_("Only a confirmed visit can be moved."))


def alternatives_for_move(appointment_id: int, start: datetime, specialist_id: int | None) -> list[Any]:
    moved = Appointment.objects.get(pk=appointment_id)
    slot = Slot(moved.location_id, moved.service_id, start, specialist_id or moved.specialist_id)
    return alternatives_to(slot, kept=moved.kept)
