"""The stage's levels: Aino had reached the third and lost it, and then the second, which she appealed."""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import Session

from domain import contributions, markets
from domain.contributions import Level, LevelDecision, LevelOutcome, LevelState
from domain.identity import Caller

PREFIXES = {"level_lost": "lvd", "level_appealed": "lvd"}

_WEEK = timedelta(days=7)
_SEASON = {"contributions": 2, "people": 1, "days": 2, "standing": 0.25}
_LACKS = {"level": "L1", "what": "contributions", "now": 2, "needed": 3}
_ASKED = {"level": "L1", "contributions": 3, "people": 1, "days": 1, "standing": 0.0}


def lose(
    session: Session,
    here: UUID,
    aino: Caller,
    named: Callable[[str, UUID], None],
    at: datetime,
) -> None:
    """Aino is of the first level; she lost one two weeks ago and one this week."""
    for word, level, weeks in (("level_lost", Level.L2, 2), ("level_appealed", Level.L1, 0)):
        lost = LevelDecision(
            market_id=here,
            user_id=aino.user_id,
            on_date=(at - weeks * _WEEK).date(),
            previous=contributions.LEVELS[level.number + 1],
            level=level,
            outcome=LevelOutcome.LOST,
            inputs={"season": _SEASON, "rules": [_ASKED]},
            would_change=[_LACKS],
            policy_version_id=markets.get_policy_at(session, here, at).id,
            decided_at=at - weeks * _WEEK,
        )
        session.add(lost)
        session.flush()
        named(word, lost.id)
    state = LevelState(market_id=here, user_id=aino.user_id, level=Level.L1, since=at, asked_on=at.date())
    session.add(state)
    session.flush()
    contributions.appeal_level_loss(session, lost.id, "I was ill.", by=aino, at=at)
