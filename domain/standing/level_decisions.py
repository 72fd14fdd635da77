"""Levels in force: once a week everybody's last hundred days are held against the market's published rules.

What is decided is kept with the season, the rules and what would change it; a week in which a level is simply
kept leaves no decision. Who was never looked at is of L0.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from domain import markets
from domain.foundation import events
from domain.foundation.actors import SYSTEM
from domain.markets import PolicyVersion
from domain.standing import level_rules
from domain.standing.events import LevelEarned, LevelLost
from domain.standing.level_rules import (
    LEVEL_WINDOW,
    HeldLevel,
    LevelOutcome,
    LevelRule,
    LevelSeason,
    LevelShortfall,
    LevelVerdict,
)
from domain.standing.models import LevelDecision
from domain.standing.policy import LevelsPolicy, levels_policy_of_version
from domain.standing.privileges import LEVELS, StandingLevel, StandingPrivilege, privileges_by_level

_INSERT_STATES = text("""
    INSERT INTO level_states (market_id, user_id, level, since, asked_on)
    SELECT :market_id, user_id, 'L0', :at, :never FROM unnest(cast(:people AS uuid[])) AS people(user_id)
    ORDER BY user_id ON CONFLICT (market_id, user_id) DO NOTHING
""")
_LOCK_STATES = text("""
    SELECT user_id, level, since, misses FROM level_states
    WHERE market_id = :market_id AND user_id = ANY(:people) AND asked_on < :week
    ORDER BY market_id, user_id FOR UPDATE
""")
_UPDATE_STATE = text("""
    UPDATE level_states SET level = :level, since = :since, misses = :misses, asked_on = :week
    WHERE market_id = :market_id AND user_id = :user_id
""")
_GET_LEVEL = text("SELECT level FROM level_states WHERE market_id = :market_id AND user_id = :user_id")
_NEVER = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class PublishedLevel:
    """A level as a market publishes it: what it asks for (L0 asks for nothing) and what it lets one do."""

    level: StandingLevel
    rule: LevelRule | None
    may: frozenset[StandingPrivilege]


def list_levels(session: Session, market_id: UUID, *, at: datetime) -> Sequence[PublishedLevel]:
    """The levels of a market, from L0 on; none where it takes no contributions. Raises `MarketUnknown`."""
    market = markets.get_market(session, market_id)
    policy = levels_policy_of_version(markets.get_policy_at(session, market.id, at))
    if policy is None:
        return ()
    rules_by_level = {rule.level: rule for rule in published_rules(policy)}
    table = privileges_by_level(policy.may)
    return [PublishedLevel(level, rules_by_level.get(level), table[level]) for level in LEVELS]


def has_privilege(
    session: Session, user_id: UUID, privilege: StandingPrivilege, *, market_id: UUID, at: datetime
) -> bool:
    """Whether somebody's level in a market lets them do this; where nothing is given, it lets nobody."""
    policy = levels_policy_of_version(markets.get_policy_at(session, market_id, at))
    if policy is None:
        return False
    level = session.scalars(_GET_LEVEL, {"market_id": market_id, "user_id": user_id}).first()
    return privilege in privileges_by_level(policy.may)[StandingLevel(level or StandingLevel.L0)]


def published_rules(policy: LevelsPolicy) -> tuple[LevelRule, ...]:
    """What a market's policy asks for, from L1 on."""
    return tuple(
        LevelRule(level, threshold.contributions, threshold.standing)
        for level, threshold in zip(LEVELS[1:], policy.rules, strict=True)
    )


def lock_level_states(
    session: Session, market_id: UUID, people: Sequence[UUID], *, at: datetime
) -> dict[UUID, HeldLevel]:
    """Lock and return the levels of these people that were not reviewed this week; new people start at L0."""
    parameters = {
        "market_id": market_id,
        "people": list(people),
        "at": at,
        "week": week_start(at),
        "never": _NEVER,
    }
    session.execute(_INSERT_STATES, parameters)
    rows = session.execute(_LOCK_STATES, parameters)
    return {row.user_id: HeldLevel(StandingLevel(row.level), row.since, row.misses) for row in rows}


