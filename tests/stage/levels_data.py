"""The stage's levels: Aino had reached the third and lost it, and then the second, which she appealed."""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import Session

from domain import markets, standing
from domain.identity import Caller
from domain.standing import LevelDecision, LevelOutcome, LevelState, StandingLevel

PREFIXES = {"level_lost": "lvd", "level_appealed": "lvd"}

_WEEK = timedelta(days=7)
_SEASON = {"contributions": 2, "people": 1, "days": 2, "standing": 0.25}
_SHORTFALL = {"level": "L1", "what": "contributions", "now": 2, "needed": 3}
_RULE = {"level": "L1", "contributions": 3, "people": 1, "days": 1, "standing": 0.0}


def create_lost_levels(
    session: Session,
    market_id: UUID,
    aino: Caller,
    named: Callable[[str, UUID], None],
    at: datetime,
) -> None:
    """Aino is of the first level; she lost one two weeks ago and one this week."""
    for word, level, weeks in (("level_lost", StandingLevel.L2, 2), ("level_appealed", StandingLevel.L1, 0)):
        lost = LevelDecision(
            market_id=market_id,
            user_id=aino.user_id,
            on_date=(at - weeks * _WEEK).date(),
            previous=standing.LEVELS[level.number + 1],
            level=level,
            outcome=LevelOutcome.LOST,
            inputs={"season": _SEASON, "rules": [_RULE]},
            would_change=[_SHORTFALL],
            policy_version_id=markets.get_policy_at(session, market_id, at).id,
            decided_at=at - weeks * _WEEK,
        )
        session.add(lost)
        session.flush()
        named(word, lost.id)
    state = LevelState(
        market_id=market_id, user_id=aino.user_id, level=StandingLevel.L1, since=at, asked_on=at.date()
    )
    session.add(state)
    session.flush()
    standing.appeal_level_loss(session, lost.id, "I was ill.", by=aino, at=at)
