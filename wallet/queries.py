"""The readers of money."""

from django.db.models import Case, DecimalField, F, Q, Sum, Value, When
from django.db.models.functions import Coalesce

from accounts.models import Client
from accounts.values import Actor
from wallet.ledger import NOTHING
from wallet.models import ClientWallet, WalletTransaction
from wallet.models.ledger import TransactionQuerySet
from wallet.values import Kind

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
