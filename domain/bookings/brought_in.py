"""What each user brought the market in a period, as the closed books of its bookings have it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

_BROUGHT_IN = text("""
    SELECT user_id, sum(fee) AS fee_amount, sum(commission) AS commission_amount
    FROM bookings CROSS JOIN LATERAL (
        VALUES (customer_id, kept_service_fee_amount, 0), (provider_user_id, 0, kept_commission_amount)
    ) AS side (user_id, fee, commission)
    WHERE market_id = :market_id AND currency = :currency
      AND books_closed_at >= :since AND books_closed_at < :until
    GROUP BY user_id HAVING sum(fee) + sum(commission) > 0 ORDER BY user_id
""")


@dataclass(frozen=True, slots=True)
class BroughtIn:
    """What a user's bookings left with the platform: fees as a customer, commissions as a provider."""

    user_id: UUID
    fee_amount: int
    commission_amount: int


def brought_in(
    session: Session, market_id: UUID, currency: str, *, since: datetime, until: datetime
) -> list[BroughtIn]:
    """Everybody whose bookings' books closed from `since` up to, and not including, `until`; minor units."""
    asked = {"market_id": market_id, "currency": currency, "since": since, "until": until}
    return [
        BroughtIn(row.user_id, int(row.fee_amount), int(row.commission_amount))
        for row in session.execute(_BROUGHT_IN, asked)
    ]
