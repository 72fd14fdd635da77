"""Emergencies: declared and lifted by operators, in force within one tick, kept permanently.

What a rule must know of the time before, it learns when it is declared and writes down: the fourth-highest of
the daily maxima of sixty days, for each category. Ten percent above the price before is counted from the last
snapshot before the emergency began. A chapter of `actions.py`.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlmodel import Session

from domain import markets, offers
from domain.foundation import events
from domain.foundation.actors import Actor, ActorKind
from domain.foundation.errors import Forbidden
from domain.surge import queries
from domain.surge.bounds import Before, Emergency
from domain.surge.errors import EmergencyImpossible, EmergencyUnknown
from domain.surge.events import EmergencyDeclared, EmergencyLifted
from domain.surge.grid import grid_of
from domain.surge.kinds import EmergencyRule
from domain.surge.models import SurgeEmergency
from domain.surge.policy import ONE_BP

LOOK_BACK = timedelta(days=60)  # New York 2014: the sixty days before
RANK = 4  # the fourth-highest of their daily maxima
AS_LONG_AS = timedelta(days=30)  # California, Penal Code 396: thirty days from the declaration
LONGEST = timedelta(days=366)  # whoever needs longer declares it again, so that somebody looks once a year
JUST_BEFORE = timedelta(hours=1)  # an older price was no longer shown to anybody
_MAY = frozenset({ActorKind.OPERATOR, ActorKind.SYSTEM})

_COLUMNS = "id, category_slug, rule, cap_bp, floor_bp, parameters, from_at, until_at, lifted_at"
_STANDING = text(f"""
    SELECT {_COLUMNS} FROM surge_emergencies
    WHERE market_id = :market_id AND from_at <= :at AND until_at > :at
      AND (lifted_at IS NULL OR lifted_at > :at)
    ORDER BY id
""")  # noqa: S608 -- our own columns
_JUST_BEFORE = text("""
    SELECT surge_snapshots.id, surge_snapshots.header FROM surge_snapshots
    JOIN surge_emergencies ON surge_emergencies.market_id = surge_snapshots.market_id
    WHERE surge_emergencies.id = :id AND tick_at < from_at AND tick_at >= from_at - :longest
    ORDER BY tick_at DESC LIMIT 1
""")
_DAILY_MAXIMA = text("""
    SELECT slug, (tick_at AT TIME ZONE :zone)::date AS on_date, max(highest::int) AS highest
    FROM surge_snapshots CROSS JOIN LATERAL jsonb_each_text(header -> 'highest_bp') AS each (slug, highest)
    WHERE market_id = :market_id AND tick_at >= :since AND tick_at < :until
    GROUP BY slug, on_date ORDER BY slug, highest DESC
