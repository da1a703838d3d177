import pgtrigger
import pytest

from wallet.models import ClientWallet


@pytest.fixture
def spoilt():
    """Change a balance past the ledger, as only somebody who switches the triggers off can."""

    def spoil(client, by: int = 1) -> None:
        with pgtrigger.ignore("wallet.ClientWallet:balance_is_the_ledgers"):
            wallet = ClientWallet.objects.get(pk=client.pk)
            ClientWallet.objects.filter(pk=client.pk).update(balance=wallet.balance + by)

    return spoil
