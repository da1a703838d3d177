"""Keep a time for somebody who is deciding, and let it go again."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.models import Company
from accounts.queries import heir_of
from accounts.transactions import command_transaction
from accounts.values import SYSTEM, Actor, Channel
from booking.availability import STAFF_WAIVES, Reason
from booking.availability.wallclock import minute_of
from booking.commands.choose import require_free
from booking.commands.find import appointment_for, location_for
from booking.commands.locks import claim_of, lock_calendars, lock_client
from booking.commands.once import Once, answered_before, remember_answer
from booking.commands.record import facts, record_event, write_change
from booking.errors import AlreadyExtended, HoldReleased, SlotRefused, TooManyHolds, WrongStatus
from booking.models import Appointment, EventType, Status
from booking.queries.calendars import Calendar, read_calendar
from booking.queries.catalogue import read_catalogue
from booking.queries.facts import BusyRow, visits_of_client
from booking.queries.slots import REACH, alternatives_to
from booking.queries.visits import database_time, live_holds
from booking.values import Draft, FreeSlot, Kept, Slot
from catalog.models import Location

ONE_HOLD_AT_A_TIME = frozenset({Channel.WEB, Channel.TELEGRAM})
"""Where choosing another time lets the previous one go (domain §5)."""


def hold_slot(
    slot: Slot,
    actor: Actor,
    *,
    client_id: int | None = None,
    browser_key: str = "",
    draft: Draft | None = None,
    request: Once | None = None,
) -> Appointment:
    """Keep ``slot`` for the company's hold time while the client decides.

    Asking again for what one holds already returns the same hold. A ``draft`` is what was typed for a time that was
    taken meanwhile; it waits on the hold so that nothing is typed twice.
    Raises SlotTaken or SlotRefused, with alternatives; TooManyHolds.
    """
    try:
        return place_hold(slot, actor, client_id, browser_key, draft or Draft(), request)
    except SlotRefused as refusal:
        refusal.alternatives = tuple(alternatives_to(slot, browser_key))
        raise


@command_transaction
def place_hold(
    slot: Slot, actor: Actor, client_id: int | None, browser_key: str, draft: Draft, request: Once | None
) -> Appointment:
    if answer := answered_before(request):
        return answer
    location = location_for(slot, actor)
    client_id = heir_of(client_id)
    mine = live_holds(location.company_id, client_id, browser_key)
    if same := next((hold for hold in mine if is_same(hold, slot)), None):
        remember_answer(request, same)
        return same
    to_release = mine if actor.channel in ONE_HOLD_AT_A_TIME else []
    calendar = calendar_around(slot, location, released=frozenset(hold.pk for hold in to_release))
    waived = STAFF_WAIVES if actor.is_staff else frozenset[Reason]()
    others = visits_of_client(location, client_id, calendar.first, calendar.catalogue.longest) if client_id else []
    free = require_free(calendar, slot, waived, others)
    if len(mine) - len(to_release) >= location.company.live_holds_limit:
        raise TooManyHolds
    overdue = overdue_in_the_way(calendar, free)
    lock_calendars([claim_of(free), *map(claim_of, overdue), *map(claim_of, to_release)])
    lock_client(client_id)
    expire(row.id for row in overdue)
    for hold in to_release:
        end_hold(hold, Status.CANCELLED, EventType.HOLD_RELEASED, actor)
    appointment = Appointment.objects.create(
        **columns_of(free, location.company),
        client_id=client_id,
        browser_key=browser_key,
        contact_name=draft.name,
        contact_phone=draft.phone,
        notes=draft.comment,
        source=actor.channel,
        status=Status.HOLD,
        expires_at=calendar.now + timedelta(seconds=location.company.hold_length),
    )
    record_event(appointment, EventType.HOLD_PLACED, actor)
    remember_answer(request, appointment)
    return appointment


def is_same(hold: Appointment, slot: Slot) -> bool:
    return (hold.location_id, hold.service_id, hold.start_time) == (slot.location_id, slot.service_id, slot.start) and (
        slot.specialist_id in (None, hold.specialist_id)
    )


def calendar_around(
    slot: Slot, location: Location, kept: Kept | None = None, released: frozenset[int] = frozenset()
) -> Calendar:
    """The location's calendar on the day of the slot: all that the engine needs to judge one start.

    Raises SlotRefused for a date that nobody can mean.
    """
    now: datetime = location.now  # type: ignore[attr-defined]  # see located()
    if abs(slot.start - now) > REACH:
        raise SlotRefused(Reason.TOO_FAR if slot.start > now else Reason.TOO_SOON)
    day = slot.start.astimezone(location.zone).date()
    catalogue = read_catalogue(location, [slot.service_id]).narrowed_to(slot.specialist_id)
    return read_calendar(catalogue, day, day, kept=kept, released=released)


def columns_of(free: FreeSlot, company: Company) -> dict[str, Any]:
    """Price, duration, break and the rule of cancelling are copied, so that a later change of the catalogue or of the
    company changes no promise."""
    return {
        "company": company,
        "location_id": free.location_id,
        "service_id": free.service_id,
        "specialist_id": free.specialist_id,
        "workplace_id": free.workplace_id,
        "start_time": free.start,
        "end_time": free.end,
        "busy_until": free.busy_until,
        "price": free.price,
        "free_until": free.start - company.free_cancellation,
        "late_fee_percent": company.late_fee_percent,
        "assignment_reason": free.reason,
    }


def overdue_in_the_way(calendar: Calendar, free: FreeSlot) -> list[BusyRow]:
    """Holds that have run out but whose rows still stand where ``free`` wants to be: nobody has tidied them yet."""
    return [
        row
        for row in calendar.facts.busy
        if row.is_overdue(calendar.now)
        and row.start < minute_of(free.busy_until)
        and row.busy_until > minute_of(free.start)
        and (
            row.specialist_id == free.specialist_id
            or (row.workplace_id is not None and row.workplace_id == free.workplace_id)
        )
    ]


def expire(ids: Iterable[int]) -> None:
    """End these holds, if they still are holds and still overdue."""
    if ids := list(ids):
        for hold in (
            Appointment.objects.overdue_holds().filter(pk__in=ids).order_by("pk").select_for_update(no_key=True)
        ):
            end_hold(hold, Status.EXPIRED, EventType.HOLD_EXPIRED, SYSTEM)


def end_hold(hold: Appointment, status: Status, event_type: EventType, actor: Actor) -> None:
    before = facts(hold)
    hold.status = status
    write_change(hold, event_type, actor, before)


@command_transaction
def extend_hold(appointment_id: int, actor: Actor, *, request: Once | None = None) -> Appointment:
    """Give a live hold its company's hold time once more. Raises AlreadyExtended, HoldReleased, WrongStatus."""
    if answer := answered_before(request):
        return answer
    hold = appointment_for(appointment_id, actor)
    lock_calendars([claim_of(hold)])
    require_hold(hold)
    if hold.hold_extended:
        raise AlreadyExtended
    before = facts(hold)
    hold.expires_at = (hold.expires_at or hold.created_at) + timedelta(seconds=hold.company.hold_length)
    hold.hold_extended = True
    write_change(hold, EventType.HOLD_EXTENDED, actor, before, expires_at=hold.expires_at.isoformat())
    remember_answer(request, hold)
    return hold


