"""After the last request the clock goes on in leaps, until every booking has reached its end and all is calm.

The market is still when no event waits for its reader, no call to the payment provider is open, no webhook is
unhandled, nothing is due and no ended booking has open books. Only then is the clock moved again, so the
workers do all that falls due, in its order, as they would have in as many days.
"""

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Event
from typing import Final

from sqlalchemy import text

from domain.foundation.persistence.database import Transactions
from ops.failures import MendableError
from ops.replay.market_clock import MarketClock

LEAP: Final = timedelta(minutes=30)  # at least so far at once; what falls due within is done at its end
_GLANCE_SECONDS: Final = 0.2
_PATIENCE_SECONDS: Final = 240  # without any change: longer than the third wait before a delivery is repeated
_STILL_GLANCES: Final = 3  # in a row, since a sweep may be about to begin

_UNREST: Final = text("""
    SELECT 'events without readers told' AS what, count(*) AS how_many
        FROM events WHERE dispatched_at IS NULL
    UNION ALL SELECT 'deliveries under way', count(*)
        FROM event_deliveries WHERE done_at IS NULL AND parked_at IS NULL
    UNION ALL SELECT 'bookings that are due', count(*) FROM bookings WHERE due_at <= :at
    UNION ALL SELECT 'ended bookings with open books', count(*)
        FROM bookings WHERE ended_at IS NOT NULL AND books_closed_at IS NULL
    UNION ALL SELECT 'payments on their way', count(*)
        FROM payments WHERE keep_amount IS NOT NULL AND settled_at IS NULL AND parked_at IS NULL
    UNION ALL SELECT 'calls without an answer', count(*)
        FROM provider_ops WHERE state IN ('planned', 'sent', 'unknown')
    UNION ALL SELECT 'webhooks to be handled', count(*)
        FROM webhook_events WHERE handled_at IS NULL AND set_aside_at IS NULL
""")
_NEXT: Final = text(
    "SELECT min(due_at) AS due_at, count(*) AS how_many FROM bookings WHERE due_at IS NOT NULL"
)


_BEHIND: Final = text("""
    SELECT (SELECT count(*) FROM events WHERE dispatched_at IS NULL)
         + (SELECT count(*) FROM event_deliveries WHERE done_at IS NULL AND parked_at IS NULL)
         + (SELECT count(*) FROM bookings WHERE due_at <= :at)
""")
MOST_BEHIND: Final = 150  # things to be followed up: a second or two of work for one process of workers


class UnrestError(MendableError):
    """The market does not come to rest; the message says what is left."""


def reached(
    transactions: Transactions, clock: MarketClock, *, stop: Event, tell: Callable[[int, datetime], None]
) -> None:
    """Walk to the end of all bookings; tells how many are still open, and what time it is."""
    while not stop.is_set():
        _wait_until_still(transactions, clock, stop)
        with transactions.read_session() as session:
            due = session.execute(_NEXT).one()
        tell(due.how_many, clock.now())
        if due.due_at is None:
            return
        clock.forward_to(max(due.due_at, clock.now() + LEAP))


def keep_up(transactions: Transactions, clock: MarketClock, stop: Event) -> None:
    """Wait while more is to be followed up than the workers do in a moment."""
    while True:
        with transactions.read_session() as session:
            behind = session.execute(_BEHIND, {"at": clock.now()}).scalar_one()
        if behind <= MOST_BEHIND or stop.wait(_GLANCE_SECONDS):
            return


def _wait_until_still(transactions: Transactions, clock: MarketClock, stop: Event) -> None:
    still, before, changed_at = 0, None, time.monotonic()
    while still < _STILL_GLANCES and not stop.wait(_GLANCE_SECONDS):
        with transactions.read_session() as session:
            rows = session.execute(_UNREST, {"at": clock.now()}).all()
        left = {row.what: row.how_many for row in rows if row.how_many}
        still = 0 if left else still + 1
        if left != before:
            before, changed_at = left, time.monotonic()
        if left and time.monotonic() - changed_at > _PATIENCE_SECONDS:
            raise UnrestError(
                "Nothing moves any more: "
                + ", ".join(f"{how_many} {what}" for what, how_many in left.items())
            )
