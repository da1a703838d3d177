"""What tests of money share: a client with something in the wallet, and the question whether everything adds up."""

from decimal import Decimal
from itertools import count

from accounts.models import Client
from accounts.values import Actor, Channel, Role
from tests.booking.steps import cashier_of
from tests.factories import Salon, make_client
from wallet.commands import deposit
from wallet.models import WalletTransaction
from wallet.queries import balance_of
from wallet.reconcile import mismatches_of

keys = count(1)


def new_key() -> str:
    return f"key-{next(keys)}"


def purse(salon: Salon, amount: int | str = 3000, **fields) -> Client:
    """A client of the salon with so much in the wallet."""
    client = make_client(salon.company, **fields)
    if Decimal(amount):
        deposit(client.pk, Decimal(amount), cashier_of(salon), reference=new_key())
    return client


def signed_in(client: Client) -> Actor:
    """The client himself, having proved his phone."""
    return Actor(role=Role.CLIENT, channel=Channel.WEB, client_id=client.pk, company_id=client.company_id)


def ledger_of(client: Client) -> list[tuple[str, Decimal, Decimal]]:
    """The statement, oldest first: what, how much, what was left."""
    rows = WalletTransaction.objects.filter(client=client).order_by("pk")
    return [(row.kind, row.amount, row.balance_after) for row in rows]


def moved(client: Client) -> list[tuple[str, int]]:
    return [(kind, int(amount)) for kind, amount, _ in ledger_of(client)]


def require_sums(*clients: Client) -> None:
    """Everything adds up, by the nightly check and by hand."""
    assert mismatches_of() == []
    for client in clients:
        assert balance_of(client.pk) == sum((amount for _, amount, _ in ledger_of(client)), Decimal(0))
