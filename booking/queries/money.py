"""Read what becomes of a visit's money: what is due, what cancelling or moving it would return or take."""

from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from booking.models import Appointment
from wallet.queries import balance_of, is_frozen, paid_from_wallet
from wallet.values import CENT, NOTHING


@dataclass(frozen=True, slots=True)
class Settlement:
    """What cancelling returns: ``to_wallet`` at once, ``at_desk`` in the way it was paid; ``fee`` is kept of the
    ``full_fee`` that the rules ask for, which may be more than was paid."""

    full_fee: Decimal
    fee: Decimal
    fee_from_wallet: Decimal
    to_wallet: Decimal
    at_desk: Decimal

    def as_details(self) -> dict[str, Any]:
        """What history keeps of it."""
        return {"returned": str(self.to_wallet), "fee": str(self.fee)}


def settlement_of(appointment: Appointment, *, by_staff: bool, now: datetime) -> Settlement:
    """Who cancels in time, or is cancelled by staff, gets everything back; later the fee is kept from what was paid
    beforehand and is never above it (domain §7). Money paid at the desk pays the fee first.

    A frozen wallet keeps nobody from cancelling: its money is then returned at the desk.
    """
    from_wallet = NOTHING if is_frozen(appointment.client_id) else paid_from_wallet(appointment.pk)
    otherwise = appointment.paid - from_wallet
    full_fee = NOTHING if by_staff or not is_late(appointment, now) else fee_of(appointment)
    fee = min(full_fee, appointment.paid)
    fee_from_wallet = max(fee - otherwise, NOTHING)
    return Settlement(
        full_fee=full_fee,
        fee=fee,
        fee_from_wallet=fee_from_wallet,
        to_wallet=from_wallet - fee_from_wallet,
        at_desk=otherwise - (fee - fee_from_wallet),
    )


def is_late(appointment: Appointment, now: datetime) -> bool:
    return appointment.free_until is not None and now > appointment.free_until


def fee_of(appointment: Appointment) -> Decimal:
    """The fee for cancelling late, in whole kopecks; a late move to a lower price does not make it less."""
    fee = (appointment.to_pay * appointment.late_fee_percent / 100).quantize(CENT, rounding=ROUND_HALF_UP)
    return max(fee, appointment.least_fee)


def charged_for_a_move(appointment: Appointment, price: Decimal, *, is_late: bool) -> Decimal:
    """What a move to ``price`` takes from the wallet, or returns to it when negative.

    Only what was paid from the wallet in full is kept paid; the rest stays to be paid at the desk. Whoever moves late
    (``is_late``) leaves at least the fee behind.
    """
    from_wallet, due = paid_from_wallet(appointment.pk), due_at(appointment, price)
    if due < 0:
        spare = appointment.paid - fee_of(appointment) if is_late else appointment.paid
        return -max(min(-due, from_wallet, spare), NOTHING)
    return due if from_wallet > 0 and appointment.due <= 0 else NOTHING


def charged_for_a_way_back(appointment: Appointment, price: Decimal, returned: Decimal) -> Decimal:
    """What taking a move back takes from the wallet: at most what that move ``returned`` to it, and is still there."""
    due = due_at(appointment, price)
    if due < 0:
        return max(due, -paid_from_wallet(appointment.pk))
    there = balance_of(appointment.client_id) if appointment.client_id else NOTHING
    return min(due, returned, there)


def due_at(appointment: Appointment, price: Decimal) -> Decimal:
    """What would be to be paid at another price; negative when more was paid already."""
    return max(price, appointment.discount) - appointment.discount - appointment.paid
