"""Appeals: who lost a level asks a person to look at it, and a person answers."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import select, text
from sqlmodel import Session, col

from domain import identity
from domain.foundation import events
from domain.foundation.actors import Actor
from domain.identity import Caller
from domain.standing.errors import (
    LevelDecisionNotFound,
    LevelNotAppealable,
    NoOpenLevelAppeal,
    OwnLevelAppeal,
)
from domain.standing.events import LevelAppealDecided, LevelLossAppealed
from domain.standing.level_rules import LevelAppealOutcome, LevelOutcome
from domain.standing.models import LevelDecision, LevelState

APPEAL_WINDOW: Final = timedelta(days=183)  # half a year, as for reviews (Digital Services Act, article 20)

_LOCK_STATE = text("""
    SELECT FROM level_states WHERE market_id = :market_id AND user_id = :user_id FOR UPDATE
""")


def appeal_level_loss(
    session: Session, decision_id: UUID, statement: str, *, by: Caller, at: datetime
) -> LevelDecision:
    """Ask a person to look at the loss of one's level, within 183 days.

    Raises `LevelDecisionNotFound` to everybody else, and `LevelNotAppealable`.
    """
    decision = _locked(session, decision_id)
    if decision.user_id != by.user_id:
        raise LevelDecisionNotFound
    is_over = at > decision.decided_at + APPEAL_WINDOW
    if decision.outcome is not LevelOutcome.LOST or decision.appealed_at is not None or is_over:
        raise LevelNotAppealable
    decision.appealed_at, decision.appeal_statement = at, statement
    event = LevelLossAppealed(decision.id, decision.market_id, decision.user_id, decision.level)
    events.record_event(session, event, subject=("level_decision", decision.id), by=by.actor, at=at)
    return decision


def answer_level_appeal(
    session: Session,
    decision_id: UUID,
    outcome: LevelAppealOutcome,
    *,
    statement: str,
    by: Caller,
    at: datetime,
) -> LevelDecision:
    """Answer an appeal as a moderator; an overturned loss gives the level back, for a fortnight at least.

    Who has reached that level again, or a higher one, keeps what they have. Raises `LevelDecisionNotFound`,
    `NoLevelAppealOpen`, and `LevelAppealIsYourOwn`, also to an account that looks like the appellant's.
    """
    decision = _locked(session, decision_id)
    if not by.is_moderator(decision.market_id):
        raise LevelDecisionNotFound
    if decision.appealed_at is None or decision.appeal_decided_at is not None:
        raise NoOpenLevelAppeal
    clusters = identity.cluster_of(session, [decision.user_id, by.user_id])
    if clusters[decision.user_id] == clusters[by.user_id]:
        raise OwnLevelAppeal
    decision.appeal_decided_at, decision.appeal_decided_by = at, by.user_id
    decision.appeal_outcome, decision.appeal_answer = outcome, statement
    actor = by.actor_in(decision.market_id)
    event = LevelAppealDecided(decision.id, decision.market_id, decision.user_id, decision.level, outcome)
    events.record_event(session, event, subject=("level_decision", decision.id), by=actor, at=at)
    if outcome is LevelAppealOutcome.OVERTURNED:
        _restore(session, decision, by=actor, at=at)
    return decision


def _restore(session: Session, decision: LevelDecision, *, by: Actor, at: datetime) -> None:
    key = {"market_id": decision.market_id, "user_id": decision.user_id}
    session.execute(_LOCK_STATE, key)
    state = session.get_one(LevelState, (decision.market_id, decision.user_id), populate_existing=True)
    if state.level.number >= decision.previous.number:
        return
    restored = LevelDecision(
        market_id=decision.market_id,
        user_id=decision.user_id,
        on_date=decision.on_date,
        previous=state.level,
        level=decision.previous,
        outcome=LevelOutcome.RESTORED,
        inputs=decision.inputs,
        would_change=[],
        policy_version_id=decision.policy_version_id,
        decided_by=by.user_id,
        decided_at=at,
        restores_id=decision.id,
    )
    session.add(restored)
    state.level, state.since, state.misses = decision.previous, at, 0
    session.flush()


def _locked(session: Session, decision_id: UUID) -> LevelDecision:
    query = select(LevelDecision).where(col(LevelDecision.id) == decision_id).with_for_update()
    decision = session.scalars(query, execution_options={"populate_existing": True}).first()
    if decision is None:
        raise LevelDecisionNotFound
    return decision
