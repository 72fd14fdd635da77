"""Claims are checked and somebody is asked; the clock reminds, replaces, and ends what nobody answered."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Final
from uuid import UUID

from sqlmodel import Session

from domain import ratings
from domain.contributions import ContributionKind, attestations, claims
from domain.foundation import clock
from domain.foundation.events import EventRow
from domain.foundation.logging import get_logger
from workers.due import each_due
from workers.task import Work

BATCH = 200  # rows of a sweep; each has a transaction of its own, so that none holds up the others
# Characters of a review that tells others something: three sentences. Its stars are not looked at.
SUBSTANTIVE_LENGTH: Final = 120


def check_submission(session: Session, event: EventRow) -> None:
    """Check a claim and ask whoever is to confirm it. News that is late or comes twice does no harm."""
    claims.check_submission(session, event.subject_id, at=clock.now())


def record_substantive_reviews(session: Session, event: EventRow) -> None:
    """Remember who wrote a review that tells others something, so that they can claim it."""
    for review_id in event.data["review_ids"]:
        review = session.get(ratings.Review, UUID(review_id))
        if review is not None and len(review.text or "") >= SUBSTANTIVE_LENGTH:
            claims.record_observed_action(
                session, ContributionKind.REVIEW, review.id, review.author_id, at=event.occurred_at
            )


def check_waiting_submissions(work: Work, at: datetime) -> int:
    """Check claims that no message was heard of. Returns how many."""
    return _each(
        work, "check_waiting_submissions", claims.list_unchecked_submissions, claims.check_submission, at
    )


def process_due_attestations(work: Work, at: datetime) -> int:
    """Remind who was asked, take silence for a yes where it is one, ask others else. Returns how many."""
    find = partial(attestations.list_due_attestations, at=at)
    return _each(work, "process_due_attestations", find, attestations.process_due_attestation, at)


def finalize_rejections(work: Work, at: datetime) -> int:
    """End rejections that nobody appealed in time and appeals that nobody answered. Returns how many."""
    return _each(
        work,
        "finalize_rejections",
        partial(attestations.list_expired_rejections, at=at),
        attestations.finalize_rejection,
        at,
    )


def raise_alarms(work: Work, at: datetime) -> int:
    """Tell operators of what no moderator has decided for a week. Answers of how many."""
    raised = _each(
        work,
        "raise_alarms",
        partial(attestations.list_overdue_contributions, at=at),
        attestations.escalate,
        at,
    )
    if raised:
        get_logger("workers").error("contributions_overdue", count=raised)
    return raised


def close_calls(work: Work, at: datetime) -> int:
    """Close calls whose time is over, and forget promises long after. Returns how many."""
    closed = _each(work, "close_calls", partial(claims.list_due_calls, at=at), claims.close_call_when_due, at)
    lapsing = partial(claims.list_lapsing_commitments, at=at)
    return closed + _each(work, "lapse_commitments", lapsing, claims.lapse_commitment, at)


def _each(
    work: Work,
    job: str,
    find: Callable[..., list[UUID]],
    act: Callable[..., bool],
    at: datetime,
) -> int:
    return each_due(work, f"contributions.{job}", find, partial(_act, work, act, at), batch=BATCH)


def _act(work: Work, act: Callable[..., bool], at: datetime, row_id: UUID) -> bool:
    return work.transactions.run(lambda session: act(session, row_id, at=at))
