"""What is visible of a user's standing: everybody sees the level, its owner and operators every number."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlmodel import Session

from domain import markets
from domain.contributions.standing_inputs.level_reviews import RELATIVE_STANDING_SQL, SEASON_SQL
from domain.identity import Caller
from domain.standing import (
    LEVEL_WINDOW,
    MIN_LEVEL_DURATION,
    LevelSeason,
    LevelsPolicy,
    OwnStanding,
    StandingLevel,
    StandingNumbers,
    UserStanding,
    decayed_activity,
    highest_level,
    levels_policy_of_version,
    next_shortfalls,
    privileges_by_level,
    published_rules,
)

_READ = text(f"""
    SELECT level_states.level, level_states.since, level_states.misses, season.*,
           {RELATIVE_STANDING_SQL} AS relative,
           night.standing AS night_standing, night.relative AS night_relative, night.activity, night.is_seed,
           night.inputs, night.at AS night_at, night.on_date,
           (SELECT id FROM level_decisions
            WHERE level_decisions.market_id = :market_id AND level_decisions.user_id = :user_id
            ORDER BY id DESC LIMIT 1) AS decision_id
    FROM ({SEASON_SQL}) AS season
    LEFT JOIN level_states
           ON level_states.market_id = :market_id AND level_states.user_id = :user_id
    LEFT JOIN LATERAL (
        SELECT * FROM standing_snapshots
        WHERE standing_snapshots.market_id = :market_id AND standing_snapshots.user_id = :user_id
        ORDER BY on_date DESC LIMIT 1
    ) AS night ON true
""")  # noqa: S608 -- our own words


def get_user_standing(
    session: Session, user_id: UUID, market_id: UUID, *, by: Caller, at: datetime
) -> UserStanding:
    """Somebody's standing in a market, in one statement. Raises `MarketUnknown`.

    Who is not known there has the first level, like everybody who has given nothing yet.
    """
    market = markets.get_market(session, market_id)
    policy = levels_policy_of_version(markets.get_policy_at(session, market.id, at)) or LevelsPolicy()
    parameters = {"market_id": market_id, "user_id": user_id, "since": at - LEVEL_WINDOW, "at": at}
    row = session.execute(_READ, parameters).one()
    level = StandingLevel(row.level or StandingLevel.L0)
    sees_all = by.user_id == user_id or by.is_operator(market_id)
    return UserStanding(
        user_id=user_id,
        market_id=market_id,
        level=level,
        since=row.since,
        may=privileges_by_level(policy.may)[level],
        own=_own_standing(row, level, policy, at) if sees_all else None,
    )


def _own_standing(row: Row[Any], level: StandingLevel, policy: LevelsPolicy, at: datetime) -> OwnStanding:
    season = LevelSeason(row.contributions, row.people, row.days, row.relative)
    reached = highest_level(season, published_rules(policy))
    return OwnStanding(
        numbers=None if row.night_at is None else _standing_numbers(row, at),
        season=season,
        misses=row.misses or 0,
        reached=reached,
        would_change=next_shortfalls(level, reached, season, published_rules(policy)),
        safe_until=(row.since or at) + MIN_LEVEL_DURATION,
        decision_id=row.decision_id,
    )


def _standing_numbers(row: Row[Any], at: datetime) -> StandingNumbers:
    return StandingNumbers(
        on_date=row.on_date,
        at=row.night_at,
        standing=row.night_standing,
        relative=row.night_relative,
        activity=decayed_activity(row.activity, (at - row.night_at).total_seconds() / 86_400),
        is_seed=row.is_seed,
        inputs=row.inputs,
    )
