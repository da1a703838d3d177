"""The readers of money."""

from decimal import Decimal

from django.db.models import Case, DecimalField, F, Q, Sum, Value, When
from django.db.models.functions import Coalesce

from accounts.models import Client
from accounts.values import Actor
from wallet.models import ClientWallet, Payment, WalletTransaction
from wallet.models.ledger import TransactionQuerySet
from wallet.values import NOTHING, Kind, Method

SUM = DecimalField(max_digits=12, decimal_places=2)


def wallet_of(client: Client) -> ClientWallet:
    """The client's wallet; an empty one, not written, when there is none yet."""
    return ClientWallet.objects.filter(pk=client.pk).first() or ClientWallet(client=client)


def statement_of(client: Client, actor: Actor) -> TransactionQuerySet:
    """Every operation, the newest first, with its visit and, as ``left``, what of it can still be returned."""
    rows = WalletTransaction.objects.visible_to(actor).filter(client=client)
    rows = rows.select_related("appointment__service", "appointment__location").annotate(
        returned=Coalesce(Sum("reversals__amount"), Value(NOTHING), output_field=SUM)
    )
    reach = Q(appointment__isnull=True) | Q(appointment__location_id__in=actor.location_ids)
    here = reach if actor.location_ids else Q()
    pays = When(here, kind__in=(Kind.CHARGE, Kind.FEE), then=-F("amount") - F("returned"))
    return rows.annotate(left=Case(pays, default=Value(NOTHING), output_field=SUM)).order_by("-pk")


def balance_of(client_id: int) -> Decimal:
    """What is in the wallet; nothing when there is none yet."""
    return ClientWallet.objects.filter(pk=client_id).values_list("balance", flat=True).first() or NOTHING


def left_of(operation: WalletTransaction) -> Decimal:
    """How much of ``operation`` has not been reversed yet."""
    reversed_so_far: Decimal = operation.reversals.aggregate(Sum("amount"))["amount__sum"] or NOTHING
    return abs(operation.amount) - abs(reversed_so_far)


def payments_of(appointment_id: int) -> list[WalletTransaction]:
    """What was taken from the wallet for a visit, the newest first."""
    rows = WalletTransaction.objects.filter(appointment=appointment_id, kind__in=(Kind.CHARGE, Kind.FEE))
    return list(rows.select_related("client__merged_into"))


def paid_from_wallet(appointment_id: int) -> Decimal:
    """What a visit has taken from the wallet and not returned, fees included."""
    moved = WalletTransaction.objects.filter(appointment=appointment_id).aggregate(Sum("amount"))["amount__sum"]
    return -(moved or NOTHING)


def is_frozen(client_id: int | None) -> bool:
    return client_id is not None and ClientWallet.objects.filter(pk=client_id, frozen=True).exists()


def fees_of(appointment_id: int) -> Decimal:
    """What of a visit's money is a fee for cancelling late, and was not returned."""
    fees = WalletTransaction.objects.filter(appointment=appointment_id, kind=Kind.FEE)
    return sum((left_of(fee) for fee in fees), NOTHING)


def paid_by(method: Method, appointment_id: int | None) -> Decimal:
    """What a visit has been paid in cash or by card and not been given back."""
    paid = Payment.objects.filter(appointment=appointment_id, method=method).aggregate(Sum("amount"))["amount__sum"]
    return paid or NOTHING


def discount_told(appointment_id: int) -> Decimal:
    """What of a visit's discount stands in its client's statement already."""
    told = WalletTransaction.objects.filter(appointment=appointment_id).aggregate(Sum("discount"))["discount__sum"]
    return told or NOTHING
