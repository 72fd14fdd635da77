"""A town for ticks: Helsinki with surge for its hourly services, and people who ask for them."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from h3.api.basic_int import latlng_to_cell
from sqlmodel import Session

from domain import markets, surge
from domain.foundation.actors import SYSTEM
from domain.markets import Market, MarketPolicy
from domain.surge import FromAbove
from tests import cast

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HERE = latlng_to_cell(cast.HAKANIEMI["latitude"], cast.HAKANIEMI["longitude"], 7)
HOURLY = "hourly-service"
LIVE: dict[str, Any] = {"live": {HOURLY: {}}}


def town(session: Session, rules: dict[str, Any] = LIVE, *, at: datetime = cast.LONG_AGO) -> Market:
    """Helsinki, with these surge rules from `at` on."""
    market = cast.market(session)
    cast.category(session, HOURLY)
    markets.publish_policy(session, market.id, rules=MarketPolicy(surge=rules), by=SYSTEM, at=at)
    session.flush()
    return market


def search(session: Session, name: str, *, at: datetime, category: str = HOURLY) -> None:
    """Somebody who is signed in searches in Hakaniemi."""
    customer = cast.user(session, name)
    surge.noticed(
        session, market="helsinki", category=category, **cast.HAKANIEMI, customer_id=customer.id, at=at
    )


def unmet(session: Session, market: Market, names: Sequence[str], *, at: datetime) -> None:
    """These people ask prices in Hakaniemi for times that cannot be had."""
    for name in names:
        surge.noticed_unmet(
            session,
            market_id=market.id,
            category_id=cast.category(session, HOURLY).id,
            cell=HERE,
            customer_id=cast.user(session, name).id,
            at=at,
        )


def ticked(
    session: Session, market: Market, *, at: datetime, from_above: FromAbove | None = None
) -> UUID | None:
    """The market's tick, if one is due."""
    due = surge.due(session, market.id, at=at)
    return None if due is None else surge.run_tick(session, due, from_above or FromAbove(), at=at)
