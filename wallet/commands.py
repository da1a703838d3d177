"""What the desk does with a wallet. Each command is one transaction, and happens once for each ``reference``."""

from decimal import Decimal

from accounts.errors import CardMerged, NotAllowed
from accounts.models import Client
from accounts.transactions import command_transaction
from accounts.values import Actor
from wallet.errors import ReasonRequired, ReferenceReused, StillWrong
from wallet.ledger import lock_visit_of, post, reverse
from wallet.models import ClientWallet, Payment, WalletTransaction
from wallet.payments import record_payment
from wallet.queries import left_of
from wallet.reconcile import mismatches_of
from wallet.values import NOTHING, Kind, Method, require_amount


@command_transaction
def deposit(
    client_id: int,
    amount: Decimal,
    actor: Actor,
    *,
    reference: str,
    method: Method | None = None,
    description: str = "",
) -> WalletTransaction:
    """Put ``amount`` into the wallet. ``method`` says how it was paid at the desk, so that the day adds up.

    Raises NotAllowed, CardMerged, WrongAmount, WalletFrozen, ReferenceReused.
    """
    client = living_client_for(client_id, actor)
    operation = post(client_id, Kind.DEPOSIT, require_amount(amount), actor, reference, description=description)
    if Payment.objects.filter(deposit=operation).exclude(method=method or "").exists():
        raise ReferenceReused
    if method is not None:
        record_payment(client.company_id, method, operation.amount, actor, reference, deposit=operation)
    return operation


@command_transaction
def charge(
    client_id: int,
    amount: Decimal,
    actor: Actor,
    *,
    reference: str,
    appointment_id: int | None = None,
    discount: Decimal = NOTHING,
    description: str = "",
) -> WalletTransaction:
    """Take ``amount`` from the wallet, for a visit of that client or for something sold at the desk.

    Raises NotAllowed, CardMerged, WrongAmount, InsufficientFunds, WalletFrozen, ReferenceReused.
    """
    living_client_for(client_id, actor)
    return post(
        client_id,
        Kind.CHARGE,
        -require_amount(amount),
        actor,
        reference,
        appointment_id=appointment_id,
        discount=require_amount(discount) if discount else NOTHING,
        description=description,
    )


@command_transaction
def refund(
    operation_id: int, amount: Decimal | None, actor: Actor, *, reference: str, description: str = ""
) -> WalletTransaction:
    """Return ``amount`` of what an operation took, or all that is left of it (None).

    Raises NotAllowed, WrongAmount, TooMuchRefunded, WalletFrozen, ReferenceReused.
    """
    operation = operation_for(operation_id, actor)
    if operation.amount > 0:
        raise NotAllowed
    lock_visit_of(operation)
    back = left_of(operation) if amount is None else require_amount(amount)
    return reverse(operation, Kind.REFUND, require_amount(back), actor, reference, description)


@command_transaction
def adjust(
    client_id: int, amount: Decimal, actor: Actor, *, reference: str, reason: str, reverses_id: int | None = None
) -> WalletTransaction:
    """Correct the balance by ``amount``, which may be negative; ``reason`` is kept, the right to do it is its own.

    Raises NotAllowed, CardMerged, ReasonRequired, WrongAmount, InsufficientFunds, TooMuchRefunded, WalletFrozen,
    ReferenceReused.
    """
    living_client_for(client_id, actor)
    if not actor.may_correct_wallets:
        raise NotAllowed
    if not reason.strip():
        raise ReasonRequired
    moved = require_amount(abs(amount)).copy_sign(amount)
    if reverses_id is None:
        return post(client_id, Kind.ADJUSTMENT, moved, actor, reference, description=reason.strip())
    reversed_one = operation_for(reverses_id, actor)
    if reversed_one.client.heir.pk != client_id:
        raise NotAllowed
    lock_visit_of(reversed_one)
    return reverse(reversed_one, Kind.ADJUSTMENT, moved, actor, reference, reason.strip())


@command_transaction
def unfreeze(client_id: int, actor: Actor) -> ClientWallet:
    """Let a wallet move again, if its balance is its ledger's. Raises NotAllowed, StillWrong."""
    client_for(client_id, actor)
    if not actor.may_correct_wallets:
        raise NotAllowed
    wallet = ClientWallet.objects.select_for_update(no_key=True).get(pk=client_id)
    if mismatches_of(client_id):
        raise StillWrong
    wallet.frozen = False
    wallet.save(update_fields=["frozen"])
    return wallet


def client_for(client_id: int, actor: Actor) -> Client:
    """The client, for staff who may take money. Raises NotAllowed."""
    client = Client.objects.visible_to(actor).filter(pk=client_id).first() if actor.may_take_money else None
    if client is None:
        raise NotAllowed
    return client


def living_client_for(client_id: int, actor: Actor) -> Client:
    """The same, whose money is not on another card. Raises NotAllowed, CardMerged."""
    client = client_for(client_id, actor)
    if client.merged_into_id is not None:
        raise CardMerged
    return client


def operation_for(operation_id: int, actor: Actor) -> WalletTransaction:
    """An operation in a wallet of the actor's company. Raises NotAllowed."""
    rows = WalletTransaction.objects.within_reach_of(actor)
    operation = (
        rows.filter(pk=operation_id).select_related("client__merged_into").first() if actor.may_take_money else None
    )
    if operation is None:
        raise NotAllowed
    return operation
