"""Periods: what was verified in one is valued together when it is over.

A market's first period begins with the day of its first verified contribution, every other where the last one
ended; all begin at midnight on the market's own clock. What a period can give is a share, a tenth at most, of
what the market earned net in as long a time before it: known before anybody contributes, and never promised
out of what is not there yet.
"""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import text
from sqlmodel import Session, col, select

from domain import markets
from domain.contributions import policy
from domain.contributions.policy import ContributionPolicy, PoolRules
from domain.contributions.valuation.models import ContributionPeriod
from domain.foundation.money import BASIS_POINTS
from domain.foundation.paging import Page, build_page, decode_cursor
from domain.foundation.spans import Span
from domain.markets import Market, PolicyVersion

THOUSANDTHS = 1_000

_WITH_CONTRIBUTIONS = text("""
    SELECT id FROM markets m
    WHERE EXISTS (SELECT FROM contributions WHERE market_id = m.id AND verified_at IS NOT NULL) ORDER BY id
""")
_FIRST = text("SELECT min(verified_at) FROM contributions WHERE market_id = :market_id")
_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))")
# Service fees and commission as they moved in the books, less what the platform gave back itself.
_EARNED = text("""
    SELECT coalesce(sum(moved.amount), 0)
    FROM ledger_entries e
    JOIN bookings b ON b.id = e.subject_id AND b.market_id = :market_id
    JOIN ledger_postings p ON p.entry_id = e.id
    CROSS JOIN LATERAL (VALUES (p.credit_account_id, p.amount), (p.debit_account_id, -p.amount))
        AS moved (account_id, amount)
    JOIN ledger_accounts a ON a.id = moved.account_id AND a.kind IN ('service_fees', 'commission', 'goodwill')
    WHERE e.recorded_at >= :since AND e.recorded_at < :until
""")


@dataclass(frozen=True, slots=True)
class DuePeriod:
    """A period that is to be closed: the how-manieth, from when to when, by which rules, on what pool.

    `fees_amount` is in minor units, `pool` in thousandths of a credit; `value_amount` minor units are one
    credit's worth. A market whose rules say nothing of credits gives none.
    """

    market: Market
    number: int
    during: Span
    version: PolicyVersion
    rules: ContributionPolicy | None
    fees_amount: int

    @property
    def share_bp(self) -> int:
        """Which share of the fees the pool is, in basis points."""
        return self.rules.pool.share_bp if self.rules and self.rules.credits else 0

    @property
    def value_amount(self) -> int:
        """What a credit pays for, in minor units."""
        return self.rules.credits.value_amount if self.rules and self.rules.credits else 1

    @property
    def pool(self) -> int:
        """What can be given in all, in thousandths of a credit."""
        return pool_credits(self.fees_amount, share_bp=self.share_bp, value_amount=self.value_amount)


def markets_with_verified_contributions(session: Session) -> list[UUID]:
    """Markets in which anything was ever verified."""
    return list(session.scalars(_WITH_CONTRIBUTIONS))


def lock_market_valuation(session: Session, market_id: UUID) -> None:
    """Wait until nobody else values anything in this market."""
    session.execute(_LOCK, {"name": f"contribution-periods/{market_id}"})


def get_due_period(session: Session, market_id: UUID, *, at: datetime) -> DuePeriod | None:
    """The market's next period, if it is over; None while it is not, or nothing was ever verified."""
    market, last = markets.get_market(session, market_id), get_latest_period(session, market_id)
    begins = _first(session, market_id) if last is None else last.end_at
    if begins is None or begins >= at:
        return None
    start, version = _midnight(market, begins, 0), markets.get_policy_at(session, market_id, begins)
    rules = policy.policy_of_version(version)
    days = (rules.pool if rules else PoolRules()).period_days
    during = Span(start, _midnight(market, start, days))
    if during.end > at:
        return None
    fees = net_fees_amount(session, market_id, Span(during.start - during.duration, during.start))
    return DuePeriod(market, 1 if last is None else last.number + 1, during, version, rules, fees)


def get_latest_period(session: Session, market_id: UUID) -> ContributionPeriod | None:
    """The period of a market that was closed last."""
    newest = col(ContributionPeriod.number).desc()
    query = select(ContributionPeriod).where(ContributionPeriod.market_id == market_id).order_by(newest)
    return session.exec(query.limit(1)).first()


def list_closed_periods(
    session: Session, market_id: UUID, *, after: str | None, limit: int
) -> Page[ContributionPeriod]:
    """A market's closed periods, the latest first. Raises `MarketUnknown` and `CursorUnreadable`."""
    market, number = markets.get_market(session, market_id), col(ContributionPeriod.number)
    query = select(ContributionPeriod).where(ContributionPeriod.market_id == market.id)
    if after is not None:
        query = query.where(number < decode_cursor(after, [int])[0])
    rows = session.exec(query.order_by(number.desc()).limit(limit + 1)).all()
    return build_page(rows, limit, lambda row: [row.number])


def latest_policy_version(session: Session, market_id: UUID) -> PolicyVersion:
    """The policy version by which the last period was closed; only call it where one was."""
    last = get_latest_period(session, market_id)
    assert last is not None  # noqa: S101 -- what was valued was valued in a period
    return markets.get_policy_version(session, last.policy_version_id)


def net_fees_amount(session: Session, market_id: UUID, during: Span) -> int:
    """What a market earned net of refunds, in minor units: below zero where more was given back."""
    parameters = {"market_id": market_id, "since": during.start, "until": during.end}
    return int(session.execute(_EARNED, parameters).scalar_one())


def pool_credits(fees_amount: int, *, share_bp: int, value_amount: int) -> int:
    """A share of fees in thousandths of a credit, rounded down; nothing where nothing was earned."""
    return max(0, fees_amount) * share_bp * THOUSANDTHS // (BASIS_POINTS * value_amount)


def _first(session: Session, market_id: UUID) -> datetime | None:
    """When anything of a market was verified first."""
    first: datetime | None = session.execute(_FIRST, {"market_id": market_id}).scalar()
    return first


def _midnight(market: Market, moment: datetime, days: int) -> datetime:
    """Midnight of the day that many days later, on the market's clock."""
    zone = ZoneInfo(market.time_zone)
    day = moment.astimezone(zone).date() + timedelta(days=days)
    return datetime.combine(day, time(), zone)
