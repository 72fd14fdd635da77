"""What happens because time passes, as sentences: which sweep, and how often the clock asks for it.

A sweep is a query for rows that are due and the same action a person would have used. It does nothing when
nothing is due, so asking often costs little, and asking twice does no harm.
"""

from dataclasses import dataclass
from datetime import timedelta

from workers import availability, bookings, idempotency, identity, invariants, payments, pricing
from workers.task import Sweep


@dataclass(frozen=True, slots=True)
class Entry:
    """A sweep and how much real time passes between two askings."""

    sweep: Sweep
    every: timedelta

    @property
    def name(self) -> str:
        """How messages call the sweep: `bookings.expire_requests`."""
        return f"{self.sweep.__module__.rpartition('.')[2]}.{self.sweep.__name__}"


SECOND, MINUTE, HOUR, NIGHT = (
    timedelta(seconds=1),
    timedelta(minutes=1),
    timedelta(hours=1),
    timedelta(days=1),
)

_ENTRIES = (
    # Promises between people: what is due is done within a second.
    Entry(bookings.act_when_due, SECOND),
    Entry(bookings.expire_proposals, 5 * SECOND),
    Entry(availability.release_expired, 10 * SECOND),
    # Money: what is open is looked at again until it is closed.
    Entry(payments.settle_due, 5 * SECOND),
    Entry(payments.apply_waiting_webhooks, 10 * SECOND),
    Entry(payments.look_again, MINUTE),
    Entry(payments.raise_alarms, MINUTE),
    Entry(payments.reconcile, NIGHT),
    # Housekeeping.
    Entry(identity.end_expired_sessions, 10 * MINUTE),
    Entry(identity.forget_expired_tokens, HOUR),
    Entry(idempotency.forget_answers, 10 * MINUTE),
    Entry(pricing.forget_quotes, HOUR),
    Entry(invariants.watch, NIGHT),
)

SCHEDULE = {entry.name: entry for entry in _ENTRIES}
