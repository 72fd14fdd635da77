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
from domain.contributions import levels
from domain.contributions.levels import WINDOW, Held, LevelOutcome, Missing, Rule, Season, Verdict
from domain.contributions.policy import ContributionPolicy, rules_of
from domain.contributions.privileges import LEVELS, Level, Privilege, capabilities
from domain.contributions.standing_events import LevelEarned, LevelLost
from domain.contributions.standing_models import LevelDecision
from domain.foundation import events
from domain.foundation.actors import SYSTEM
from domain.markets import PolicyVersion

_SEASON = """
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
_RELATIVE = """
    coalesce((SELECT relative FROM standing_snapshots
              WHERE standing_snapshots.market_id = :market_id AND standing_snapshots.user_id = {user}
              ORDER BY on_date DESC LIMIT 1), 0)
"""
SEASON = _SEASON.format(user=":user_id")
"""One person's last hundred days: of `:market_id` and `:user_id`, between `:since` and `:at`."""
RELATIVE = _RELATIVE.format(user=":user_id")
"""Their standing in parts of the usual one."""

_TO_BE_ASKED = text("""
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
_BEGIN = text("""
    INSERT INTO level_states (market_id, user_id, level, since, asked_on)
    SELECT :market_id, user_id, 'L0', :at, :never FROM unnest(cast(:people AS uuid[])) AS people(user_id)
    ORDER BY user_id ON CONFLICT (market_id, user_id) DO NOTHING
""")
_LOCKED = text("""
    SELECT user_id, level, since, misses FROM level_states
    WHERE market_id = :market_id AND user_id = ANY(:people) AND asked_on < :week
    ORDER BY market_id, user_id FOR UPDATE
""")
_SEASONS = text(f"""
    SELECT people.user_id, season.*, {_RELATIVE.format(user="people.user_id")} AS standing
    FROM unnest(cast(:people AS uuid[])) AS people(user_id)
    CROSS JOIN LATERAL ({_SEASON.format(user="people.user_id")}) AS season
""")  # noqa: S608 -- our own words
_SET = text("""
    UPDATE level_states SET level = :level, since = :since, misses = :misses, asked_on = :week
    WHERE market_id = :market_id AND user_id = :user_id
""")
_OF = text("SELECT level FROM level_states WHERE market_id = :market_id AND user_id = :user_id")
_NEVER = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Published:
    """A level as a market publishes it: what it asks for (L0 asks for nothing) and what it lets one do."""

    level: Level
    rule: Rule | None
    may: frozenset[Privilege]


def published(session: Session, market_id: UUID, *, at: datetime) -> Sequence[Published]:
    """The levels of a market, from L0 on; none where it takes no contributions. Raises `MarketUnknown`."""
    here = markets.get_market(session, market_id)
    policy = rules_of(markets.get_policy_at(session, here.id, at))
    if policy is None:
        return ()
    asked = {rule.level: rule for rule in rules(policy)}
    table = capabilities(policy.levels.may)
    return [Published(level, asked.get(level), table[level]) for level in LEVELS]


def may(session: Session, user_id: UUID, privilege: Privilege, *, market_id: UUID, at: datetime) -> bool:
    """Whether somebody's level in a market lets them do this; where nothing is given, it lets nobody."""
    policy = rules_of(markets.get_policy_at(session, market_id, at))
    if policy is None:
        return False
    found = session.scalars(_OF, {"market_id": market_id, "user_id": user_id}).first()
    return privilege in capabilities(policy.levels.may)[Level(found or Level.L0)]


def rules(policy: ContributionPolicy) -> tuple[Rule, ...]:
    """What a market's policy asks for, from L1 on."""
    return tuple(
        Rule(level, asked.contributions, asked.standing)
        for level, asked in zip(LEVELS[1:], policy.levels.rules, strict=True)
    )


def to_be_asked(session: Session, market_id: UUID, *, at: datetime, limit: int) -> list[UUID]:
    """People who gave something lately or hold a level, and who were not looked at this week.

    Nobody is asked in a market that takes no contributions any more; what they hold, they keep.
    """
    if rules_of(markets.get_policy_at(session, market_id, at)) is None:
        return []
    asked = {"market_id": market_id, "since": at - WINDOW, "at": at, "week": week(at), "limit": limit}
    return list(session.scalars(_TO_BE_ASKED, asked))


def decide(session: Session, market_id: UUID, people: Sequence[UUID], *, at: datetime) -> int:
    """Hold these people's seasons against the rules in force. Returns how many levels changed.

    Who was looked at this week is left alone; a market without contributions decides nothing.
    """
    version = markets.get_policy_at(session, market_id, at)
    policy = rules_of(version)
    if policy is None:
        return 0
    asked = {"market_id": market_id, "people": list(people), "at": at, "week": week(at), "never": _NEVER}
    session.execute(_BEGIN, asked)
    held = {
        row.user_id: Held(Level(row.level), row.since, row.misses) for row in session.execute(_LOCKED, asked)
    }
    seasons = _seasons(session, asked, list(held), at)
    changed = 0
    for user_id, now in held.items():
        verdict = levels.decide(now, seasons[user_id], at=at, rules=rules(policy))
        session.execute(_SET, {**asked, "user_id": user_id, **_columns(verdict.held)})
        if verdict.outcome is not LevelOutcome.KEPT:
            _record(session, user_id, now, verdict, seasons[user_id], version=version, at=at)
        changed += verdict.held.level is not now.level
    session.flush()
    return changed


def week(at: datetime) -> date:
    """The Monday of the week an instant is in."""
    return at.date() - timedelta(days=at.weekday())


def frozen(season: Season, asked: Iterable[Rule], *, at: datetime) -> dict[str, Any]:
    """What a decision was made from, as it is kept."""
    return {
        "from": (at - WINDOW).isoformat(),
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
            for rule in asked
        ],
    }


