"""Read what becomes of a visit's money: what is due, what cancelling or moving it would return or take."""

from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from booking.models import Appointment
from wallet.ledger import NOTHING, paid_from_wallet
from wallet.values import CENT


@dataclass(frozen=True, slots=True)
class Settlement:
    """What cancelling returns: ``to_wallet`` at once, ``at_desk`` in the way it was paid; ``fee`` is kept."""

    fee: Decimal
    fee_from_wallet: Decimal
    to_wallet: Decimal
    at_desk: Decimal

    def as_details(self) -> dict[str, str]:
        """What history keeps of it."""
        return {"returned": str(self.to_wallet), "fee": str(self.fee)}


def settlement_of(appointment: Appointment, *, by_staff: bool, now: datetime) -> Settlement:
    """Who cancels in time, or is cancelled by staff, gets everything back; later the fee is kept from what was paid
    beforehand and is never above it (domain §7). Money paid at the desk pays the fee first."""
    from_wallet = paid_from_wallet(appointment.pk)
    otherwise = appointment.paid - from_wallet
    fee = NOTHING if by_staff or not is_late(appointment, now) else min(fee_of(appointment), appointment.paid)
    fee_from_wallet = max(fee - otherwise, NOTHING)
    return Settlement(
        fee=fee,
        fee_from_wallet=fee_from_wallet,
        to_wallet=from_wallet - fee_from_wallet,
        at_desk=otherwise - (fee - fee_from_wallet),
    )


def is_late(appointment: Appointment, now: datetime) -> bool:
    return appointment.free_until is not None and now > appointment.free_until


def fee_of(appointment: Appointment) -> Decimal:
    """The fee for cancelling late, in whole kopecks."""
    fee = appointment.to_pay * appointment.late_fee_percent / 100
    return fee.quantize(CENT, rounding=ROUND_HALF_UP)


def charged_for_a_move(appointment: Appointment, price: Decimal) -> Decimal:
    """What a client's move to ``price`` takes from the wallet, or returns to it when negative.

    Only what was paid from the wallet in full is kept paid; the rest stays to be paid at the desk.
    """
    from_wallet = paid_from_wallet(appointment.pk)
    due = max(price, appointment.discount) - appointment.discount - appointment.paid
    if due < 0:
        return max(due, -from_wallet)
    return due if from_wallet > 0 and appointment.due <= 0 else NOTHING
