"""The ticks of surge and what is learned between them: one market in one transaction, never two at once."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlmodel import Session

from domain import ledger, markets, pricing, surge
from domain.bookings import statistics
from domain.foundation import clock
from domain.foundation.events import EventRow
from domain.ledger import AccountKind
from domain.surge import Due, FromAbove
from workers.due import each_recurring
from workers.task import Work, until_nothing_is_left

TYPICAL_DAYS = timedelta(days=28)  # four weekends: what a job comes to moves slowly


def tick(work: Work, at: datetime) -> int:
    """Publish the prices of every market whose tick is due. Returns how many."""
    return _each_market(work, "surge.tick", at, tick_market)


def tick_at_once(session: Session, event: EventRow) -> None:
    """Let an emergency's caps hold now, or no longer, and not only from the next tick on."""
    at = clock.now()
    due = surge.due_at_once(session, UUID(event.data["market_id"]), at=at)
    if due is not None:
        surge.run_tick(session, due, _from_above(session, due), at=at)


def learn_hours(work: Work, at: datetime) -> int:
    """Learn what the hours that are over were like, in every market."""
    return _each_market(work, "surge.learn_hours", at, surge.learn_hours)


def learn_days(work: Work, at: datetime) -> int:
    """Learn how the days that are over filled, in every market."""
    return _each_market(work, "surge.learn_days", at, _learn_days)


def audit(work: Work, at: datetime) -> int:
    """Look at yesterday's prices in every market."""
    return _each_market(work, "surge.audit", at, _audit)


def forget(work: Work, at: datetime) -> int:
    """Delete what was noticed two months ago and what was published three months ago."""
    return until_nothing_is_left(work, partial(surge.forget_signals, at=at)) + until_nothing_is_left(
        work, partial(surge.forget_snapshots, at=at)
    )


def tick_market(session: Session, market_id: UUID, *, at: datetime) -> bool:
    """Publish the prices of a market if its tick is due. Returns whether it was."""
    due = surge.due(session, market_id, at=at)
    if due is None:
        return False
    surge.run_tick(session, due, _from_above(session, due), at=at)
    return True


def _from_above(session: Session, due: Due) -> FromAbove:
    """What pricing, bookings and the ledger know that a tick needs."""
    market_id, since = due.market.id, due.tick_at - TYPICAL_DAYS
    pool = ledger.get_account(session, AccountKind.SURGE_POOL, due.market.currency)
    return FromAbove(
        quotes=pricing.asked_between(session, market_id, due.quotes_since, due.tick_at),
        booked=statistics.list_occupancy(
            session, market_id, list(due.policy.scheduled), due.tick_at, due.booked_until
        ),
        typical_amounts=pricing.typical_amounts(session, market_id, since, due.tick_at),
        kappa_bp=surge.kappa_bp(
            ledger.get_balance(session, pool), ledger.debited_since(session, pool, kind="bonus", since=since)
        ),
    )


def _learn_days(session: Session, market_id: UUID, *, at: datetime) -> int:
    rules = surge.rules_of(markets.get_policy_at(session, market_id, at))
    if rules is None or not rules.scheduled:
        return 0
    since = at - timedelta(days=surge.NIGHTS_BACK + 1)
    booked = statistics.list_occupancy(session, market_id, list(rules.scheduled), since, at)
    return surge.learn_days(session, market_id, booked, at=at)


def _audit(session: Session, market_id: UUID, *, at: datetime) -> int:
    zone = ZoneInfo(markets.get_market(session, market_id).time_zone)
    return surge.audit_day(session, market_id, at.astimezone(zone).date() - timedelta(days=1), at=at)


def _each_market(work: Work, job: str, at: datetime, act: Callable[..., object]) -> int:
    with work.transactions.read_session() as session:
        found = surge.markets_with_surge(session, at=at)
    return each_recurring(
        work,
        job,
        found,
        lambda market_id: work.transactions.run(lambda session: act(session, market_id, at=at)) or False,
    )
