"""Periods close, credits are held and settled, refunds take theirs back, newcomers' referrals are claimed."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from uuid import UUID

from sqlmodel import Session

from domain import contributions
from domain.foundation import clock
from domain.foundation.events import EventRow
from workers.due import each_due, each_recurring
from workers.task import Work

BATCH = 500  # rows of a sweep; each has a transaction of its own, so that none holds up the others


def remember_reviews(session: Session, event: EventRow) -> None:
    """Remember which booking's fee bounds what these reviews earn."""
    for review_id in event.data["review_ids"]:
        contributions.note_reviewed(session, UUID(review_id), UUID(event.data["booking_id"]))


def follow_completion(session: Session, event: EventRow) -> None:
    """Claim the referral of whoever completed a first booking."""
    contributions.follow_completion(session, event.subject_id, at=clock.now())


def follow_refund(session: Session, event: EventRow) -> None:
    """Take back what a booking can no longer bear. News that is late or comes twice does no harm."""
    contributions.follow_refund(session, event.subject_id, at=clock.now())


def follow_failed_refund(session: Session, event: EventRow) -> None:
    """Restore what a refund took that did not arrive. News that is late or comes twice does no harm."""
    contributions.follow_failed_refund(session, event.subject_id, at=clock.now())


def follow_correction(session: Session, event: EventRow) -> None:
    """Take back what a claim earned whose place a better one took."""
    contributions.follow_correction(session, event.subject_id, at=clock.now())


def close_periods(work: Work, at: datetime) -> int:
    """Close the periods that are over, one for each market at a time. Returns how many."""
    with work.transactions.read_session() as session:
        markets = contributions.markets_with_periods(session)
    return each_recurring(work, "contribution_value.close_periods", markets, partial(_close, work, at))


def hold_credits(work: Work, at: datetime) -> int:
    """Post the credits of what was valued, to be held. Returns how many contributions."""
    act = partial(_act, work, contributions.hold_credits, at)
    return each_due(work, "contribution_value.hold_credits", contributions.to_hold, act, batch=BATCH)


def settle_credits(work: Work, at: datetime) -> int:
    """Let credits be spent whose hold is over. Returns how many contributions."""
    find = partial(contributions.to_settle, at=at)
    act = partial(_act, work, contributions.settle_credits, at)
    return each_due(work, "contribution_value.settle_credits", find, act, batch=BATCH)


def scan_integrity(work: Work, at: datetime) -> int:
    """Write down what a person should look at. Returns how many markets were scanned."""
    with work.transactions.read_session() as session:
        markets = contributions.markets_with_periods(session)
    return each_recurring(work, "contribution_value.scan_integrity", markets, partial(_scan, work, at))


def _close(work: Work, at: datetime, market_id: UUID) -> bool:
    closed = work.transactions.run(
        lambda session: contributions.close_period(session, market_id, at=at) is not None
    )
    return bool(closed)


def _scan(work: Work, at: datetime, market_id: UUID) -> None:
    work.transactions.run(lambda session: contributions.scan_integrity(session, market_id, at=at))


def _act(work: Work, act: Callable[..., bool], at: datetime, row_id: UUID) -> bool:
    return work.transactions.run(lambda session: act(session, row_id, at=at))
