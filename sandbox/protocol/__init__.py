"""Stripe's protocol: parameters, errors, lists, search, expansion and idempotency keys."""
