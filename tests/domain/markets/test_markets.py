from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlmodel import Session

from domain import markets
from domain.foundation.actors import Actor, ActorKind
from domain.foundation.errors import Forbidden, Stale
from domain.foundation.events import subject_history
from domain.foundation.ids import new
from domain.foundation.persistence.database import Transactions
from domain.markets import Market, MarketPolicy
from domain.markets.errors import (
    InvalidMarket,
    MarketNotFound,
    MarketSlugTaken,
    PolicyNotFound,
    PolicyStartsInPast,
    PolicyVersionConflict,
)

OTTO = Actor(ActorKind.OPERATOR)
HELSINKI = {
    "slug": "helsinki",
    "name": "Helsinki",
    "currency": "EUR",
    "time_zone": "Europe/Helsinki",
    "locale": "fi-FI",
    "country": "FI",
}
HOUR = timedelta(hours=1)


def open_market(session: Session, at: datetime, **changes: Any) -> Market:
    return markets.create_market(session, **(HELSINKI | changes), by=OTTO, at=at)


def test_a_new_market_has_a_policy_in_force_at_once(session: Session, at: datetime) -> None:
    market = open_market(session, at)
    assert markets.get_market_by_slug(session, "helsinki") == market
    version = markets.get_policy_at(session, market.id, at)
    assert (version.number, version.rules) == (1, MarketPolicy())
    assert [event.name for event in subject_history(session, market.id)] == ["market.created"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("currency", "XYZ"),
        ("currency", "IRR"),  # it exists, but no card pays in it
        ("time_zone", "Europe/Atlantis"),
        ("locale", "xx-nowhere"),
        ("country", "ZZ"),
        ("country", "150"),
    ],
)
def test_a_market_in_a_world_that_does_not_exist_is_refused(
    session: Session, at: datetime, field: str, value: str
) -> None:
    with pytest.raises(InvalidMarket) as raised:
        open_market(session, at, **{field: value})
    assert raised.value.field == field


def test_two_markets_cannot_share_a_slug(transactions: Transactions, at: datetime) -> None:
    with transactions() as session:
        open_market(session, at)
    with pytest.raises(MarketSlugTaken), transactions() as session:
        open_market(session, at)


def test_what_is_not_there_is_refused_by_name(session: Session, at: datetime) -> None:
    market = open_market(session, at)
    with pytest.raises(MarketNotFound):
        markets.get_market_by_slug(session, "atlantis")
    with pytest.raises(MarketNotFound):
        markets.get_market(session, new())
    with pytest.raises(PolicyNotFound):
        markets.get_policy_version(session, new())
    with pytest.raises(PolicyNotFound):
        markets.get_policy_at(session, market.id, at - HOUR)


def test_a_scheduled_version_takes_over_at_its_instant_and_not_before(session: Session, at: datetime) -> None:
    market = open_market(session, at)
    later = markets.publish_policy(
        session, market.id, rules=MarketPolicy(service_fee_bp=700), active_from=at + HOUR, by=OTTO, at=at
    )
    just_before = markets.get_policy_at(session, market.id, at + HOUR - timedelta(microseconds=1))
    assert just_before.number == 1
    assert markets.get_policy_at(session, market.id, at + HOUR) == later
    assert markets.get_policy_version(session, just_before.id).rules.service_fee_bp == 500


def test_a_scheduled_version_is_replaced_by_another_for_the_same_instant(
    session: Session, at: datetime
) -> None:
    market = open_market(session, at)
    for fee in (700, 600):
        rules = MarketPolicy(service_fee_bp=fee)
        markets.publish_policy(session, market.id, rules=rules, active_from=at + HOUR, by=OTTO, at=at)
    assert markets.get_policy_at(session, market.id, at + 2 * HOUR).rules.service_fee_bp == 600
    assert markets.get_policy_at(session, market.id, at).number == 1


