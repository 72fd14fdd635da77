"""Periods close, credits are held and settled, refunds take theirs back, newcomers' referrals are claimed."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from uuid import UUID

from sqlmodel import Session

from domain.contributions import integrity, referrals, valuation
from domain.foundation import clock
from domain.foundation.events import EventRow
from workers.due import each_due, each_recurring
from workers.task import Work

BATCH = 500  # rows of a sweep; each has a transaction of its own, so that none holds up the others


def link_reviews_to_bookings(session: Session, event: EventRow) -> None:
    """Remember which booking's fee bounds what these reviews earn."""
    for review_id in event.data["review_ids"]:
        valuation.link_review_to_booking(session, UUID(review_id), UUID(event.data["booking_id"]))


def claim_referral(session: Session, event: EventRow) -> None:
    """Claim the referral of whoever completed a first booking."""
    referrals.claim_referral(session, event.subject_id, at=clock.now())


def claw_back_refunded(session: Session, event: EventRow) -> None:
    """Take back what a booking can no longer bear. News that is late or comes twice does no harm."""
    valuation.claw_back_refunded(session, event.subject_id, at=clock.now())


def restore_after_failed_refund(session: Session, event: EventRow) -> None:
    """Restore what a refund took that did not arrive. News that is late or comes twice does no harm."""
    valuation.restore_after_failed_refund(session, event.subject_id, at=clock.now())


def claw_back_corrected(session: Session, event: EventRow) -> None:
    """Take back what a claim earned whose place a better one took."""
    valuation.claw_back_corrected(session, event.subject_id, at=clock.now())


def close_periods(work: Work, at: datetime) -> int:
    """Close the periods that are over, one for each market at a time. Returns how many."""
    with work.transactions.read_session() as session:
        markets = valuation.markets_with_verified_contributions(session)
    return each_recurring(work, "contribution_valuation.close_periods", markets, partial(_close, work, at))


def hold_credits(work: Work, at: datetime) -> int:
    """Post the credits of what was valued, to be held. Returns how many contributions."""
    act = partial(_act, work, valuation.hold_credits, at)
    return each_due(
        work, "contribution_valuation.hold_credits", valuation.list_contributions_to_hold, act, batch=BATCH
    )


def settle_credits(work: Work, at: datetime) -> int:
    """Let credits be spent whose hold is over. Returns how many contributions."""
    find = partial(valuation.list_contributions_to_settle, at=at)
    act = partial(_act, work, valuation.settle_credits, at)
    return each_due(work, "contribution_valuation.settle_credits", find, act, batch=BATCH)


def scan_integrity(work: Work, at: datetime) -> int:
    """Write down what a person should look at. Returns how many markets were scanned."""
    with work.transactions.read_session() as session:
        markets = valuation.markets_with_verified_contributions(session)
    return each_recurring(work, "contribution_valuation.scan_integrity", markets, partial(_scan, work, at))


def _close(work: Work, at: datetime, market_id: UUID) -> bool:
    closed = work.transactions.run(
        lambda session: valuation.close_period(session, market_id, at=at) is not None
    )
    return bool(closed)


def _scan(work: Work, at: datetime, market_id: UUID) -> None:
    work.transactions.run(lambda session: integrity.scan_market(session, market_id, at=at))


def _act(work: Work, act: Callable[..., bool], at: datetime, row_id: UUID) -> bool:
    return work.transactions.run(lambda session: act(session, row_id, at=at))
