"""The money of a visit in words; empty where there is nothing to say."""

from dataclasses import dataclass
from decimal import Decimal

from accounts.wording import money
from booking.models import AppointmentEvent, EventType


@dataclass(frozen=True, slots=True)
class Sums:
    """``returned`` went back to the wallet with this event, ``kept`` is the fee, ``at_desk`` is to be given back."""

    price: str
    price_before: str
    paid: str
    due: str
    returned: str
    kept: str
    at_desk: str


def sums_of(event: AppointmentEvent) -> Sums:
    visit, payload = event.appointment, event.payload
    fee = Decimal(payload.get("fee", 0))
    is_cancelled = event.event_type == EventType.BOOKING_CANCELLED
    before, price = prices(event)

    def said(amount: Decimal) -> str:
        return money(amount, visit.company.currency) if amount > 0 else ""

    return Sums(
        price=money(price, visit.company.currency) if price or before else "",
        price_before=said(before),
        paid=said(visit.paid),
        due=said(visit.due),
        returned=said(Decimal(payload.get("returned", 0))),
        kept=said(fee),
        at_desk=said(visit.paid - fee) if is_cancelled else "",
    )


def prices(event: AppointmentEvent) -> tuple[Decimal, Decimal]:
    """What was to be paid before a move that changed it, else nothing; and what is to be paid."""
    visit = event.appointment
    changed = event.payload.get("changed", {})
    if event.event_type != EventType.BOOKING_RESCHEDULED or "price" not in changed:
        return Decimal(0), visit.to_pay
    before, after = (Decimal(price) - visit.discount for price in changed["price"])
    return before, after
