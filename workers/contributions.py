"""Claims are checked and somebody is asked; the clock reminds, replaces, and ends what nobody answered."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Final
from uuid import UUID

from sqlmodel import Session

from domain import contributions, ratings
from domain.contributions import ContributionKind
from domain.foundation import clock
from domain.foundation.events import EventRow
from domain.foundation.logging import get_logger
from workers.due import each_due
from workers.task import Work

BATCH = 200  # rows of a sweep; each has a transaction of its own, so that none holds up the others
# Characters of a review that tells others something: three sentences. Its stars are not looked at.
SUBSTANTIVE: Final = 120


def follow_submission(session: Session, event: EventRow) -> None:
    """Check a claim and ask whoever is to confirm it. News that is late or comes twice does no harm."""
    contributions.follow_submission(session, event.subject_id, at=clock.now())


def see_reviews(session: Session, event: EventRow) -> None:
    """Remember who wrote a review that tells others something, so that they can claim it."""
    for review_id in event.data["review_ids"]:
        review = session.get(ratings.Review, UUID(review_id))
        if review is not None and len(review.text or "") >= SUBSTANTIVE:
            contributions.note_deed(
                session, ContributionKind.REVIEW, review.id, review.author_id, at=event.occurred_at
            )


def check_waiting(work: Work, at: datetime) -> int:
    """Check claims that no message was heard of. Returns how many."""
    return _each(
        work, "check_waiting", contributions.waiting_to_be_checked, contributions.follow_submission, at
    )


def act_when_due(work: Work, at: datetime) -> int:
    """Remind who was asked, take silence for a yes where it is one, ask others else. Returns how many."""
    find = partial(contributions.attestations_due, at=at)
    return _each(work, "act_when_due", find, contributions.act_on_attestation, at)


def let_rejections_stand(work: Work, at: datetime) -> int:
    """End rejections that nobody appealed in time and appeals that nobody answered. Returns how many."""
    return _each(
        work,
        "let_rejections_stand",
        partial(contributions.standing_rejections, at=at),
        contributions.let_stand,
        at,
    )


def raise_alarms(work: Work, at: datetime) -> int:
    """Tell operators of what no moderator has decided for a week. Answers of how many."""
    raised = _each(work, "raise_alarms", partial(contributions.overdue, at=at), contributions.escalate, at)
    if raised:
        get_logger("workers").error("contributions_overdue", count=raised)
    return raised


def close_calls(work: Work, at: datetime) -> int:
    """Close calls whose time is over, and forget promises long after. Returns how many."""
    closed = _each(
        work, "close_calls", partial(contributions.calls_due, at=at), contributions.close_call_when_due, at
    )
    lapsing = partial(contributions.commitments_lapsing, at=at)
    return closed + _each(work, "lapse_commitments", lapsing, contributions.lapse_commitment, at)


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
