"""The weekly review of levels: who is due, and what their last hundred days amount to."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from domain import markets
from domain.standing import (
    LEVEL_WINDOW,
    LevelSeason,
    decide_locked_levels,
    levels_policy_of_version,
    lock_level_states,
    week_start,
)

_SEASON_TEMPLATE = """
    SELECT count(DISTINCT contributions.id)::int AS contributions,
           count(DISTINCT coalesce(beneficiary_id, attester_id))::int AS people,
           count(DISTINCT (submitted_at AT TIME ZONE markets.time_zone)::date)::int AS days
    FROM contributions JOIN markets ON markets.id = contributions.market_id
    LEFT JOIN attestations ON attestations.contribution_id = contributions.id
              AND attestations.state IN ('confirmed', 'confirmed_by_silence')
    WHERE contributions.market_id = :market_id AND contributions.user_id = {user}
      AND contributions.verified_at > :since AND contributions.verified_at <= :at
      AND contributions.state IN ('verified', 'thanked', 'valued', 'held', 'settled')
      AND NOT EXISTS (SELECT FROM contributions AS newer
                      WHERE newer.corrects_id = contributions.id AND newer.verified_at <= :at
                        AND newer.state IN ('verified', 'thanked', 'valued', 'held', 'settled'))
"""


_RELATIVE_STANDING_TEMPLATE = """
    coalesce((SELECT relative FROM standing_snapshots
              WHERE standing_snapshots.market_id = :market_id AND standing_snapshots.user_id = {user}
              ORDER BY on_date DESC LIMIT 1), 0)
"""


SEASON_SQL = _SEASON_TEMPLATE.format(user=":user_id")
"""One person's last hundred days: of `:market_id` and `:user_id`, between `:since` and `:at`."""


RELATIVE_STANDING_SQL = _RELATIVE_STANDING_TEMPLATE.format(user=":user_id")
"""Their standing in parts of the usual one."""


_USERS_DUE = text("""
    SELECT user_id FROM (
        SELECT user_id FROM contributions
        WHERE market_id = :market_id AND verified_at > :since AND verified_at <= :at
        UNION
        SELECT user_id FROM level_states WHERE market_id = :market_id AND level <> 'L0'
    ) AS people
    WHERE NOT EXISTS (SELECT FROM level_states
                      WHERE level_states.market_id = :market_id AND level_states.user_id = people.user_id
                        AND asked_on >= :week)
    ORDER BY user_id LIMIT :limit
""")


_SEASONS = text(f"""
    SELECT people.user_id, season.*, {_RELATIVE_STANDING_TEMPLATE.format(user="people.user_id")} AS standing
    FROM unnest(cast(:people AS uuid[])) AS people(user_id)
    CROSS JOIN LATERAL ({_SEASON_TEMPLATE.format(user="people.user_id")}) AS season
""")  # noqa: S608 -- our own words


def users_due_for_level(session: Session, market_id: UUID, *, at: datetime, limit: int) -> list[UUID]:
    """Users who contributed lately or hold a level, and whose level was not reviewed this week.

    None in a market that has no contributions any more; the levels held there stay.
    """
    if levels_policy_of_version(markets.get_policy_at(session, market_id, at)) is None:
        return []
    parameters = {
        "market_id": market_id,
        "since": at - LEVEL_WINDOW,
        "at": at,
        "week": week_start(at),
        "limit": limit,
    }
    return list(session.scalars(_USERS_DUE, parameters))


def _load_seasons(
    session: Session, market_id: UUID, people: list[UUID], at: datetime
) -> dict[UUID, LevelSeason]:
    parameters = {"market_id": market_id, "people": people, "since": at - LEVEL_WINDOW, "at": at}
    rows = session.execute(_SEASONS, parameters)
    return {row.user_id: LevelSeason(row.contributions, row.people, row.days, row.standing) for row in rows}


def decide_levels(session: Session, market_id: UUID, people: Sequence[UUID], *, at: datetime) -> int:
    """Review these people's levels by the rules in force. Returns how many levels changed.

    People reviewed this week are left alone; a market without contributions decides nothing.
    """
    version = markets.get_policy_at(session, market_id, at)
    if levels_policy_of_version(version) is None:
        return 0
    levels_held = lock_level_states(session, market_id, people, at=at)
    seasons = _load_seasons(session, market_id, list(levels_held), at)
    return decide_locked_levels(session, version, levels_held, seasons, at=at)
