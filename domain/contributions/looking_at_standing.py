"""What is seen of standing: everybody sees a level and how it is counted, its owner all numbers behind it.

There is no list of people by standing, and none by level: a gift is no race.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select, text
from sqlmodel import Session, col

from domain import markets
from domain.contributions import activity, levels
from domain.contributions.errors import LevelDecisionNotFound
from domain.contributions.levelling import RELATIVE, SEASON, rules
from domain.contributions.levels import MISSES, NEVER_WITHIN, WINDOW, Missing, Season
from domain.contributions.policy import ContributionPolicy, rules_of
from domain.contributions.privileges import Level, Privilege, capabilities
from domain.contributions.standing_models import LevelDecision
from domain.foundation.errors import Forbidden
from domain.foundation.paging import Page, build_page, decode_cursor
from domain.identity import Caller

_READ = text(f"""
    SELECT level_states.level, level_states.since, level_states.misses, season.*, {RELATIVE} AS relative,
           night.standing AS night_standing, night.relative AS night_relative, night.activity, night.is_seed,
           night.inputs, night.at AS night_at, night.on_date,
           (SELECT id FROM level_decisions
            WHERE level_decisions.market_id = :market_id AND level_decisions.user_id = :user_id
            ORDER BY id DESC LIMIT 1) AS decision_id
    FROM ({SEASON}) AS season
    LEFT JOIN level_states
           ON level_states.market_id = :market_id AND level_states.user_id = :user_id
    LEFT JOIN LATERAL (
        SELECT * FROM standing_snapshots
        WHERE standing_snapshots.market_id = :market_id AND standing_snapshots.user_id = :user_id
        ORDER BY on_date DESC LIMIT 1
    ) AS night ON true
""")  # noqa: S608 -- our own words


@dataclass(frozen=True, slots=True)
class Numbers:
    """A night's numbers, and all they are counted from; activity has faded until now."""

    on_date: date
    at: datetime
    standing: float
    relative: float
    activity: float
    is_seed: bool
    inputs: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Own:
    """What only its owner and the market's operators see: numbers, the season, and what would be decided."""

    numbers: Numbers | None
    season: Season
    misses: int
    reached: Level
    would_change: Sequence[Missing]
    safe_until: datetime
    decision_id: UUID | None


@dataclass(frozen=True, slots=True)
class Standing:
    """Somebody's level in a market, since when, what it lets them do; and the rest, for who may see it."""

    user_id: UUID
    market_id: UUID
    level: Level
    since: datetime | None
    may: frozenset[Privilege]
    own: Own | None


def of_user(session: Session, user_id: UUID, market_id: UUID, *, by: Caller, at: datetime) -> Standing:
    """Somebody's standing in a market, in one statement. Raises `MarketUnknown`.

    Who is not known there has the first level, like everybody who has given nothing yet.
    """
    here = markets.get_market(session, market_id)
    policy = rules_of(markets.get_policy_at(session, here.id, at)) or ContributionPolicy()
    asked = {"market_id": market_id, "user_id": user_id, "since": at - WINDOW, "at": at}
    row = session.execute(_READ, asked).one()
    level = Level(row.level or Level.L0)
    sees_all = by.user_id == user_id or by.is_operator(market_id)
    return Standing(
        user_id=user_id,
        market_id=market_id,
        level=level,
        since=row.since,
        may=capabilities(policy.levels.may)[level],
        own=_own(row, level, policy, at) if sees_all else None,
    )


def decision(session: Session, decision_id: UUID, *, by: Caller) -> LevelDecision:
    """A decision, for whom it is about and the market's moderators; raises `LevelDecisionNotFound`."""
    found = session.get(LevelDecision, decision_id, populate_existing=True)
    if found is None or (by.user_id != found.user_id and not by.is_moderator(found.market_id)):
        raise LevelDecisionNotFound
    return found


def own_decisions(
    session: Session, market_id: UUID, *, by: Caller, after: str | None, limit: int
) -> Page[LevelDecision]:
    """What was decided about one's own level in a market, the newest first."""
    wanted = select(LevelDecision).where(
        col(LevelDecision.user_id) == by.user_id, col(LevelDecision.market_id) == market_id
    )
    if after is not None:
        wanted = wanted.where(col(LevelDecision.id) < decode_cursor(after, [UUID])[0])
    rows = session.scalars(wanted.order_by(col(LevelDecision.id).desc()).limit(limit + 1)).all()
    return build_page(rows, limit, lambda row: [row.id])


def open_appeals(
    session: Session, market_id: UUID, *, by: Caller, after: str | None, limit: int
) -> Page[LevelDecision]:
    """Appeals in a market that wait for a person's answer, the oldest decision first.

    Raises `MarketUnknown`, and `Forbidden` to all but its moderators.
    """
    here = markets.get_market(session, market_id)
    if not by.is_moderator(here.id):
        raise Forbidden("Only a moderator of this market may.", permission="levels.answer_appeals")
    wanted = select(LevelDecision).where(
        col(LevelDecision.market_id) == market_id,
        col(LevelDecision.appealed_at).is_not(None),
        col(LevelDecision.appeal_decided_at).is_(None),
    )
    if after is not None:
        wanted = wanted.where(col(LevelDecision.id) > decode_cursor(after, [UUID])[0])
    rows = session.scalars(wanted.order_by(col(LevelDecision.id)).limit(limit + 1)).all()
    return build_page(rows, limit, lambda row: [row.id])


def _own(row: Row[Any], level: Level, policy: ContributionPolicy, at: datetime) -> Own:
    season = Season(row.contributions, row.people, row.days, row.relative)
    reached = levels.reached(season, rules(policy))
    return Own(
        numbers=None if row.night_at is None else _numbers(row, at),
        season=season,
        misses=row.misses or 0,
        reached=reached,
        would_change=levels.would_change(level, reached, season, rules(policy)),
        safe_until=(row.since or at) + NEVER_WITHIN,
        decision_id=row.decision_id,
    )


def _numbers(row: Row[Any], at: datetime) -> Numbers:
    return Numbers(
        on_date=row.on_date,
        at=row.night_at,
        standing=row.night_standing,
        relative=row.night_relative,
        activity=activity.faded(row.activity, (at - row.night_at).total_seconds() / 86_400),
        is_seed=row.is_seed,
        inputs=row.inputs,
    )


_COUNTED = (
    f"A level is what the last {WINDOW.days} days amount to: contributions that others verified, for people "
    f"at least a {levels.FOR_EACH_PERSON}th as many, on days at least a {levels.FOR_EACH_DAY}th as many."
)
_STANDING = (
    "From some level on it also takes standing: those who confirmed you must themselves be reached by trust "
    "that starts with people known by their bookings. One is what is usual."
)
_LOST = (
    f"A level is reached at once. It is lost by one step, after {MISSES} weeks in a row that miss it, never "
    f"within {NEVER_WITHIN.days} days of reaching it, with reasons, and a person looks at it if you ask."
)
_OPENS = "A level lets you do more for others. It changes no price, no fee and no place in a search."
HOW: Sequence[str] = (_COUNTED, _STANDING, _LOST, _OPENS)
"""How levels are counted, for everybody to read."""
