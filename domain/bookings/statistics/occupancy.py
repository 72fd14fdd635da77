"""How days fill up: bookings by when they were made, and when they were called off, as prices ask for it.

A chapter of `queries.py`. Of a booking nothing is told but its category and its instants.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

# What was never agreed on filled nothing. Bookings that were moved count where they are now.
_OCCUPANCY = text("""
    SELECT categories.slug, lower(bookings.during) AS starts_at, upper(bookings.during) AS ends_at,
           bookings.requested_at AS made_at,
           CASE WHEN bookings.state = 'cancelled' THEN bookings.ended_at END AS gone_at
    FROM bookings JOIN offers ON offers.id = bookings.offer_id
    JOIN categories ON categories.id = offers.category_id
    WHERE bookings.market_id = :market_id AND categories.slug = ANY(:slugs)
      AND bookings.during && tstzrange(:since, :until, '[)')
      AND (bookings.confirmed_at IS NOT NULL OR bookings.ended_at IS NULL)
    ORDER BY bookings.id
""")


@dataclass(frozen=True, slots=True)
class OccupancyRow:
    """A booking that is on the books from `made_at`, and was called off at `gone_at` if it was."""

    category: str
    starts_at: datetime
    ends_at: datetime
    made_at: datetime
    gone_at: datetime | None


def list_occupancy(
    session: Session, market_id: UUID, categories: list[str], since: datetime, until: datetime
) -> list[OccupancyRow]:
    """The bookings of these categories whose time meets the one from `since` to `until`."""
    params = {"market_id": market_id, "slugs": categories, "since": since, "until": until}
    return [OccupancyRow(*row) for row in session.execute(_OCCUPANCY, params)]
