"""Money: the client's wallet and its append-only ledger. Its first lines come with «The client's wallet»."""
