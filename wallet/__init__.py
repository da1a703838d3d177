"""Money: the client's wallet, its append-only ledger, and what was paid at the desk (domain §7)."""
