"""How many quotes somebody holds at once, and which of them gives way."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlmodel import Session

from domain import pricing
from domain.foundation.persistence.database import Transactions
from domain.markets import MarketPolicy
from domain.pricing.errors import QuoteExpired
from tests import cast
from tests.domain.pricing.asking import asked, new_policy, published
from tests.together import together


def test_the_sixth_quote_lets_the_oldest_give_way(session: Session, at: datetime) -> None:
    offer = published(session)
    quotes = [asked(session, offer, at + timedelta(seconds=tick)) for tick in range(6)]
    assert [quote.live_number for quote in quotes] == [1, 2, 3, 4, 5, 1]
    late = at + timedelta(seconds=6)
    with pytest.raises(QuoteExpired):
        pricing.take(session, quotes[0].id, customer_id=quotes[0].customer_id, at=late)
    assert pricing.take(session, quotes[5].id, customer_id=quotes[5].customer_id, at=late).quote


def test_expired_and_taken_quotes_make_room_first(session: Session, at: datetime) -> None:
    offer = published(session)
    first = asked(session, offer, at)
    others = [asked(session, offer, at + timedelta(minutes=20)) for _ in range(4)]
    pricing.take(session, others[1].id, customer_id=first.customer_id, at=at + timedelta(minutes=20))
    assert asked(session, offer, at + timedelta(minutes=21)).live_number == others[1].live_number
    assert asked(session, offer, at + timedelta(minutes=31)).live_number == first.live_number


def test_each_customer_and_category_has_places_of_its_own(session: Session, at: datetime) -> None:
    ironing, lesson = published(session), published(session, category="lesson")
    assert asked(session, ironing, at).live_number == 1
    assert asked(session, ironing, at, customer_id=cast.ben(session).id).live_number == 1
    assert asked(session, lesson, at, units=1).live_number == 1


def test_a_policy_that_allows_fewer_is_kept_at_once(session: Session, at: datetime) -> None:
    offer = published(session)
    for _ in range(5):
        asked(session, offer, at)
    new_policy(session, MarketPolicy(live_quotes=2), at)
    asked(session, offer, at + timedelta(seconds=1))
    live = text("SELECT count(*) FROM quotes WHERE taken_at IS NULL AND superseded_at IS NULL")
    assert session.execute(live).scalar_one() == 2


def test_twenty_at_once_never_hold_more_than_five(transactions: Transactions, at: datetime) -> None:
    with transactions() as session:
        offer, aino = published(session), cast.aino(session)

    def ask(_: int) -> UUID:
        with transactions() as session:
            return asked(session, offer, at, customer_id=aino.id).id

    assert len(set(together(ask, 20, threads=8))) == 20
    with transactions() as session:
        live = text("SELECT live_number FROM quotes WHERE superseded_at IS NULL ORDER BY live_number")
        assert session.execute(live).scalars().all() == [1, 2, 3, 4, 5]
