"""The desk takes the money of a visit, in any mixture of means, and gives it back."""

from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from accounts.errors import NotAllowed
from accounts.transactions import command_transaction
from accounts.values import Actor
from accounts.wording import money
from booking.commands.find import appointment_for
from booking.commands.locks import lock_appointment
from booking.commands.once import Once, answered_before, remember_answer
from booking.commands.record import facts, record_event
from booking.commands.settle import see_what_is_paid, take_from_wallet
from booking.errors import WrongStatus
from booking.models import TAKES_PLACE, Appointment, EventType, Status
from wallet.errors import WrongAmount
from wallet.ledger import refund_visit
from wallet.payments import record_payment
from wallet.queries import paid_from_wallet
from wallet.values import NOTHING, Method, require_amount

PAYABLE = (*TAKES_PLACE, Status.NO_SHOW)


@dataclass(frozen=True, slots=True)
class Sums:
    """How much by which means, in the company's currency."""

    wallet: Decimal = NOTHING
    cash: Decimal = NOTHING
    card: Decimal = NOTHING

    @property
    def total(self) -> Decimal:
        return self.wallet + self.cash + self.card

    def by_method(self) -> list[tuple[Method, Decimal]]:
        return [(method, sum_) for method, sum_ in ((Method.CASH, self.cash), (Method.CARD, self.card)) if sum_]


@command_transaction
def pay_visit(
    appointment_id: int, sums: Sums, actor: Actor, *, request: Once, discount: Decimal | None = None
) -> Appointment:
    """Take ``sums`` for a visit; ``discount`` is what is not charged of its price, if it changes.

    The same ``request`` again changes nothing. Raises NotAllowed, WrongStatus, WrongAmount, InsufficientFunds,
    WalletFrozen, OtherBody.
    """
    if answer := answered_before(request):
        return answer
    appointment = payable(appointment_id, actor, PAYABLE)
    if discount is not None and discount != appointment.discount:
        give_discount(appointment, discount, actor)
    require_sums(sums)
    if sums.total > appointment.due:
        due = money(appointment.due, appointment.company.currency)
        raise WrongAmount(_("More than is due. Still to be paid: %(due)s.") % {"due": due})
    reference = reference_of(request)
    if sums.wallet:
        if appointment.client_id is None:
            raise WrongAmount(_("A guest has no wallet. Take cash or a card."))
        take_from_wallet(appointment, sums.wallet, actor, reference)
    for method, amount in sums.by_method():
        record_payment(appointment.company_id, method, amount, actor, reference, appointment_id=appointment.pk)
    return answered(appointment, request)


@command_transaction
def give_back(appointment_id: int, sums: Sums, actor: Actor, *, request: Once) -> Appointment:
    """Give ``sums`` back of what was paid for a visit, each the way it came.

    The same ``request`` again changes nothing. Raises NotAllowed, WrongAmount, TooMuchRefunded, WalletFrozen and
    OtherBody.
    """
    if answer := answered_before(request):
        return answer
    appointment = payable(appointment_id, actor, tuple(Status))
    require_sums(sums)
    if not sums.total:
        raise WrongAmount(_("Enter how much is given back."))
    reference = reference_of(request)
    if sums.wallet:
        from_wallet = paid_from_wallet(appointment.pk)
        if sums.wallet > from_wallet:
            paid = money(from_wallet, appointment.company.currency)
            raise WrongAmount(_("The wallet has paid only %(paid)s.") % {"paid": paid})
        refund_visit(appointment.pk, sums.wallet, actor, reference)
    for method, amount in sums.by_method():
        record_payment(appointment.company_id, method, -amount, actor, reference, appointment_id=appointment.pk)
    return answered(appointment, request)


def reference_of(request: Once) -> str:
    """A form's one-time key is its sender's: it can take no reference that a command gives itself."""
    return f"{request.scope}:{request.key}"


def payable(appointment_id: int, actor: Actor, statuses: tuple[Status, ...]) -> Appointment:
    """The appointment, locked. Raises NotAllowed, WrongStatus."""
    if not actor.may_take_money:
        raise NotAllowed
    appointment = appointment_for(appointment_id, actor)
    if appointment.status not in statuses:
        raise WrongStatus(_("This visit cannot be paid for."))
    lock_appointment(appointment.pk)
    return appointment


def give_discount(appointment: Appointment, discount: Decimal, actor: Actor) -> None:
    """Raises WrongAmount when it is more than is left to be paid."""
    if discount:
        require_amount(discount)
    if discount < 0 or discount > appointment.price - appointment.paid:
        raise WrongAmount(_("The discount is more than is left to be paid."))
    before = facts(appointment)
    appointment.discount, appointment.version = discount, appointment.version + 1
    appointment.save(update_fields=["discount", "version", "updated_at"])  # no calendar is touched, and none is locked
    record_event(appointment, EventType.BOOKING_CORRECTED, actor, before)


def require_sums(sums: Sums) -> None:
    for amount in (sums.wallet, sums.cash, sums.card):
        if amount:
            require_amount(amount)


def answered(appointment: Appointment, request: Once) -> Appointment:
    remember_answer(request, appointment)
    see_what_is_paid(appointment)
    return appointment