def decided_again(decision: LevelDecision) -> Verdict:
    """What the rules make of a decision's own inputs; the same as they made of it then."""
    told = decision.inputs
    asked = [Rule(Level(one["level"]), one["contributions"], one["standing"]) for one in told["rules"]]
    held = told["held"]
    now = Held(Level(held["level"]), datetime.fromisoformat(held["since"]), held["misses"])
    return levels.decide(now, Season(**told["season"]), at=decision.decided_at, rules=asked)


def missing_as_kept(missing: Iterable[Missing]) -> list[dict[str, Any]]:
    """What stands between somebody and a level, as it is kept."""
    return [asdict(lack) for lack in missing]


def _seasons(
    session: Session, asked: Mapping[str, Any], people: list[UUID], at: datetime
) -> dict[UUID, Season]:
    found = session.execute(_SEASONS, {**asked, "people": people, "since": at - WINDOW})
    return {row.user_id: Season(row.contributions, row.people, row.days, row.standing) for row in found}


def _columns(held: Held) -> dict[str, Any]:
    return {"level": str(held.level), "since": held.since, "misses": held.misses}


def _record(
    session: Session,
    user_id: UUID,
    now: Held,
    verdict: Verdict,
    season: Season,
    *,
    version: PolicyVersion,
    at: datetime,
) -> None:
    policy = rules_of(version)
    asked = () if policy is None else rules(policy)
    before = {"level": str(now.level), "since": now.since.isoformat(), "misses": now.misses}
    decision = LevelDecision(
        market_id=version.market_id,
        user_id=user_id,
        on_date=week(at),
        previous=now.level,
        level=verdict.held.level,
        outcome=verdict.outcome,
        inputs=frozen(season, asked, at=at) | {"held": before},
        would_change=missing_as_kept(verdict.missing),
        policy_version_id=version.id,
        decided_at=at,
    )
    session.add(decision)
    session.flush()
    _tell(session, decision, at)


def _tell(session: Session, decision: LevelDecision, at: datetime) -> None:
    told = {"decision_id": decision.id, "market_id": decision.market_id, "user_id": decision.user_id}
    fact: LevelEarned | LevelLost
    if decision.outcome is LevelOutcome.EARNED:
        fact = LevelEarned(**told, level=decision.level)
    elif decision.outcome is LevelOutcome.LOST:
        fact = LevelLost(**told, level=decision.level)
    else:
        return
    events.record_event(session, fact, subject=("level_decision", decision.id), by=SYSTEM, at=at)