def test_what_was_announced_comes_also_when_another_version_is_published_before_its_day(
    session: Session, at: datetime
) -> None:
    market = open_market(session, at)
    announced = markets.publish_policy(
        session, market.id, rules=MarketPolicy(service_fee_bp=700), active_from=at + 2 * HOUR, by=OTTO, at=at
    )
    between = markets.publish_policy(
        session, market.id, rules=MarketPolicy(), active_from=at + HOUR, by=OTTO, at=at
    )
    assert markets.get_policy_at(session, market.id, at + HOUR) == between
    assert markets.get_policy_at(session, market.id, at + 3 * HOUR) == announced


def test_no_policy_is_published_for_the_past(session: Session, at: datetime) -> None:
    market = open_market(session, at)
    with pytest.raises(PolicyStartsInPast):
        markets.publish_policy(
            session, market.id, rules=MarketPolicy(), active_from=at - HOUR, by=OTTO, at=at
        )


def test_who_publishes_on_top_of_what_they_have_not_seen_is_refused(session: Session, at: datetime) -> None:
    market = open_market(session, at)
    markets.publish_policy(session, market.id, rules=MarketPolicy(), if_match=1, by=OTTO, at=at)
    with pytest.raises(Stale):
        markets.publish_policy(session, market.id, rules=MarketPolicy(), if_match=1, by=OTTO, at=at)
    assert markets.latest_policy_number(session, market.id) == 2


@pytest.mark.parametrize("kind", sorted(set(ActorKind) - {ActorKind.OPERATOR, ActorKind.SYSTEM}))
def test_nobody_but_an_operator_publishes_a_policy(session: Session, at: datetime, kind: ActorKind) -> None:
    market = open_market(session, at)
    with pytest.raises(Forbidden):
        markets.publish_policy(session, market.id, rules=MarketPolicy(), by=Actor(kind), at=at)


def test_of_two_who_publish_in_the_same_moment_one_is_told_so(
    transactions: Transactions, at: datetime
) -> None:
    with transactions() as session:
        market = open_market(session, at)
    with transactions() as session:
        version = markets.publish_policy(session, market.id, rules=MarketPolicy(), by=OTTO, at=at)
    with pytest.raises(PolicyVersionConflict), transactions() as session:
        session.execute(
            text("""
                INSERT INTO policy_versions (id, market_id, number, rules, active_from, created_at, note)
                VALUES (:id, :market_id, :number, '{}', :at, :at, '')
            """),
            {"id": new(), "market_id": market.id, "number": version.number, "at": at},
        )


@pytest.mark.parametrize(
    "statement",
    ["UPDATE policy_versions SET rules = '{}'", "DELETE FROM policy_versions"],
)
def test_the_database_keeps_a_published_version_as_it_is(
    session: Session, at: datetime, statement: str
) -> None:
    open_market(session, at)
    with pytest.raises(DBAPIError, match="never changed"):
        session.execute(text(statement))


def test_the_database_refuses_a_version_for_the_past_too(session: Session, at: datetime) -> None:
    market = open_market(session, at)
    with pytest.raises(IntegrityError, match="policy_versions_look_ahead"):
        session.execute(
            text("""
                INSERT INTO policy_versions (id, market_id, number, rules, active_from, created_at, note)
                VALUES (:id, :market_id, 2, '{}', :at - interval '1 hour', :at, '')
            """),
            {"id": new(), "market_id": market.id, "at": at},
        )


def test_versions_and_markets_are_turned_page_by_page(session: Session, at: datetime) -> None:
    market = open_market(session, at)
    open_market(session, at, slug="tampere")
    for _ in range(2):
        markets.publish_policy(session, market.id, rules=MarketPolicy(), by=OTTO, at=at)
    first = markets.list_policy_versions(session, market.id, after=None, limit=2)
    rest = markets.list_policy_versions(session, market.id, after=first.next_cursor, limit=2)
    assert [version.number for version in [*first.items, *rest.items]] == [3, 2, 1]
    page = markets.list_markets(session, after=None, limit=1)
    last = markets.list_markets(session, after=page.next_cursor, limit=1)
    assert [pages.slug for pages in [*page.items, *last.items]] == ["helsinki", "tampere"]
