"""Stripe's objects about payments: intents, charges, refunds, disputes, customers and their cards."""