def decide_locked_levels(
    session: Session,
    version: PolicyVersion,
    levels_held: Mapping[UUID, HeldLevel],
    seasons: Mapping[UUID, LevelSeason],
    *,
    at: datetime,
) -> int:
    """Decide and store the levels of people whose states are locked. Returns how many levels changed."""
    policy = levels_policy_of_version(version)
    if policy is None:
        return 0
    changed = 0
    for user_id, held in levels_held.items():
        season = seasons[user_id]
        verdict = level_rules.decide_level(held, season, at=at, rules=published_rules(policy))
        parameters = {"market_id": version.market_id, "user_id": user_id, "week": week_start(at)}
        session.execute(_UPDATE_STATE, parameters | _columns(verdict.held))
        if verdict.outcome is not LevelOutcome.KEPT:
            _store_decision(session, user_id, held, verdict, season, version=version, at=at)
        changed += verdict.held.level is not held.level
    session.flush()
    return changed


def week_start(at: datetime) -> date:
    """The Monday of the week an instant is in."""
    return at.date() - timedelta(days=at.weekday())


def decision_inputs(season: LevelSeason, rules: Iterable[LevelRule], *, at: datetime) -> dict[str, Any]:
    """What a decision was made from, as it is kept."""
    return {
        "from": (at - LEVEL_WINDOW).isoformat(),
        "until": at.isoformat(),
        "season": asdict(season),
        "rules": [
            {
                "level": str(rule.level),
                "contributions": rule.contributions,
                "people": rule.people,
                "days": rule.days,
                "standing": rule.standing,
            }
            for rule in rules
        ],
    }


def recompute_decision(decision: LevelDecision) -> LevelVerdict:
    """What the rules make of a decision's own inputs; the same as they made of it then."""
    inputs = decision.inputs
    rules = [
        LevelRule(StandingLevel(rule["level"]), rule["contributions"], rule["standing"])
        for rule in inputs["rules"]
    ]
    held = inputs["held"]
    now = HeldLevel(StandingLevel(held["level"]), datetime.fromisoformat(held["since"]), held["misses"])
    return level_rules.decide_level(now, LevelSeason(**inputs["season"]), at=decision.decided_at, rules=rules)


def shortfalls_as_json(missing: Iterable[LevelShortfall]) -> list[dict[str, Any]]:
    """What stands between somebody and a level, as it is kept."""
    return [asdict(shortfall) for shortfall in missing]


def _columns(held: HeldLevel) -> dict[str, Any]:
    return {"level": str(held.level), "since": held.since, "misses": held.misses}


def _store_decision(
    session: Session,
    user_id: UUID,
    now: HeldLevel,
    verdict: LevelVerdict,
    season: LevelSeason,
    *,
    version: PolicyVersion,
    at: datetime,
) -> None:
    policy = levels_policy_of_version(version)
    rules = () if policy is None else published_rules(policy)
    before = {"level": str(now.level), "since": now.since.isoformat(), "misses": now.misses}
    decision = LevelDecision(
        market_id=version.market_id,
        user_id=user_id,
        on_date=week_start(at),
        previous=now.level,
        level=verdict.held.level,
        outcome=verdict.outcome,
        inputs=decision_inputs(season, rules, at=at) | {"held": before},
        would_change=shortfalls_as_json(verdict.missing),
        policy_version_id=version.id,
        decided_at=at,
    )
    session.add(decision)
    session.flush()
    _record_event(session, decision, at)


def _record_event(session: Session, decision: LevelDecision, at: datetime) -> None:
    fields = {"decision_id": decision.id, "market_id": decision.market_id, "user_id": decision.user_id}
    event: LevelEarned | LevelLost
    if decision.outcome is LevelOutcome.EARNED:
        event = LevelEarned(**fields, level=decision.level)
    elif decision.outcome is LevelOutcome.LOST:
        event = LevelLost(**fields, level=decision.level)
    else:
        return
    events.record_event(session, event, subject=("level_decision", decision.id), by=SYSTEM, at=at)
