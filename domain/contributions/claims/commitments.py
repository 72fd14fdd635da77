"""Commitments: somebody says they will answer a call, and is free to withdraw at any time.

How a promise ends follows nobody: no price, score, rank, level or draw reads it, and no fact about it has a
reader.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select, text
from sqlmodel import Session, col

from domain import identity
from domain.contributions.claims.calls import list_commitments_to_call, lock_call
from domain.contributions.errors import (
    AlreadyCommitted,
    CallClosed,
    CallFull,
    CommitmentNotFound,
    NotIndependent,
)
from domain.contributions.events import (
    CommitmentFulfilled,
    CommitmentLapsed,
    CommitmentMade,
    CommitmentWithdrawn,
)
from domain.contributions.kinds import CallState, CommitmentActor, CommitmentState
from domain.contributions.lifecycle import COMMITMENTS
from domain.contributions.models import Call, Commitment
from domain.contributions.rules import COMMITMENT_RETENTION
from domain.foundation import events
from domain.foundation.actors import CLOCK
from domain.foundation.paging import Page, build_page, decode_cursor
from domain.identity import Caller

_LAPSING = text("""
    SELECT commitments.id FROM commitments JOIN calls ON calls.id = commitments.call_id
    WHERE commitments.state = 'promised' AND calls.closed_at <= :before ORDER BY commitments.id LIMIT :limit
""")


def commit_to_call(
    session: Session, call_id: UUID, *, note: str | None, by: Caller, at: datetime
) -> Commitment:
    """Say that one will answer a call. Nothing follows from not doing so after all.

    Raises `CallNotFound`, `CallClosed`, `CallFull`, `CommittedAlready`, `InvolvedAlready` to who asked for
    themselves, and `AccountSuspended`.
    """
    call = lock_call(session, call_id)
    if call.state is not CallState.OPEN or (call.closes_at is not None and call.closes_at <= at):
        raise CallClosed
    if call.asked_by == by.user_id and not call.is_of_the_market:
        raise NotIndependent("You asked for this yourself.")
    if any(
        earlier.state is CommitmentState.PROMISED
        for earlier in list_commitments_to_call(session, call_id, by.user_id)
    ):
        raise AlreadyCommitted
    if call.wanted is not None and call.promised >= call.wanted:
        raise CallFull
    identity.require_active_accounts(session, call.asked_by, by.user_id)
    commitment = Commitment(call_id=call_id, user_id=by.user_id, note=note, promised_at=at)
    call.promised += 1
    session.add(commitment)
    session.flush()
    event = CommitmentMade(commitment_id=commitment.id, call_id=call_id)
    events.record_event(session, event, subject=("commitment", commitment.id), by=by.actor, at=at)
    return commitment


def withdraw_commitment(session: Session, commitment_id: UUID, *, by: Caller, at: datetime) -> Commitment:
    """Take a promise back, at any time and for no reason. Doing it twice does no harm.

    Raises `CommitmentNotFound` to everybody else, and `NotNow` for what was fulfilled already.
    """
    call, commitment = _locked(session, commitment_id)
    if commitment.user_id != by.user_id:
        raise CommitmentNotFound
    if commitment.state is CommitmentState.WITHDRAWN:
        return commitment
    _end(call, commitment, "withdraw", CommitmentActor.PROMISER, at)
    event = CommitmentWithdrawn(commitment_id=commitment.id, call_id=commitment.call_id)
    events.record_event(session, event, subject=("commitment", commitment.id), by=by.actor, at=at)
    return commitment


def fulfil(session: Session, commitment_id: UUID, *, by: Caller, at: datetime) -> Call:
    """Keep a promise by claiming what was promised. Returns the call.

    Raises `CommitmentNotFound` to everybody else, and `NotNow`.
    """
    call, commitment = _locked(session, commitment_id)
    if commitment.user_id != by.user_id:
        raise CommitmentNotFound
    commitment.state = COMMITMENTS.next_state(commitment.state, "fulfil", CommitmentActor.PROMISER)
    commitment.ended_at = at
    event = CommitmentFulfilled(commitment_id=commitment.id, call_id=commitment.call_id)
    events.record_event(session, event, subject=("commitment", commitment.id), by=by.actor, at=at)
    return call


def lapse_commitment(session: Session, commitment_id: UUID, *, at: datetime) -> bool:
    """Forget a promise whose call was closed long ago. False where there is none such."""
    call, commitment = _locked(session, commitment_id)
    is_over = call.closed_at is not None and call.closed_at <= at - COMMITMENT_RETENTION
    if commitment.state is not CommitmentState.PROMISED or not is_over:
        return False
    _end(call, commitment, "lapse", CommitmentActor.CLOCK, at)
    event = CommitmentLapsed(commitment_id=commitment.id, call_id=commitment.call_id)
    events.record_event(session, event, subject=("commitment", commitment.id), by=CLOCK, at=at)
    return True


def list_user_commitments(
    session: Session, user_id: UUID, *, after: str | None, limit: int
) -> Page[Commitment]:
    """What somebody promised, the latest first: for them alone."""
    query = select(Commitment).where(col(Commitment.user_id) == user_id)
    if after is not None:
        query = query.where(col(Commitment.id) < decode_cursor(after, [UUID])[0])
    rows = session.scalars(query.order_by(col(Commitment.id).desc()).limit(limit + 1)).all()
    return build_page(rows, limit, lambda row: [row.id])


def list_lapsing_commitments(session: Session, *, at: datetime, limit: int) -> list[UUID]:
    """Promises whose call was closed long ago."""
    return list(session.scalars(_LAPSING, {"before": at - COMMITMENT_RETENTION, "limit": limit}))


def _locked(session: Session, commitment_id: UUID) -> tuple[Call, Commitment]:
    """A call and a promise of it, under the call's lock."""
    known = session.get(Commitment, commitment_id)
    if known is None:
        raise CommitmentNotFound
    call = lock_call(session, known.call_id)
    session.refresh(known)
    return call, known


def _end(call: Call, commitment: Commitment, step: str, actor: CommitmentActor, at: datetime) -> None:
    """A promise that ends unkept frees its place."""
    commitment.state = COMMITMENTS.next_state(commitment.state, step, actor)
    commitment.ended_at = at
    call.promised -= 1
