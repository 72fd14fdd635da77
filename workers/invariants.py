"""Database invariants: checked every night, and by tests after every journey.

Each noun lists its own in `domain/<noun>/invariants.py`: a name, and a query that returns the violating rows.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlmodel import Session

from domain.availability.invariants import INVARIANTS as OF_AVAILABILITY
from domain.bookings.invariants import INVARIANTS as OF_BOOKINGS
from domain.contributions.invariants import INVARIANTS as OF_CONTRIBUTIONS
from domain.foundation.logging import get_logger
from domain.ledger.invariants import INVARIANTS as OF_LEDGER
from domain.payments.invariants import INVARIANTS as OF_PAYMENTS
from domain.pricing.invariants import INVARIANTS as OF_PRICING
from domain.ratings.invariants import INVARIANTS as OF_RATINGS
from domain.surge.invariants import INVARIANTS as OF_SURGE
from workers.task import Work, each

# Handlers and scheduled jobs have not given up on anything.
OF_BACKGROUND_WORK: dict[str, str] = {
    "no row of a scheduled job is set aside": """
        SELECT job, item, attempts, last_error, set_aside_at FROM job_failures WHERE set_aside_at IS NOT NULL
    """,
    "no delivery of an event is parked": """
        SELECT event_id, reader, attempts, last_error, parked_at FROM event_deliveries
        WHERE parked_at IS NOT NULL AND done_at IS NULL
    """,
}

INVARIANTS: dict[str, str] = {
    **OF_AVAILABILITY,
    **OF_BOOKINGS,
    **OF_LEDGER,
    **OF_PAYMENTS,
    **OF_PRICING,
    **OF_SURGE,
    **OF_RATINGS,
    **OF_CONTRIBUTIONS,
    **OF_BACKGROUND_WORK,
}

MAX_ROWS_SHOWN = 20  # rows per broken invariant: enough to see the pattern


def violations(session: Session, invariants: Mapping[str, str]) -> dict[str, list[dict[str, Any]]]:
    """The violated invariants by name, each with its first violating rows. Empty if all hold."""
    rows_by_name = {
        name: session.execute(text(query)).mappings().fetchmany(MAX_ROWS_SHOWN)
        for name, query in invariants.items()
    }
    return {name: [dict(row) for row in rows] for name, rows in rows_by_name.items() if rows}


def check_invariants(work: Work, at: datetime) -> int:
    """Check all invariants, log an error for each violated one, and return how many are violated.

    Each has a statement of its own, so that one that takes too long does not prevent the others.
    """
    return each(INVARIANTS, lambda name: _check_invariant(work, name, at))


def _check_invariant(work: Work, name: str, at: datetime) -> bool:
    """Check one invariant; return whether it is violated."""
    with work.transactions.read_session() as session:
        rows = violations(session, {name: INVARIANTS[name]}).get(name)
    if rows:
        get_logger("invariants").error("invariant_broken", invariant=name, rows=rows, at=at.isoformat())
    return bool(rows)
