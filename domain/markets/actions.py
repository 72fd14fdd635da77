"""Actions of markets: create a market, and publish versions of its policy."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from domain.foundation.actors import Actor, ActorKind
from domain.foundation.errors import Forbidden, Stale
from domain.foundation.events import record_event
from domain.foundation.text import normalization
from domain.markets import queries
from domain.markets.errors import PolicyStartsInPast
from domain.markets.events import MarketCreated, PolicyPublished
from domain.markets.models import Market, PolicyVersionRecord
from domain.markets.policy import MarketPolicy, PolicyVersion
from domain.markets.rules import check_place

_MAY_PUBLISH = frozenset({ActorKind.OPERATOR, ActorKind.SYSTEM})


def create_market(
    session: Session,
    *,
    slug: str,
    name: str,
    currency: str,
    time_zone: str,
    locale: str,
    country: str,
    by: Actor,
    at: datetime,
    rules: MarketPolicy | None = None,
) -> Market:
    """Create a market. Its first policy version has `rules`, or the defaults, and is in force at once.

    Raises `InvalidMarket` if currency, time zone, locale or country is unknown, and `MarketSlugTaken`.
    """
    check_place(currency=currency, time_zone=time_zone, locale=locale, country=country)
    market = Market(
        slug=slug,
        name=normalization.normalize_name(name, field="name"),
        currency=currency,
        time_zone=time_zone,
        locale=locale,
        country=country,
        created_at=at,
    )
    session.add(market)
    session.flush()
    first = _version(market.id, 1, rules or MarketPolicy(), active_from=at, by=by, at=at, note="")
    session.add(first)
    event = MarketCreated(market_id=market.id, slug=slug, policy_version_id=first.id)
    record_event(session, event, subject=("market", market.id), by=by, at=at)
    return market


def publish_policy(
    session: Session,
    market_id: UUID,
    *,
    rules: MarketPolicy,
    by: Actor,
    at: datetime,
    active_from: datetime | None = None,
    if_match: int | None = None,
    note: str = "",
) -> PolicyVersion:
    """Publish the next policy version, in force from `active_from` or at once. Earlier decisions stay valid.

    `if_match` is the number of the latest version that the caller knows. Raises `MarketNotFound`, `Forbidden`
    unless `by` is an operator or the system, `PolicyStartsInPast`, `Stale` if `if_match` is not the latest
    number, and `PolicyVersionConflict` if another version is published at the same time.
    """
    market = queries.get_market(session, market_id)
    if by.kind not in _MAY_PUBLISH:
        raise Forbidden("Only an operator of this market may.", permission="markets.publish_policy")
    start = active_from or at
    if start < at:
        raise PolicyStartsInPast("Let the policy start now or later.", field="active_from")
    latest = queries.latest_policy_number(session, market.id)
    if if_match not in {None, latest}:
        raise Stale(f"The latest version is number {latest}.", version=latest)
    version = _version(market.id, latest + 1, rules, active_from=start, by=by, at=at, note=note)
    session.add(version)
    event = PolicyPublished(
        market_id=market.id, policy_version_id=version.id, number=version.number, active_from=start
    )
    record_event(session, event, subject=("market", market.id), by=by, at=at)
    return queries.get_policy_version(session, version.id)


def _version(
    market_id: UUID,
    number: int,
    rules: MarketPolicy,
    *,
    active_from: datetime,
    by: Actor,
    at: datetime,
    note: str,
) -> PolicyVersionRecord:
    return PolicyVersionRecord(
        market_id=market_id,
        number=number,
        rules=rules.model_dump(mode="json"),
        active_from=active_from,
        created_by=by.user_id,
        created_at=at,
        note=note,
    )
