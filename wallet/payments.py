"""Cash and card at the desk, recorded inside the transaction of whatever it belongs to."""

from decimal import Decimal

from accounts.values import Actor
from wallet.errors import ReferenceReused, TooMuchRefunded
from wallet.models import Payment, WalletTransaction
from wallet.queries import paid_by
from wallet.values import Method


def record_payment(
    company_id: int,
    method: Method,
    amount: Decimal,
    actor: Actor,
    reference: str,
    *,
    appointment_id: int | None = None,
    deposit: WalletTransaction | None = None,
) -> Payment:
    """One payment, or with a negative ``amount`` what is given back of a visit's; once for each ``reference``.

    Raises TooMuchRefunded, ReferenceReused.
    """
    payment = Payment(
        company_id=company_id,
        appointment_id=appointment_id,
        deposit=deposit,
        method=method,
        amount=amount,
        reference=reference,
        actor=actor.as_initiator(),
    )
    if done := Payment.objects.filter(method=method, reference=reference).first():
        if (done.appointment_id, done.amount) != (appointment_id, amount):
            raise ReferenceReused
        return done
    if amount < 0 and -amount > paid_by(method, appointment_id):
        raise TooMuchRefunded
    payment.save(force_insert=True)
    return payment
