"""Commitments: somebody says they will answer a call, and is free to withdraw at any time.

How a promise ends follows nobody: no price, score, rank, level or draw reads it, and no fact about it has a
reader.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select, text
from sqlmodel import Session, col

from domain import identity
from domain.contributions.call_models import Call, Commitment
from domain.contributions.calls import call_locked, promises_of
from domain.contributions.errors import (
    CallClosed,
    CallFull,
    CommitmentNotFound,
    CommittedAlready,
    InvolvedAlready,
)
from domain.contributions.events import (
    CommitmentFulfilled,
    CommitmentLapsed,
    CommitmentMade,
    CommitmentWithdrawn,
)
from domain.contributions.kinds import CallState, CommitmentActor, CommitmentState
from domain.contributions.lifecycle import COMMITMENTS
from domain.contributions.rules import COMMITMENT_AFTERLIFE
from domain.foundation import events
from domain.foundation.actors import CLOCK
from domain.foundation.paging import Page, build_page, decode_cursor
from domain.identity import Caller

_LAPSING = text("""
    SELECT commitments.id FROM commitments JOIN calls ON calls.id = commitments.call_id
    WHERE commitments.state = 'promised' AND calls.closed_at <= :before ORDER BY commitments.id LIMIT :limit
""")


def commit(session: Session, call_id: UUID, *, note: str | None, by: Caller, at: datetime) -> Commitment:
    """Say that one will answer a call. Nothing follows from not doing so after all.

    Raises `CallNotFound`, `CallClosed`, `CallFull`, `CommittedAlready`, `InvolvedAlready` to who asked for
    themselves, and `AccountSuspended`.
    """
    asked = call_locked(session, call_id)
    if asked.state is not CallState.OPEN or (asked.closes_at is not None and asked.closes_at <= at):
        raise CallClosed
    if asked.asked_by == by.user_id and not asked.is_of_the_market:
        raise InvolvedAlready("You asked for this yourself.")
    if any(one.state is CommitmentState.PROMISED for one in promises_of(session, call_id, by.user_id)):
        raise CommittedAlready
    if asked.wanted is not None and asked.promised >= asked.wanted:
        raise CallFull
    identity.require_active_accounts(session, asked.asked_by, by.user_id)
    made = Commitment(call_id=call_id, user_id=by.user_id, note=note, promised_at=at)
    asked.promised += 1
    session.add(made)
    session.flush()
    fact = CommitmentMade(commitment_id=made.id, call_id=call_id)
    events.record_event(session, fact, subject=("commitment", made.id), by=by.actor, at=at)
    return made


def withdraw_commitment(session: Session, commitment_id: UUID, *, by: Caller, at: datetime) -> Commitment:
    """Take a promise back, at any time and for no reason. Doing it twice does no harm.

    Raises `CommitmentNotFound` to everybody else, and `NotNow` for what was fulfilled already.
    """
    asked, made = _locked(session, commitment_id)
    if made.user_id != by.user_id:
        raise CommitmentNotFound
    if made.state is CommitmentState.WITHDRAWN:
        return made
    _end(asked, made, "withdraw", CommitmentActor.PROMISER, at)
    fact = CommitmentWithdrawn(commitment_id=made.id, call_id=made.call_id)
    events.record_event(session, fact, subject=("commitment", made.id), by=by.actor, at=at)
    return made


def fulfil(session: Session, commitment_id: UUID, *, by: Caller, at: datetime) -> Call:
    """Keep a promise by claiming what was promised. Returns the call.

    Raises `CommitmentNotFound` to everybody else, and `NotNow`.
    """
    asked, made = _locked(session, commitment_id)
    if made.user_id != by.user_id:
        raise CommitmentNotFound
    made.state = COMMITMENTS.next_state(made.state, "fulfil", CommitmentActor.PROMISER)
    made.ended_at = at
    fact = CommitmentFulfilled(commitment_id=made.id, call_id=made.call_id)
    events.record_event(session, fact, subject=("commitment", made.id), by=by.actor, at=at)
    return asked


def lapse_commitment(session: Session, commitment_id: UUID, *, at: datetime) -> bool:
    """Forget a promise whose call was closed long ago. False where there is none such."""
    asked, made = _locked(session, commitment_id)
    is_over = asked.closed_at is not None and asked.closed_at <= at - COMMITMENT_AFTERLIFE
    if made.state is not CommitmentState.PROMISED or not is_over:
        return False
    _end(asked, made, "lapse", CommitmentActor.CLOCK, at)
    fact = CommitmentLapsed(commitment_id=made.id, call_id=made.call_id)
    events.record_event(session, fact, subject=("commitment", made.id), by=CLOCK, at=at)
    return True


def own_commitments(session: Session, user_id: UUID, *, after: str | None, limit: int) -> Page[Commitment]:
    """What somebody promised, the latest first: for them alone."""
    wanted = select(Commitment).where(col(Commitment.user_id) == user_id)
    if after is not None:
        wanted = wanted.where(col(Commitment.id) < decode_cursor(after, [UUID])[0])
    rows = session.scalars(wanted.order_by(col(Commitment.id).desc()).limit(limit + 1)).all()
    return build_page(rows, limit, lambda row: [row.id])


def commitments_lapsing(session: Session, *, at: datetime, limit: int) -> list[UUID]:
    """Promises whose call was closed long ago."""
    return list(session.scalars(_LAPSING, {"before": at - COMMITMENT_AFTERLIFE, "limit": limit}))


def _locked(session: Session, commitment_id: UUID) -> tuple[Call, Commitment]:
    """A call and a promise of it, under the call's lock."""
    known = session.get(Commitment, commitment_id)
    if known is None:
        raise CommitmentNotFound
    asked = call_locked(session, known.call_id)
    session.refresh(known)
    return asked, known


def _end(asked: Call, made: Commitment, step: str, actor: CommitmentActor, at: datetime) -> None:
    """A promise that ends unkept frees its place."""
    made.state = COMMITMENTS.next_state(made.state, step, actor)
    made.ended_at = at
    asked.promised -= 1
