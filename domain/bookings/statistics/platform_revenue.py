"""What each user brought the market in a period, as the closed books of its bookings have it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

_PLATFORM_REVENUE = text("""
    SELECT user_id, sum(fee) AS fee_amount, sum(commission) AS commission_amount
    FROM bookings CROSS JOIN LATERAL (
        VALUES (customer_id, kept_service_fee_amount, 0), (provider_user_id, 0, kept_commission_amount)
    ) AS side (user_id, fee, commission)
    WHERE market_id = :market_id AND currency = :currency
      AND books_closed_at >= :since AND books_closed_at < :until
    GROUP BY user_id HAVING sum(fee) + sum(commission) > 0 ORDER BY user_id
""")


@dataclass(frozen=True, slots=True)
class PlatformRevenueRow:
    """What a user's bookings left with the platform: fees as a customer, commissions as a provider."""

    user_id: UUID
    fee_amount: int
    commission_amount: int


def list_platform_revenue(
    session: Session, market_id: UUID, currency: str, *, since: datetime, until: datetime
) -> list[PlatformRevenueRow]:
    """Everybody whose bookings' books closed from `since` up to, and not including, `until`; minor units."""
    params = {"market_id": market_id, "currency": currency, "since": since, "until": until}
    return [
        PlatformRevenueRow(row.user_id, int(row.fee_amount), int(row.commission_amount))
        for row in session.execute(_PLATFORM_REVENUE, params)
    ]
