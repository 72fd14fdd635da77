"""What is seen of standing: everybody sees a level and how it is counted, its owner all numbers behind it.

There is no list of people by standing, and none by level: a gift is no race.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session, col

from domain import markets
from domain.foundation.errors import Forbidden
from domain.foundation.paging import Page, build_page, decode_cursor
from domain.identity import Caller
from domain.standing import level_rules
from domain.standing.errors import LevelDecisionNotFound
from domain.standing.level_rules import (
    LEVEL_WINDOW,
    MIN_LEVEL_DURATION,
    MISSES_BEFORE_LOSS,
    LevelSeason,
    LevelShortfall,
)
from domain.standing.models import LevelDecision
from domain.standing.privileges import StandingLevel, StandingPrivilege


@dataclass(frozen=True, slots=True)
class StandingNumbers:
    """A night's numbers, and all they are counted from; activity has faded until now."""

    on_date: date
    at: datetime
    standing: float
    relative: float
    activity: float
    is_seed: bool
    inputs: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class OwnStanding:
    """What only its owner and the market's operators see: numbers, the season, and what would be decided."""

    numbers: StandingNumbers | None
    season: LevelSeason
    misses: int
    reached: StandingLevel
    would_change: Sequence[LevelShortfall]
    safe_until: datetime
    decision_id: UUID | None


@dataclass(frozen=True, slots=True)
class UserStanding:
    """Somebody's level in a market, since when, what it lets them do; and the rest, for who may see it."""

    user_id: UUID
    market_id: UUID
    level: StandingLevel
    since: datetime | None
    may: frozenset[StandingPrivilege]
    own: OwnStanding | None


def get_level_decision(session: Session, decision_id: UUID, *, by: Caller) -> LevelDecision:
    """A decision, for whom it is about and the market's moderators; raises `LevelDecisionNotFound`."""
    row = session.get(LevelDecision, decision_id, populate_existing=True)
    if row is None or (by.user_id != row.user_id and not by.is_moderator(row.market_id)):
        raise LevelDecisionNotFound
    return row


def list_user_level_decisions(
    session: Session, market_id: UUID, *, by: Caller, after: str | None, limit: int
) -> Page[LevelDecision]:
    """What was decided about one's own level in a market, the newest first."""
    query = select(LevelDecision).where(
        col(LevelDecision.user_id) == by.user_id, col(LevelDecision.market_id) == market_id
    )
    if after is not None:
        query = query.where(col(LevelDecision.id) < decode_cursor(after, [UUID])[0])
    rows = session.scalars(query.order_by(col(LevelDecision.id).desc()).limit(limit + 1)).all()
    return build_page(rows, limit, lambda row: [row.id])


def list_open_level_appeals(
    session: Session, market_id: UUID, *, by: Caller, after: str | None, limit: int
) -> Page[LevelDecision]:
    """Appeals in a market that wait for a person's answer, the oldest decision first.

    Raises `MarketUnknown`, and `Forbidden` to all but its moderators.
    """
    market = markets.get_market(session, market_id)
    if not by.is_moderator(market.id):
        raise Forbidden("Only a moderator of this market may.", permission="levels.answer_appeals")
    query = select(LevelDecision).where(
        col(LevelDecision.market_id) == market_id,
        col(LevelDecision.appealed_at).is_not(None),
        col(LevelDecision.appeal_decided_at).is_(None),
    )
    if after is not None:
        query = query.where(col(LevelDecision.id) > decode_cursor(after, [UUID])[0])
    rows = session.scalars(query.order_by(col(LevelDecision.id)).limit(limit + 1)).all()
    return build_page(rows, limit, lambda row: [row.id])


_COUNTED = (
    f"A level is what the last {LEVEL_WINDOW.days} days amount to: contributions that others verified, for "
    f"people at least a {level_rules.CONTRIBUTIONS_PER_PERSON}th as many, on days at least a "
    f"{level_rules.CONTRIBUTIONS_PER_DAY}th as many."
)
_STANDING = (
    "From some level on it also takes standing: those who confirmed you must themselves be reached by trust "
    "that starts with people known by their bookings. One is what is usual."
)
_LOST = (
    f"A level is reached at once. It is lost by one step, after {MISSES_BEFORE_LOSS} weeks in a row that "
    f"miss it, never within {MIN_LEVEL_DURATION.days} days of reaching it, with reasons, and a person "
    "looks at it if you ask."
)
_OPENS = "A level lets you do more for others. It changes no price, no fee and no place in a search."
LEVEL_EXPLANATION: Sequence[str] = (_COUNTED, _STANDING, _LOST, _OPENS)
"""How levels are counted, for everybody to read."""
