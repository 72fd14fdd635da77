"""A tariff is announced version by version, and quotes follow the one in force."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from domain import pricing
from domain.foundation.actors import Actor, ActorKind
from domain.foundation.errors import Forbidden, Stale
from domain.foundation.events import subject_history
from domain.foundation.persistence.database import Transactions
from domain.pricing import Effect, Tariff, TariffVersion
from domain.pricing.errors import TariffForThePast, TariffPublishedMeanwhile
from tests import cast

DEARER = Tariff(effects=(Effect(name="Weekdays", factor_bp=11_000, weekdays=(0, 1, 2, 3, 4)),))
TEN = datetime(2026, 11, 24, 10, 0, tzinfo=ZoneInfo("Europe/Helsinki"))


def published(
    session: Session, at: datetime, tariff: Tariff = DEARER, *, active_from: datetime | None = None
) -> pricing.TariffVersion:
    operator = Actor(ActorKind.OPERATOR, cast.otto(session).id)
    market = cast.market(session)
    return pricing.publish_tariff(
        session, market.id, tariff=tariff, active_from=active_from, by=operator, at=at
    )


def asked(session: Session, at: datetime) -> pricing.Quote:
    cast.open_always(session, cast.ellen(session))
    return pricing.quote(
        session,
        offer_id=cast.offer(session).id,
        customer_id=cast.aino(session).id,
        start=TEN,
        units=60,
        at=at,
    )


def test_quotes_follow_the_tariff_in_force_and_name_it(session: Session, at: datetime) -> None:
    version = published(session, at)
    quote = asked(session, at)
    assert quote.tariff_version_id == version.id
    assert [(line["kind"], line["amount"]) for line in quote.lines[:2]] == [("base", 4_500), ("tariff", 450)]


def test_what_is_announced_is_not_yet_in_force(session: Session, at: datetime) -> None:
    published(session, at, active_from=at + timedelta(days=30))
    assert asked(session, at).tariff_version_id is None
    assert asked(session, at + timedelta(days=0)).pay_in_amount == 4_725


def test_a_later_version_takes_over_and_old_quotes_keep_theirs(session: Session, at: datetime) -> None:
    published(session, at)
    before = asked(session, at)
    second = published(session, at + timedelta(minutes=1), Tariff())
    assert second.number == 2
    after = asked(session, at + timedelta(minutes=1))
    assert (before.pay_in_amount, after.pay_in_amount) == (5_198, 4_725)
    taken = pricing.take(
        session, before.id, customer_id=before.customer_id, at=at + timedelta(minutes=2)
    ).quote
    assert taken.pay_in_amount == 4_725


def test_a_change_of_a_booking_keeps_its_tariff(session: Session, at: datetime) -> None:
    published(session, at)
    quote = asked(session, at)
    published(session, at, Tariff())
    saturday = TEN + timedelta(days=4)
    change = pricing.price_of_change(
        session, quote.id, start=saturday, at=at, expires_at=at + timedelta(days=1)
    )
    assert change.difference_amount == 4_725 - 5_198
    monday = pricing.price_of_change(
        session, quote.id, start=TEN + timedelta(days=6), at=at, expires_at=at + timedelta(days=1)
    )
    assert monday.difference_amount == 0


def test_only_operators_publish(session: Session, at: datetime) -> None:
    with pytest.raises(Forbidden):
        pricing.publish_tariff(
            session, cast.market(session).id, tariff=DEARER, by=cast.actor(cast.aino(session)), at=at
        )


def test_a_tariff_is_never_published_for_the_past(session: Session, at: datetime) -> None:
    with pytest.raises(TariffForThePast):
        published(session, at, active_from=at - timedelta(seconds=1))


def test_who_saw_an_older_version_is_told(session: Session, at: datetime) -> None:
    published(session, at)
    operator = Actor(ActorKind.OPERATOR, cast.otto(session).id)
    with pytest.raises(Stale):
        pricing.publish_tariff(
            session, cast.market(session).id, tariff=DEARER, if_match=0, by=operator, at=at
        )


def test_of_two_who_publish_at_once_one_is_told(transactions: Transactions, at: datetime) -> None:
    with transactions() as session:
        first = published(session, at)
    with pytest.raises(TariffPublishedMeanwhile), transactions() as session:
        session.add(TariffVersion(**first.model_dump(exclude={"id"})))


def test_a_version_never_changes(session: Session, at: datetime) -> None:
    published(session, at)
    with pytest.raises(IntegrityError, match="never changed"), session.begin_nested():
        session.execute(text("UPDATE tariff_versions SET note = 'other'"))


def test_publishing_is_remembered(session: Session, at: datetime) -> None:
    published(session, at)
    assert "tariff.published" in {fact.name for fact in subject_history(session, cast.market(session).id)}


def test_versions_are_listed_the_newest_first(session: Session, at: datetime) -> None:
    for _ in range(3):
        published(session, at)
    market = cast.market(session)
    page = pricing.tariffs(session, market.id, after=None, limit=2)
    assert [version.number for version in page.items] == [3, 2]
    rest = pricing.tariffs(session, market.id, after=page.next_cursor, limit=2)
    assert ([version.number for version in rest.items], rest.next_cursor) == ([1], None)
