"""Write into the ledger, inside the transaction of whatever it belongs to. The wallet is locked last (domain §6)."""

from decimal import Decimal
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from accounts.values import Actor
from wallet.errors import InsufficientFunds, ReferenceReused, TooMuchRefunded, WalletFrozen, WrongAmount
from wallet.models import ClientWallet, WalletTransaction
from wallet.queries import left_of, payments_of
from wallet.values import FULLEST, NOTHING, Kind


def post(
    client_id: int,
    kind: Kind,
    amount: Decimal,
    actor: Actor,
    reference: str,
    *,
    appointment_id: int | None = None,
    discount: Decimal = NOTHING,
    description: str = "",
    reverses: WalletTransaction | None = None,
) -> WalletTransaction:
    """One operation; the same ``reference`` again is the same operation, whose row is returned.

    ``amount`` has its sign. Raises InsufficientFunds, WrongAmount, WalletFrozen, TooMuchRefunded, ReferenceReused.
    """
    operation = WalletTransaction(
        client_id=client_id,
        appointment_id=appointment_id,
        kind=kind,
        amount=amount,
        discount=discount,
        description=description,
        reference=reference,
        reverses=reverses,
        actor=actor.as_initiator(),
    )
    if done := WalletTransaction.objects.filter(kind=kind, reference=reference).first():
        return require_same(done, operation)
    operation.balance_after = open_wallet(client_id).balance + amount
    if operation.balance_after < 0:
        raise InsufficientFunds
    if operation.balance_after > FULLEST:
        raise WrongAmount(_("A wallet holds at most %(most)s.") % {"most": FULLEST})
    if reverses is not None and abs(amount) > left_of(reverses):
        raise TooMuchRefunded
    operation.save(force_insert=True)  # the database moves the balance
    return operation


def reverse(
    operation: WalletTransaction, kind: Kind, amount: Decimal, actor: Actor, reference: str, description: str = ""
) -> WalletTransaction:
    """Take back ``amount`` of an operation, for the same visit. Whose card was merged gets it on the other one."""
    return post(
        operation.client.heir.pk,
        kind,
        amount,
        actor,
        reference,
        appointment_id=operation.appointment_id,
        description=description,
        reverses=operation,
    )


def require_same(done: WalletTransaction, again: WalletTransaction) -> WalletTransaction:
    """The row this reference already has. Raises ReferenceReused when it was another operation."""
    if identity(done) != identity(again):
        raise ReferenceReused
    return done


def identity(operation: WalletTransaction) -> tuple[Any, ...]:
    return (operation.client_id, operation.appointment_id, operation.amount, operation.discount, operation.reverses_id)


def open_wallet(client_id: int) -> ClientWallet:
    """The client's wallet, locked; made when there is none. Raises WalletFrozen."""
    ClientWallet.objects.bulk_create([ClientWallet(client_id=client_id)], ignore_conflicts=True)
    wallet = ClientWallet.objects.select_for_update(no_key=True).get(pk=client_id)
    if wallet.frozen:
        raise WalletFrozen
    return wallet


def lock_visit_of(operation: WalletTransaction) -> None:
    """The visit before the wallet: the order of whoever cancels or moves it (domain §6)."""
    if operation.appointment_id is not None:
        lock_visits(pk=operation.appointment_id)


def lock_visits(**which: int) -> None:
    visits = WalletTransaction._meta.get_field("appointment").related_model._default_manager
    list(visits.filter(**which).order_by("pk").select_for_update(no_key=True).values_list("pk"))


def hand_over(retired_id: int, kept_id: int, actor: Actor) -> None:
    """Move the whole balance of a client who retires by two corrections; his ledger stays his (domain §11).

    A wallet that is being checked stops the merge: what is in it is not known. Raises WalletFrozen, WrongAmount.
    """
    lock_visits(client=retired_id)
    both = ClientWallet.objects.filter(pk__in=(retired_id, kept_id)).order_by("pk").select_related("client__company")
    locked = {each.pk: each for each in both.select_for_update(of=("self",), no_key=True)}
    wallet = locked.get(retired_id)
    if wallet is None:
        return
    if wallet.frozen:
        raise WalletFrozen
    if wallet.balance:
        with translation.override(wallet.client.company.language):
            why = _("The balance moved with a merged card")
        for client_id, amount, side in ((retired_id, -wallet.balance, "given"), (kept_id, wallet.balance, "received")):
            post(client_id, Kind.ADJUSTMENT, amount, actor, f"merge:{retired_id}:{side}", description=why)


def refund_visit(appointment_id: int, amount: Decimal, actor: Actor, reference: str) -> None:
    """Return ``amount`` of what was taken for a visit, the newest operation first. Raises TooMuchRefunded."""
    for number, operation in enumerate(payments_of(appointment_id), start=1):
        back = min(left_of(operation), amount)
        if back > 0:
            reverse(operation, Kind.REFUND, back, actor, f"{reference}:{number}")
            amount -= back
    if amount > 0:
        raise TooMuchRefunded