""")


def declare_emergency(
    session: Session,
    market_id: UUID,
    *,
    rule: EmergencyRule,
    reason: str,
    by: Actor,
    at: datetime,
    category: str | None = None,
    cap_bp: int | None = None,
    floor_bp: int | None = None,
    from_at: datetime | None = None,
    until_at: datetime | None = None,
) -> SurgeEmergency:
    """Cap the prices of a market, or of one category of it, from now or later.

    A `fixed` rule names its cap, and perhaps a floor; the others count theirs. Without an end it lasts thirty
    days. Raises `Forbidden`, `MarketUnknown`, `CategoryUnknown` and `EmergencyImpossible`.
    """
    market = markets.get_market(session, market_id)
    _check_may(by)
    if category is not None:
        offers.category_by_slug(session, category)
    begins = from_at or at
    _check_begin(begins, at)
    ends = until_at or begins + AS_LONG_AS
    _check_end(begins, ends)
    _check_bounds(rule, cap_bp=cap_bp, floor_bp=floor_bp)
    row = SurgeEmergency(
        market_id=market.id,
        category_slug=category,
        rule=rule,
        cap_bp=cap_bp,
        floor_bp=floor_bp,
        parameters=_parameters(session, market.id, market.time_zone, rule, begins),
        reason=reason,
        declared_by=by.user_id,
        declared_at=at,
        from_at=begins,
        until_at=ends,
    )
    session.add(row)
    fact = EmergencyDeclared(market.id, row.id, rule, category, begins, ends)
    events.record_event(session, fact, subject=("market", market.id), by=by, at=at)
    return row


def lift_emergency(session: Session, emergency_id: UUID, *, by: Actor, at: datetime) -> SurgeEmergency:
    """Let its caps no longer hold; what was lifted or is over stays as it is.

    Raises `Forbidden` and `EmergencyUnknown`.
    """
    _check_may(by)
    row = session.get(SurgeEmergency, emergency_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise EmergencyUnknown
    if row.lifted_at is not None or row.until_at <= at:
        return row
    row.lifted_at, row.lifted_by = at, by.user_id
    fact = EmergencyLifted(row.market_id, row.id)
    events.record_event(session, fact, subject=("market", row.market_id), by=by, at=at)
    return row


def standing(session: Session, market_id: UUID, *, at: datetime) -> list[Emergency]:
    """The emergencies in force in a market at an instant."""
    rows = session.execute(_STANDING, {"market_id": market_id, "at": at})
    return [_emergency(row) for row in rows]


def prices_before(session: Session, emergencies: Sequence[Emergency]) -> dict[UUID, Before]:
    """What was shown just before each emergency that caps by it; where nothing was, there is no entry."""
    found = {}
    for emergency in emergencies:
        if emergency.rule is EmergencyRule.PLUS_TEN_PERCENT:
            wanted = {"id": emergency.id, "longest": JUST_BEFORE}
            if row := session.execute(_JUST_BEFORE, wanted).first():
                arrays = queries.arrays(session, row.id, ("cells", "shown_bp"))
                found[emergency.id] = Before(
                    grid_of(arrays["cells"]), row.header["categories"], arrays["shown_bp"]
                )
    return found


def _check_may(by: Actor) -> None:
    if by.kind not in _MAY:
        raise Forbidden("Only an operator of this market may.", permission="surge.operate")


def _check_begin(begins: datetime, at: datetime) -> None:
    if begins < at:
        detail = "It begins now or later; leave it out to begin now."
        raise EmergencyImpossible(detail, field="from_at")
    if begins - at > LONGEST:
        raise EmergencyImpossible("It begins within a year; declare it when it is nearer.", field="from_at")


def _check_end(begins: datetime, ends: datetime) -> None:
    if ends <= begins:
        detail = "It ends after it begins; leave it out for thirty days."
        raise EmergencyImpossible(detail, field="until_at")
    if ends - begins > LONGEST:
        raise EmergencyImpossible("It lasts a year at most; declare it again then.", field="until_at")


def _check_bounds(rule: EmergencyRule, *, cap_bp: int | None, floor_bp: int | None) -> None:
    """A fixed rule has its numbers, the others count theirs."""
    if rule is EmergencyRule.FIXED:
        if cap_bp is None:
            detail = "A fixed rule needs its cap: give cap_bp, 12,000 for 1.2×."
            raise EmergencyImpossible(detail, field="cap_bp")
        return
    for field, given in (("cap_bp", cap_bp), ("floor_bp", floor_bp)):
        if given is not None:
            detail = "This rule counts its own bounds. Leave it out, or declare a fixed rule."
            raise EmergencyImpossible(detail, field=field)


def _parameters(
    session: Session, market_id: UUID, zone: str, rule: EmergencyRule, begins: datetime
) -> dict[str, Any]:
    if rule is not EmergencyRule.FOURTH_HIGHEST:
        return {}
    wanted = {"market_id": market_id, "zone": zone, "since": begins - LOOK_BACK, "until": begins}
    maxima: dict[str, list[int]] = {}
    for row in session.execute(_DAILY_MAXIMA, wanted):
        maxima.setdefault(row.slug, []).append(row.highest)
    return {"caps_bp": _fourth_highest(maxima), "days": LOOK_BACK.days}


def _fourth_highest(maxima: Mapping[str, Sequence[int]]) -> dict[str, int]:
    """For each category; days without a snapshot cost the tariff's price, and no cap is below that."""
    return {
        slug: max(ONE_BP, sorted([*highest, *[ONE_BP] * RANK], reverse=True)[RANK - 1])
        for slug, highest in maxima.items()
    }


def _emergency(row: Row[Any]) -> Emergency:
    return Emergency(**{**row._asdict(), "rule": EmergencyRule(row.rule)})
