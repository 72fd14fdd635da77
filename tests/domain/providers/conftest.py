"""Fixtures: a market, and users with or without a role in it."""

from collections.abc import Callable
from datetime import datetime

import pytest
from sqlmodel import Session

from domain import identity, markets, providers
from domain.foundation import ids
from domain.foundation.actors import SYSTEM
from domain.identity import Caller, Grant
from domain.identity.models import User


@pytest.fixture
def market(session: Session, at: datetime) -> markets.Market:
    return markets.create_market(
        session,
        slug="kallio",
        name="Kallio",
        currency="EUR",
        time_zone="Europe/Helsinki",
        locale="fi-FI",
        country="FI",
        by=SYSTEM,
        at=at,
        rules=markets.MarketPolicy(segments=("private", "business")),
    )


@pytest.fixture
def neighbour(session: Session, at: datetime) -> Callable[..., Caller]:
    """A function that creates a user with roles, and returns the caller as authentication would."""

    def make(name: str, *grants: Grant) -> Caller:
        user = User(email=f"{name}@example.org", name=name, locale="en", created_at=at)
        session.add(user)
        session.flush()
        return Caller(user.id, ids.new(), name, frozenset(grants))

    return make


@pytest.fixture
def ellen(neighbour: Callable[..., Caller]) -> Caller:
    return neighbour("ellen")


@pytest.fixture
def otto(neighbour: Callable[..., Caller], market: markets.Market) -> Caller:
    return neighbour("otto", Grant(identity.UserRole.OPERATOR, market.id))


@pytest.fixture
def mira(neighbour: Callable[..., Caller], market: markets.Market) -> Caller:
    return neighbour("mira", Grant(identity.UserRole.MODERATOR, market.id))


@pytest.fixture
def profile(
    session: Session, market: markets.Market, ellen: Caller, at: datetime
) -> providers.ProviderProfile:
    """Ellen's new application."""
    return providers.apply_as_provider(
        session, market.id, display_name="Ellen", about="I mend bicycles.", by=ellen.actor, at=at
    )
