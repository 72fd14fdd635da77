"""Bookings that were priced by demand, as a what-if of surge wants to know them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from domain.surge import Taken

_TAKEN = text("""
    SELECT cast(quotes.inputs -> 'surge' ->> 'snapshot_id' AS uuid) AS snapshot_id, categories.slug,
           offers.cell_r7, timed.amount
    FROM quotes
    JOIN categories ON categories.id = quotes.category_id
    JOIN offers ON offers.id = quotes.offer_id
    CROSS JOIN LATERAL (
        SELECT sum(amount) AS amount FROM jsonb_to_recordset(quotes.lines) AS line (kind text, amount bigint)
        WHERE kind IN ('base', 'tariff')
    ) AS timed
    WHERE quotes.market_id = :market_id AND quotes.created_at >= :since AND quotes.created_at < :until
      AND quotes.taken_at IS NOT NULL AND quotes.inputs -> 'surge' ->> 'mode' = 'live'
    ORDER BY quotes.created_at, quotes.id LIMIT :most
""")
MOST = 100_000  # a month of a large town; beyond it the oldest speak for all


def taken_between(session: Session, market_id: UUID, since: datetime, until: datetime) -> list[Taken]:
    """What was booked at a live factor from `since` up to, and not including, `until`."""
    wanted = {"market_id": market_id, "since": since, "until": until, "most": MOST}
    return [
        Taken(row.snapshot_id, row.slug, row.cell_r7, int(row.amount))
        for row in session.execute(_TAKEN, wanted)
    ]
