from collections.abc import Iterator
from datetime import datetime

import httpx
import pytest
from sqlalchemy import Engine

from domain.foundation.persistence.database import Transactions
from domain.payments.provider.stripe_gateway import StripeGateway
from sandbox import server
from tests.domain.payments.payment_harness import KEY, CountingTransactions, FaultyGateway, PaymentHarness
from tests.market_calendar import START


@pytest.fixture(scope="session")
def provider() -> Iterator[server.SandboxServer]:
    """A payment provider of our own, so that its whole books can be laid beside ours."""
    with server.start_server(starts_at=START) as started:
        yield started


@pytest.fixture(scope="session")
def web(provider: server.SandboxServer) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=provider.base_url, verify=False, timeout=10) as opened:  # noqa: S501 -- loopback, plain
        yield opened


@pytest.fixture
def harness(
    provider: server.SandboxServer,
    web: httpx.Client,
    engine: Engine,
    transactions: Transactions,
    at: datetime,
) -> Iterator[PaymentHarness]:
    counted = CountingTransactions(engine)
    watched = FaultyGateway(StripeGateway(KEY, provider.base_url), counted)
    made = PaymentHarness(counted, watched, web, at)
    made.control("POST", "reset", frozen=True)
    yield made
    if made.is_checked:
        made.check()
