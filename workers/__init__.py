"""Work that follows from a fact, and work that waits for its hour.

The relay reads the outbox and wakes readers through the broker; the clock wakes sweeps; a task opens a
transaction and calls one verb. PostgreSQL is the truth and the broker only a wake-up: nothing that matters
is known to the broker alone.
"""
