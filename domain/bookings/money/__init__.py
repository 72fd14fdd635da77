"""A booking's payment, ledger entries, redeemed credits, and the provider's pay."""
