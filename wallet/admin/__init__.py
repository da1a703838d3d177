from wallet.admin.operations import PaymentAdmin, ReconciliationAdmin, WalletTransactionAdmin
from wallet.admin.wallets import WalletAdmin

__all__ = ["PaymentAdmin", "ReconciliationAdmin", "WalletAdmin", "WalletTransactionAdmin"]
