from wallet.models.check import Reconciliation
from wallet.models.ledger import ClientWallet, Payment, WalletTransaction

__all__ = ["ClientWallet", "Payment", "Reconciliation", "WalletTransaction"]
