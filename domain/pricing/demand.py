"""What quotes tell about demand and prices: who asked, what one customer paid before, what is typical.

A quote is its own sign of demand, so a tick counts these rows and nothing is written twice. What somebody
paid before is read for one purpose, to protect them, and only where the market's price is above the tariff's.
A booking counts from the day both sides agreed to it until it is called off: quotes carry that as a fact
(`agreed_at`), because bookings lie a floor above and are never asked.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import text
from sqlmodel import Session

from domain.foundation.money import BASIS_POINTS
from domain.surge import History, Protection

_ASKED = text("""
    SELECT quotes.customer_id, quotes.category_id, offers.cell_r7, quotes.created_at
    FROM quotes JOIN offers ON offers.id = quotes.offer_id
    WHERE quotes.market_id = :market_id AND quotes.created_at >= :since AND quotes.created_at < :until
      AND quotes.live_number IS NOT NULL
    ORDER BY quotes.created_at, quotes.id
""")
# The third quartile is a multiplier that was paid (nearest rank), so nobody is held to a price between two.
# What demand added counts whether money paid for it or credits: both were earned. A line is asked and not the
# multiplier, for a service that costs nothing costs no more in a busy hour.
_HISTORY = text("""
    SELECT count(*) AS agreed,
           count(*) FILTER (WHERE upper(during) <= :at) AS completed,
           percentile_disc(0.75) WITHIN GROUP (ORDER BY surge_multiplier)
               FILTER (WHERE taken_at > :since) AS usual,
           count(*) FILTER (
               WHERE surge_multiplier > 1 AND taken_at >= :month
                 AND lines @? '$[*] ? (@.kind == "surge" && @.amount > 0)') AS surged
    FROM quotes
    WHERE customer_id = :customer_id AND market_id = :market_id AND agreed_at IS NOT NULL
""")
# What was booked, at its price and tariff alone: neither options nor demand make a job typical.
_TYPICAL = text("""
    SELECT categories.slug, cast(avg(timed.amount) AS bigint) AS amount
    FROM quotes
    JOIN categories ON categories.id = quotes.category_id
    CROSS JOIN LATERAL (
        SELECT sum(amount) AS amount FROM jsonb_to_recordset(quotes.lines) AS line (kind text, amount bigint)
        WHERE kind IN ('base', 'tariff')
    ) AS timed
    WHERE quotes.market_id = :market_id AND quotes.agreed_at >= :since AND quotes.agreed_at < :until
    GROUP BY categories.slug
""")


@dataclass(frozen=True, slots=True)
class Asked:
    """Somebody asked for a price; the cell is the offer's, of resolution 7, None where it is nowhere."""

    customer_id: UUID
    category_id: UUID
    cell_r7: int | None
    created_at: datetime


def asked_between(session: Session, market_id: UUID, since: datetime, until: datetime) -> list[Asked]:
    """The quotes that were asked for in a market from `since` up to, and not including, `until`.

    Copies that `take` makes and quotes of changes are no demand and are left out.
    """
    wanted = {"market_id": market_id, "since": since, "until": until}
    return [Asked(*row) for row in session.execute(_ASKED, wanted)]


def typical_amounts(session: Session, market_id: UUID, since: datetime, until: datetime) -> dict[str, int]:
    """What a service of each category came to on average, in minor units of the market's currency.

    By category slug; categories in which nothing was agreed on in that time are left out.
    """
    wanted = {"market_id": market_id, "since": since, "until": until}
    return {row.slug: int(row.amount) for row in session.execute(_TYPICAL, wanted)}


def history(
    session: Session,
    customer_id: UUID,
    market_id: UUID,
    *,
    protection: Protection,
    time_zone: str,
    at: datetime,
) -> History:
    """What this customer did in the market before: all that a protection may ask. One statement.

    A booking counts as completed once its time has passed without being called off; the month begins on the
    clock of `time_zone`.
    """
    local = at.astimezone(ZoneInfo(time_zone))
    wanted = {
        "customer_id": customer_id,
        "market_id": market_id,
        "at": at,
        "since": at - timedelta(days=protection.memory_days),
        "month": local.replace(day=1, hour=0, minute=0, second=0, microsecond=0),
    }
    row = session.execute(_HISTORY, wanted).one()
    return History(
        completed_bookings=row.completed,
        has_booked=row.agreed > 0,
        usual_bp=None if row.usual is None else int(row.usual * BASIS_POINTS),
        surged_this_month=row.surged,
    )