@command_transaction
def release_hold(appointment_id: int, actor: Actor, *, request: Once | None = None) -> Appointment:
    """Let a held time go at once; a hold that has already ended stays as it is. Raises WrongStatus for a visit."""
    if answer := answered_before(request):
        return answer
    hold = appointment_for(appointment_id, actor)
    lock_calendars([claim_of(hold)])
    if hold.status == Status.HOLD:
        end_hold(hold, Status.CANCELLED, EventType.HOLD_RELEASED, actor)
    elif hold.status not in (Status.CANCELLED, Status.EXPIRED):
        raise WrongStatus(_("This visit is already booked. Cancel it instead."))
    remember_answer(request, hold)
    return hold


def require_hold(hold: Appointment) -> None:
    """An overdue hold counts no longer where heads are counted, so it cannot come back to life without a new check."""
    overdue = hold.expires_at is not None and hold.expires_at <= database_time()
    if overdue or hold.status in (Status.CANCELLED, Status.EXPIRED):
        raise HoldReleased
    if hold.status != Status.HOLD:
        raise WrongStatus(_("This visit is already booked."))


def expire_overdue_holds(at_most: int = 500) -> int:
    """Tidy up after holds that ran out, each in a transaction of its own; nothing depends on it. How many ended."""
    overdue = Appointment.objects.overdue_holds().order_by("expires_at").values_list("pk", flat=True)[:at_most]
    return sum(expire_one(pk) for pk in overdue)


@command_transaction
def expire_one(pk: int) -> int:
    found = Appointment.objects.overdue_holds().filter(pk=pk).first()
    if found is None:
        return 0
    lock_calendars([claim_of(found)])
    expire([pk])
    return 1
