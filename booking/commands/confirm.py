"""Turn a hold into a visit."""

from dataclasses import replace

from django.conf import settings

from accounts.models import Client
from accounts.transactions import command_transaction
from accounts.values import Actor
from booking.availability import Reason
from booking.commands.choose import require_free
from booking.commands.find import appointment_for
from booking.commands.hold import calendar_around, expire, overdue_in_the_way
from booking.commands.locks import claim_of, lock_calendars
from booking.commands.once import Once, answered_before, remember_answer
from booking.commands.record import facts, write_change
from booking.commands.settle import charge_visit
from booking.errors import HoldReleased, SlotRefused, TooManyVisits
from booking.models import Appointment, EventType, Status
from booking.queries.locations import located
from booking.queries.slots import alternatives_to
from booking.queries.visits import visits_of_strangers
from booking.values import Contact

# He chose in time and on the grid, whatever the clock says now.
KEPT_FOR_THE_HOLDER = frozenset({Reason.TOO_SOON, Reason.TOO_FAR, Reason.OFF_GRID, Reason.CLIENT_BUSY})


def confirm_appointment(
    appointment_id: int,
    actor: Actor,
    contact: Contact,
    *,
    client_id: int | None = None,
    comment: str = "",
    pay_from_wallet: bool = False,
    request: Once | None = None,
) -> Appointment:
    """Book what is held, and if wanted pay for it from the client's wallet; repeating it changes nothing.

    A hold that has run out is taken again silently while its time is free. The visit attaches to the company's client
    with that phone, whose card stays as it is (domain §5); without a phone it is a guest's.
    Raises SlotTaken with alternatives when somebody else has the time, HoldReleased when the client let it go,
    TooManyVisits, InsufficientFunds, SignInToPay and WalletFrozen; the hold then stays as it was.
    """
    try:
        return book_held(appointment_id, actor, contact, client_id, comment, pay_from_wallet, request)
    except SlotRefused as refusal:
        held = Appointment.objects.get(pk=appointment_id)
        refusal.alternatives = tuple(alternatives_to(held.slot, held.browser_key))
        raise


@command_transaction
def book_held(
    appointment_id: int,
    actor: Actor,
    contact: Contact,
    client_id: int | None,
    comment: str,
    pay_from_wallet: bool,
    request: Once | None,
) -> Appointment:
    if answer := answered_before(request):
        return answer
    held = appointment_for(appointment_id, actor)
    if held.status == Status.CANCELLED:
        raise HoldReleased
    if held.status not in (Status.HOLD, Status.EXPIRED):
        remember_answer(request, held)
        return held
    require_few_visits(held, contact, actor)
    before = facts(held)
    held.workplace_id = lock_again(held, actor)
    held.client = client_of(held, proved(contact, actor), client_id)
    held.contact_name, held.contact_phone = contact.full_name, contact.phone
    held.notes, held.status = comment, Status.CONFIRMED
    visit = write_change(held, EventType.BOOKING_CREATED, actor, before)
    if pay_from_wallet:
        charge_visit(visit, visit.due, actor)
    remember_answer(request, visit)
    return visit


def lock_again(held: Appointment, actor: Actor) -> int | None:
    """Lock the calendars of a hold and return its workplace, which may be another one if the hold has run out.

    Raises SlotTaken when it has run out and its time is no longer free, SlotRefused when that is over for a client.
    """
    location = located(held.location_id)
    if held.expires_at is not None and held.expires_at > location.now:  # type: ignore[attr-defined]  # see located()
        lock_calendars([claim_of(held)])
        return held.workplace_id
    if not actor.is_staff and held.start_time <= location.now:  # type: ignore[attr-defined]
        raise SlotRefused(Reason.TOO_SOON)
    calendar = calendar_around(held.slot, location, kept=held.kept)
    free = require_free(calendar, held.slot, KEPT_FOR_THE_HOLDER)
    overdue = [row for row in overdue_in_the_way(calendar, free) if row.id != held.pk]
    lock_calendars([claim_of(held), claim_of(free), *map(claim_of, overdue)])
    expire(row.id for row in overdue)
    return free.workplace_id


def is_known(actor: Actor) -> bool:
    """Whether it is proved who books: then it is nobody else who will be told of the visit."""
    return actor.is_staff or actor.client_id is not None


def require_few_visits(held: Appointment, contact: Contact, actor: Actor) -> None:
    """A stranger must not make the salon write to somebody else's number as often as he books. A brake and no promise:
    nothing is locked, and what is confirmed at this very moment is not counted. Raises TooManyVisits."""
    if is_known(actor) or not contact.phone:
        return
    if visits_of_strangers(held.company_id, contact.phone) >= settings.BOOKING_VISITS_OF_STRANGERS:
        raise TooManyVisits


def proved(contact: Contact, actor: Actor) -> Contact:
    """Without the mailbox that a stranger typed: what is written to it would tell him of a client's visits."""
    return contact if is_known(actor) else replace(contact, email="")


def client_of(appointment: Appointment, contact: Contact, client_id: int | None) -> Client | None:
    """Whose visit it is: the client staff named, else the one with that phone, made when there is none, else of whoever
    held the time, else a guest's."""
    clients = Client.objects.filter(company_id=appointment.company_id)
    if client_id is not None:
        return clients.select_related("merged_into").get(pk=client_id).heir
    if not contact.phone:
        return appointment.client
    known = clients.filter(phone=contact.phone).first()
    return known or clients.create(
        company_id=appointment.company_id,
        phone=contact.phone,
        first_name=contact.first_name,
        last_name=contact.last_name,
        email=contact.email,
        language=contact.language,
    )
