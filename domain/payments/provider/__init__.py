"""The payment provider: what may be asked of it, Stripe's implementation, and how one call is made."""
