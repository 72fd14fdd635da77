"""Writing down that somebody looked for something, and reading it back for the ticks.

A quote is a row of its own, so only searches and quotes that came to nothing are noticed here. What the same
person does again within a minute is not written twice: the roll-up would count it as nothing anyway.
"""

from datetime import datetime, timedelta
from uuid import UUID

from h3.api.basic_int import latlng_to_cell
from sqlalchemy import text
from sqlmodel import Session

from domain.foundation import ids
from domain.surge.kinds import Signal

RESOLUTION = 7  # of a signal's cell: some 1.4 km wide, as an offer's neighbourhood is
KEPT_FOR = timedelta(days=60)  # two months of evenings to look back on when somebody doubts a price
_AGAIN = timedelta(minutes=1)

# Two at once may both write: that is two rows for one person's one look, which the roll-up counts once.
_NOTICE = """
    INSERT INTO demand_signals (id, market_id, category_id, cell, customer_id, signal, at)
    SELECT :id, market.id, category.id, :cell, :customer_id, cast(:signal AS varchar), :at FROM {of}
    WHERE NOT EXISTS (
        SELECT FROM demand_signals AS earlier
        WHERE earlier.customer_id = :customer_id AND earlier.category_id = category.id
          AND earlier.cell = :cell AND earlier.signal = cast(:signal AS varchar) AND earlier.at > :since)
"""
_BY_SLUG = text(
    _NOTICE.format(
        of="(SELECT id FROM markets WHERE slug = :market) AS market, "
        "(SELECT id FROM categories WHERE slug = :category) AS category"
    )
)
_BY_ID = text(
    _NOTICE.format(
        of="(SELECT cast(:market_id AS uuid) AS id) AS market, "
        "(SELECT cast(:category_id AS uuid) AS id) AS category"
    )
)
_FORGET = text("""
    DELETE FROM demand_signals WHERE id IN (
        SELECT id FROM demand_signals WHERE at < :oldest ORDER BY at LIMIT :limit FOR UPDATE SKIP LOCKED)
""")


def noticed(
    session: Session,
    *,
    market: str,
    category: str,
    latitude: float,
    longitude: float,
    customer_id: UUID,
    at: datetime,
) -> None:
    """Somebody who is signed in searched near a place; market and category are slugs. Only the cell is kept.

    One statement that needs no transaction of its own, and none where there is no such market or category.
    """
    cell = latlng_to_cell(latitude, longitude, RESOLUTION)
    told = {"market": market, "category": category}
    session.execute(_BY_SLUG, {**told, **_signal(Signal.SEARCH, cell, customer_id, at)})


def noticed_unmet(
    session: Session,
    *,
    market_id: UUID,
    category_id: UUID,
    cell: int | None,
    customer_id: UUID,
    at: datetime,
) -> None:
    """Somebody asked a price for a time that could not be had; what is nowhere on the map is let go."""
    if cell is not None:
        told = {"market_id": market_id, "category_id": category_id}
        session.execute(_BY_ID, {**told, **_signal(Signal.UNMET_QUOTE, cell, customer_id, at)})


def forget(session: Session, *, at: datetime, limit: int = 1_000) -> int:
    """Delete what was noticed long ago. Returns how many."""
    return session.execute(_FORGET, {"oldest": at - KEPT_FOR, "limit": limit}).rowcount  # type: ignore[attr-defined,no-any-return]  # a DELETE's result counts its rows


def _signal(signal: Signal, cell: int, customer_id: UUID, at: datetime) -> dict[str, object]:
    return {
        "id": ids.new(),
        "cell": cell,
        "customer_id": customer_id,
        "signal": signal.value,
        "at": at,
        "since": at - _AGAIN,
    }
