from collections.abc import Iterator
from datetime import datetime

import httpx
import pytest
from sqlalchemy import Engine

from domain.foundation.persistence.database import Transactions
from domain.payments.stripe_gateway import StripeGateway
from sandbox import server
from tests.domain.payments.harness import KEY, Counted, Till, Watched
from tests.market_calendar import START


@pytest.fixture(scope="session")
def provider() -> Iterator[server.Server]:
    """A payment provider of our own, so that its whole books can be laid beside ours."""
    with server.start(starts_at=START) as started:
        yield started


@pytest.fixture(scope="session")
def web(provider: server.Server) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=provider.base_url, verify=False, timeout=10) as opened:  # noqa: S501 -- loopback, plain
        yield opened


@pytest.fixture
def till(
    provider: server.Server, web: httpx.Client, engine: Engine, transactions: Transactions, at: datetime
) -> Iterator[Till]:
    counted = Counted(engine)
    watched = Watched(StripeGateway(KEY, provider.base_url), counted)
    made = Till(counted, watched, web, at)
    made.control("POST", "reset", frozen=True)
    yield made
    if made.is_checked:
        made.check()
