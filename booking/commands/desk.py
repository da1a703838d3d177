"""What only staff do: book for somebody in one step."""

from accounts.transactions import command_transaction
from accounts.values import Actor
from booking.commands.choose import require_free
from booking.commands.confirm import client_of
from booking.commands.find import location_for, require_staff
from booking.commands.hold import calendar_around, columns_of, expire, overdue_in_the_way
from booking.commands.locks import claim_of, lock_calendars
from booking.commands.move import waived_for
from booking.commands.once import Once, answered_before, remember_answer
from booking.commands.record import record_event
from booking.errors import SlotRefused
from booking.models import Appointment, EventType, Status
from booking.queries.slots import alternatives_to
from booking.values import Contact, Slot


def book_now(
    slot: Slot,
    actor: Actor,
    contact: Contact,
    *,
    client_id: int | None = None,
    comment: str = "",
    outside_rules: bool = False,
    request: Once | None = None,
) -> Appointment:
    """Hold and confirm in one, for staff: a phone call, a walk-in, a guest without a number.

    ``outside_rules`` is the explicit second step that waives hours, shifts and breaks and is kept on the visit; nobody
    can overlap a specialist or a workplace nor exceed a capacity. Raises NotAllowed, SlotTaken or SlotRefused with
    alternatives.
    """
    require_staff(actor)
    try:
        return book(slot, actor, contact, client_id, comment, outside_rules, request)
    except SlotRefused as refusal:
        refusal.alternatives = tuple(alternatives_to(slot))
        raise


@command_transaction
def book(
    slot: Slot,
    actor: Actor,
    contact: Contact,
    client_id: int | None,
    comment: str,
    outside_rules: bool,
    request: Once | None,
) -> Appointment:
    if answer := answered_before(request):
        return answer
    location = location_for(slot, actor)
    calendar = calendar_around(slot, location)
    free = require_free(calendar, slot, waived_for(actor, outside_rules))
    overdue = overdue_in_the_way(calendar, free)
    lock_calendars([claim_of(free), *map(claim_of, overdue)])
    expire(row.id for row in overdue)
    appointment = Appointment(**columns_of(free, location.company), source=actor.channel, status=Status.CONFIRMED)
    appointment.client = client_of(appointment, contact, client_id)
    appointment.contact_name = contact.full_name or (appointment.client.full_name if appointment.client else "")
    appointment.contact_phone = contact.phone or (appointment.client and appointment.client.phone) or ""
    appointment.notes, appointment.outside_rules = comment, outside_rules
    appointment.save()
    record_event(appointment, EventType.BOOKING_CREATED, actor)
    remember_answer(request, appointment)
    return appointment
