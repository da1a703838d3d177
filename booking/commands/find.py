"""Find what a command is about, for the actor who may."""

from accounts.errors import NotAllowed
from accounts.values import Actor
from booking.availability import Reason
from booking.errors import SlotRefused
from booking.models import Appointment
from booking.queries.locations import located
from booking.values import Slot
from catalog.models import Location


def location_for(slot: Slot, actor: Actor) -> Location:
    """The slot's location, with the database's clock. Raises SlotRefused when the actor may not book there."""
    try:
        location = located(slot.location_id)
    except Location.DoesNotExist:
        raise SlotRefused(Reason.INACTIVE) from None
    strangers = location.company_id != actor.company_id and not actor.owns_deployment
    elsewhere = bool(actor.location_ids) and location.pk not in actor.location_ids
    if actor.is_staff and (strangers or elsewhere):
        raise SlotRefused(Reason.INACTIVE)
    return location


def appointment_for(pk: int, actor: Actor) -> Appointment:
    """The appointment, not yet locked. Staff find what they may see; a link or a session has proved others' right.

    Raises NotAllowed.
    """
    rows = Appointment.objects.visible_to(actor) if actor.is_staff else Appointment.objects.all()
    appointment = rows.filter(pk=pk).first()
    if appointment is None:
        raise NotAllowed
    return appointment


def require_staff(actor: Actor) -> None:
    if not actor.is_staff:
        raise NotAllowed
