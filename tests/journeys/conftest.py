"""What the journeys share: a market whose clock they steer."""

import os
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from domain import payments
from domain.foundation import clock
from domain.foundation.settings import settings
from tests.client import Client
from tests.journeys.market import DAY, Market
from workers.task import Work


@pytest.fixture
def market(client: Client, gateway: payments.Gateway, tmp_path: Path) -> Iterator[Market]:
    path = tmp_path / "clock"
    clock.steer(path, timedelta(0))
    os.environ["CLOCK_FILE"] = str(path)
    settings.cache_clear()
    yield Market(client, Work(client.transactions, gateway), path, clock.now())
    del os.environ["CLOCK_FILE"]
    settings.cache_clear()


@pytest.fixture
def start(market: Market) -> datetime:
    return (market.opened_at + 2 * DAY).replace(minute=0, second=0, microsecond=0)
