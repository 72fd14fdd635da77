"""Appeals: who lost a level asks a person to look at it, and a person answers."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import select, text
from sqlmodel import Session, col

from domain import identity
from domain.contributions.errors import (
    LevelAppealIsYourOwn,
    LevelDecisionNotFound,
    LevelNotAppealable,
    NoLevelAppealOpen,
)
from domain.contributions.levels import LevelAppealOutcome, LevelOutcome
from domain.contributions.standing_events import LevelAppealDecided, LevelLossAppealed
from domain.contributions.standing_models import LevelDecision, LevelState
from domain.foundation import events
from domain.foundation.actors import Actor
from domain.identity import Caller

APPEALABLE_FOR: Final = timedelta(days=183)  # half a year, as for reviews (Digital Services Act, article 20)

_LOCK_STATE = text("""
    SELECT FROM level_states WHERE market_id = :market_id AND user_id = :user_id FOR UPDATE
""")


def appeal(session: Session, decision_id: UUID, statement: str, *, by: Caller, at: datetime) -> LevelDecision:
    """Ask a person to look at the loss of one's level, within 183 days.

    Raises `LevelDecisionNotFound` to everybody else, and `LevelNotAppealable`.
    """
    made = _locked(session, decision_id)
    if made.user_id != by.user_id:
        raise LevelDecisionNotFound
    is_over = at > made.decided_at + APPEALABLE_FOR
    if made.outcome is not LevelOutcome.LOST or made.appealed_at is not None or is_over:
        raise LevelNotAppealable
    made.appealed_at, made.appeal_statement = at, statement
    fact = LevelLossAppealed(made.id, made.market_id, made.user_id, made.level)
    events.record_event(session, fact, subject=("level_decision", made.id), by=by.actor, at=at)
    return made


def answer(
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
    made = _locked(session, decision_id)
    if not by.is_moderator(made.market_id):
        raise LevelDecisionNotFound
    if made.appealed_at is None or made.appeal_decided_at is not None:
        raise NoLevelAppealOpen
    clusters = identity.cluster_of(session, [made.user_id, by.user_id])
    if clusters[made.user_id] == clusters[by.user_id]:
        raise LevelAppealIsYourOwn
    made.appeal_decided_at, made.appeal_decided_by = at, by.user_id
    made.appeal_outcome, made.appeal_answer = outcome, statement
    actor = by.actor_in(made.market_id)
    fact = LevelAppealDecided(made.id, made.market_id, made.user_id, made.level, outcome)
    events.record_event(session, fact, subject=("level_decision", made.id), by=actor, at=at)
    if outcome is LevelAppealOutcome.OVERTURNED:
        _restore(session, made, by=actor, at=at)
    return made


def _restore(session: Session, made: LevelDecision, *, by: Actor, at: datetime) -> None:
    key = {"market_id": made.market_id, "user_id": made.user_id}
    session.execute(_LOCK_STATE, key)
    state = session.get_one(LevelState, (made.market_id, made.user_id), populate_existing=True)
    if state.level.number >= made.previous.number:
        return
    restored = LevelDecision(
        market_id=made.market_id,
        user_id=made.user_id,
        on_date=made.on_date,
        previous=state.level,
        level=made.previous,
        outcome=LevelOutcome.RESTORED,
        inputs=made.inputs,
        would_change=[],
        policy_version_id=made.policy_version_id,
        decided_by=by.user_id,
        decided_at=at,
        restores_id=made.id,
    )
    session.add(restored)
    state.level, state.since, state.misses = made.previous, at, 0
    session.flush()


def _locked(session: Session, decision_id: UUID) -> LevelDecision:
    wanted = select(LevelDecision).where(col(LevelDecision.id) == decision_id).with_for_update()
    found = session.scalars(wanted, execution_options={"populate_existing": True}).first()
    if found is None:
        raise LevelDecisionNotFound
    return found
