"""A payment provider for development and tests that speaks Stripe's wire format.

It stands apart: it imports nothing of ours, and only `ops` and tests start it. The official Stripe library
runs unchanged against it with another base address. It is stricter than reality where reality is lenient, so
that what passes here has a chance there: unknown parameters are refused, results are replayed by idempotency
key, every movement is a double entry in its own books, and authorizations, disputes and payouts end when
their hour comes.

Words: an *object* is a JSON object of Stripe's; its *hidden* side is what the provider knows and never shows.
A *call* is one request being carried out, in one database transaction. A *timer* is something that will
happen by the clock.
"""
