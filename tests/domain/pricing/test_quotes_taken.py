"""Quotes that are taken: once, by whom they are for, in time, and never at more than was promised."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlmodel import Session

from domain import offers, pricing
from domain.foundation import ids
from domain.foundation.persistence.database import Transactions
from domain.offers import OptionPer
from domain.pricing.errors import OfferTakesNoBookings, QuoteExpired, QuoteTaken, QuoteUnknown
from tests import cast
from tests.domain.offers.owner import by
from tests.domain.pricing.asking import asked, option, published, repriced, stored
from tests.together import together


def test_a_quote_is_taken_once(session: Session, at: datetime) -> None:
    quote = asked(session, published(session), at)
    taken = pricing.take(session, quote.id, customer_id=quote.customer_id, at=at).quote
    assert (taken.id, taken.taken_at) == (quote.id, at)
    with pytest.raises(QuoteTaken):
        pricing.take(session, quote.id, customer_id=quote.customer_id, at=at)


def test_somebody_else_s_quote_is_not_found(session: Session, at: datetime) -> None:
    quote = asked(session, published(session), at)
    with pytest.raises(QuoteUnknown):
        pricing.take(session, quote.id, customer_id=cast.ben(session).id, at=at)
    with pytest.raises(QuoteUnknown):
        pricing.own_quote(session, quote.id, customer_id=cast.ben(session).id)


def test_who_comes_too_late_is_given_a_fresh_quote(session: Session, at: datetime) -> None:
    offer = published(session)
    quote = asked(session, offer, at)
    repriced(session, offer, 5_000, at)
    with pytest.raises(QuoteExpired) as refused:
        pricing.take(session, quote.id, customer_id=quote.customer_id, at=quote.expires_at)
    fresh = refused.value.extras["quote"]
    assert fresh["pay_in"] == {"amount": 7_875, "currency": "EUR"}
    assert pricing.take(
        session, ids.decode("quo", fresh["id"]), customer_id=quote.customer_id, at=quote.expires_at
    ).quote


def test_the_fresh_quote_outlives_the_refusal(transactions: Transactions, at: datetime) -> None:
    with transactions() as session:
        quote = asked(session, published(session), at)
    with pytest.raises(QuoteExpired) as refused, transactions() as session:
        pricing.take(session, quote.id, customer_id=quote.customer_id, at=quote.expires_at)
    with transactions() as session:
        assert stored(session, ids.decode("quo", refused.value.extras["quote"]["id"]))


def test_whoever_books_when_it_got_cheaper_pays_less(session: Session, at: datetime) -> None:
    offer = published(session)
    quote = asked(session, offer, at)
    repriced(session, offer, 4_000, at)
    taken = pricing.take(session, quote.id, customer_id=quote.customer_id, at=at).quote
    assert (taken.pay_in_amount, taken.during) == (6_300, quote.during)
    kept = stored(session, taken.id)
    assert (kept.taken_at, pricing.is_genuine(kept)) == (at, True)
    with pytest.raises(QuoteTaken):
        pricing.take(session, quote.id, customer_id=quote.customer_id, at=at)


@pytest.mark.parametrize("price_amount", [4_500, 4_501, 9_000])
def test_a_price_that_rose_does_not_touch_the_promise(
    session: Session, at: datetime, price_amount: int
) -> None:
    offer = published(session)
    quote = asked(session, offer, at)
    repriced(session, offer, price_amount, at)
    assert pricing.take(session, quote.id, customer_id=quote.customer_id, at=at).quote.id == quote.id


def test_an_option_that_was_retired_meanwhile_is_still_promised(session: Session, at: datetime) -> None:
    offer = published(session)
    windows = option(session, offer, at, per=OptionPer.BOOKING, most=1)
    quote = asked(session, offer, at, options=[(windows, 1)])
    repriced(session, offer, 100, at)
    offers.retire_option(session, offer.id, windows, by=by(offer), at=at)
    assert pricing.take(session, quote.id, customer_id=quote.customer_id, at=at).quote.id == quote.id


def test_an_offer_that_was_paused_meanwhile_is_not_taken(session: Session, at: datetime) -> None:
    offer = published(session)
    quote = asked(session, offer, at)
    offers.pause(session, offer.id, by=by(offer), at=at)
    with pytest.raises(OfferTakesNoBookings):
        pricing.take(session, quote.id, customer_id=quote.customer_id, at=at)


def test_of_many_who_take_a_quote_at_once_one_has_it(transactions: Transactions, at: datetime) -> None:
    with transactions() as session:
        quote = asked(session, published(session), at)

    def take(_: int) -> bool:
        try:
            with transactions() as session:
                return bool(pricing.take(session, quote.id, customer_id=quote.customer_id, at=at).quote)
        except QuoteTaken:
            return False

    assert sum(together(take, 16, threads=8)) == 1


def test_asking_and_taking_at_once_never_wait_in_a_circle(transactions: Transactions, at: datetime) -> None:
    with transactions() as session:
        offer, aino = published(session), cast.aino(session).id
        quotes = [asked(session, offer, at) for _ in range(5)]

    def ask_or_take(turn: int) -> UUID | None:
        try:
            with transactions() as session:
                if turn % 2:
                    return asked(session, offer, at + timedelta(seconds=turn), customer_id=aino).id
                return pricing.take(session, quotes[turn % 5].id, customer_id=aino, at=at).quote.id
        except (QuoteTaken, QuoteExpired):
            return None

    assert len(together(ask_or_take, 40, threads=8)) == 40
