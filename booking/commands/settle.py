"""The money of a visit moves in the transaction that changes the visit: both or neither (guarantee 9).

The appointment has been written already, so its version names the command: each operation happens once.
"""

from decimal import Decimal

from accounts.values import Actor
from booking.errors import SignInToPay
from booking.models import Appointment
from booking.queries.money import Settlement
from wallet.ledger import post, refund_visit
from wallet.queries import discount_told
from wallet.values import NOTHING, Kind


def reference_of(appointment: Appointment) -> str:
    return f"appointment:{appointment.pk}:v{appointment.version}"


def charge_visit(appointment: Appointment, amount: Decimal, actor: Actor) -> None:
    """Take ``amount`` for a visit from its client's wallet: staff may, and the client who has signed in.

    Raises SignInToPay, InsufficientFunds, WalletFrozen.
    """
    may = actor.may_take_money or actor.client_id == appointment.client_id
    if appointment.client_id is None or not may:
        raise SignInToPay
    take_from_wallet(appointment, amount, actor, reference_of(appointment))


def take_from_wallet(appointment: Appointment, amount: Decimal, actor: Actor, reference: str) -> None:
    if amount > 0 and appointment.client_id is not None:
        post(
            appointment.client_id,
            Kind.CHARGE,
            -amount,
            actor,
            reference,
            appointment_id=appointment.pk,
            discount=discount_to_tell(appointment),
        )
        see_what_is_paid(appointment)


def discount_to_tell(appointment: Appointment) -> Decimal:
    """The discount of a visit, once in its client's statement."""
    return max(appointment.discount - discount_told(appointment.pk), NOTHING)


def return_to_wallet(appointment: Appointment, amount: Decimal, actor: Actor) -> None:
    """Give ``amount`` of what the wallet paid for a visit back to it. Raises TooMuchRefunded, WalletFrozen."""
    if amount > 0:
        refund_visit(appointment.pk, amount, actor, reference_of(appointment))
        see_what_is_paid(appointment)


def settle_move(appointment: Appointment, charge: Decimal, actor: Actor, *, is_way_back: bool) -> None:
    """Charge or, when negative, return the difference of a move. What a move returned its undo may take again; staff
    leave a difference to be paid at the desk."""
    if charge < 0:
        return_to_wallet(appointment, -charge, actor)
    elif is_way_back:
        take_from_wallet(appointment, charge, actor, reference_of(appointment))
    elif charge > 0 and not actor.is_staff:
        charge_visit(appointment, charge, actor)


def settle_cancellation(appointment: Appointment, settlement: Settlement, actor: Actor) -> None:
    """Everything back, then the fee: the statement shows both."""
    return_to_wallet(appointment, settlement.to_wallet + settlement.fee_from_wallet, actor)
    if settlement.fee_from_wallet > 0 and appointment.client_id is not None:
        post(
            appointment.client_id,
            Kind.FEE,
            -settlement.fee_from_wallet,
            actor,
            reference_of(appointment),
            appointment_id=appointment.pk,
        )
        see_what_is_paid(appointment)


def see_what_is_paid(appointment: Appointment) -> None:
    """The database has written it meanwhile."""
    appointment.refresh_from_db(fields=["paid"])
