"""Demand that somebody would like to pump: many accounts, one device; providers who ask for themselves."""

from collections.abc import Sequence
from uuid import UUID

import pytest
from sqlmodel import Session

from domain import identity, surge
from domain.identity import SignalKind
from domain.markets import Market
from domain.surge import queries
from tests import cast
from tests.domain.surge.towns import HOURLY, MINUTE, NOON, search, ticked, town, unmet

MANY = [f"bot{number}" for number in range(12)]


@pytest.fixture
def market(session: Session) -> Market:
    made = town(session)
    cast.offer(session)
    cast.open_always(session, cast.ellen(session))
    return made


def counted(session: Session, market: Market) -> tuple[float, float]:
    """How many asked and how many went without, as the tick at noon counts them."""
    snapshot_id = ticked(session, market, at=NOON)
    assert snapshot_id is not None
    arrays = queries.arrays(session, snapshot_id, ("asked", "unmet"))
    assert surge.recount(session, snapshot_id).holds
    return round(float(arrays["asked"].sum()), 3), round(float(arrays["unmet"].sum()), 3)


def share_a_device(session: Session, names: Sequence[str], device: str = "one telephone") -> None:
    for name in names:
        person: UUID = cast.user(session, name).id
        identity.record_signal(session, person, SignalKind.DEVICE, device, NOON)


def all_ask(session: Session, market: Market, names: Sequence[str]) -> None:
    for name in names:
        search(session, name, at=NOON - 2 * MINUTE)
    unmet(session, market, names, at=NOON - MINUTE)


def test_strangers_count_one_by_one(session: Session, market: Market) -> None:
    all_ask(session, market, MANY)
    assert counted(session, market) == (12, 12)


def test_many_accounts_of_one_device_ask_as_one(session: Session, market: Market) -> None:
    share_a_device(session, MANY)
    all_ask(session, market, MANY)
    assert counted(session, market) == (1, 1)


def test_who_offers_a_category_is_no_demand_for_it(session: Session, market: Market) -> None:
    all_ask(session, market, ["Ellen", "Aino"])
    assert counted(session, market) == (1, 1)


def test_who_is_one_with_a_provider_is_no_demand_either(session: Session, market: Market) -> None:
    share_a_device(session, ["Ellen", "bot1", "bot2"])
    all_ask(session, market, ["bot1", "bot2", "Aino"])
    assert counted(session, market) == (1, 1)


def test_who_offers_something_else_may_need_this(session: Session, market: Market) -> None:
    cast.offer(session, provider=cast.farah(session), category="task")
    all_ask(session, market, ["Farah"])
    assert counted(session, market) == (1, 1)


def test_an_offer_that_nobody_can_book_earns_nothing(session: Session, market: Market) -> None:
    cast.drafted(session, provider=cast.farah(session), category=HOURLY)
    all_ask(session, market, ["Farah"])
    assert counted(session, market) == (1, 1)
