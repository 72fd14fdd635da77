"""What the journeys share: a market whose clock they steer."""

from datetime import datetime

import pytest

from domain import payments
from domain.foundation import clock
from tests.client import Client
from tests.journeys.market import DAY, Market
from workers.task import Work


@pytest.fixture
def market(client: Client, gateway: payments.Gateway) -> Market:
    return Market(client, Work(client.transactions, gateway), clock.now())


@pytest.fixture
def start(market: Market) -> datetime:
    return (market.opened_at + 2 * DAY).replace(minute=0, second=0, microsecond=0)
