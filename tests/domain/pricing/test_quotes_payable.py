"""A quote promises nothing that no card can pay, and says what can be changed and by whom."""

from datetime import datetime

import pytest
from sqlalchemy import text
from sqlmodel import Session

from domain import pricing
from domain.foundation import payable_amounts
from domain.foundation.payable_amounts import AmountNotPayable
from domain.markets import MarketPolicy
from domain.offers import Offer
from domain.pricing import Wish
from domain.pricing.changes import price_of_change
from domain.pricing.errors import QuoteExpired
from tests import cast
from tests.domain.pricing.asking import asked, new_policy, option, published, repriced, stored

CREDITS = MarketPolicy(contributions={"credits": {}})


def in_currency(session: Session, offer: Offer, currency: str) -> None:
    """Offers stored in another currency, as they were before anybody checked what can be paid."""
    session.execute(text("UPDATE offers SET currency = :currency"), {"currency": currency})
    session.expire(offer)


def stored_price(session: Session, offer: Offer, amount: int) -> None:
    session.execute(
        text("UPDATE offers SET price_amount = :amount, from_amount = :amount WHERE id = :id"),
        {"amount": amount, "id": offer.id},
    )
    session.expire(offer)


@pytest.mark.parametrize(
    ("currency", "price_amount", "said"),
    [
        ("EUR", 1, "EUR 0.02 cannot be paid"),
        ("EUR", 31, "EUR 0.48 cannot be paid by card: a card pays EUR 0.50 to EUR 999999.99"),
        ("EUR", 10**12, "cannot be paid by card: a card pays EUR 0.50 to EUR 999999.99"),
        ("JPY", 30, "JPY 47 cannot be paid"),
        ("HUF", 11_000, "HUF 173.25 cannot be paid"),
        ("IRR", 4_500, "no card pays in IRR"),
    ],
)
def test_what_no_card_can_pay_is_not_promised(
    session: Session, at: datetime, currency: str, price_amount: int, said: str
) -> None:
    offer = published(session)
    stored_price(session, offer, price_amount)
    in_currency(session, offer, currency)
    with pytest.raises(AmountNotPayable) as refused:
        asked(session, offer, at)
    assert said in refused.value.detail
    assert session.execute(text("SELECT count(*) FROM quotes")).scalar_one() == 0


def test_a_customer_is_told_what_they_can_change(session: Session, at: datetime) -> None:
    offer = published(session)
    stored_price(session, offer, 30)
    with pytest.raises(AmountNotPayable) as refused:
        asked(session, offer, at, units=60)
    assert "Ask for more at once" in refused.value.detail
    assert "provider" in refused.value.detail
    assert refused.value.extras["changeable_by"] == ["customer", "provider"]
    assert (refused.value.extras["least_amount"], refused.value.extras["amount"]) == (50, 32)
    extra = option(session, offer, at, price_amount=100)
    assert asked(session, offer, at, units=60, options=[(extra, 1)]).pay_in_amount == 136


def test_the_longest_booking_leaves_only_the_provider_to_change_it(session: Session, at: datetime) -> None:
    offer = published(session)
    stored_price(session, offer, 5)
    with pytest.raises(AmountNotPayable) as refused:
        asked(session, offer, at, units=offer.maximum_minutes)
    assert refused.value.extras["changeable_by"] == ["provider"]
    assert "Ask for more" not in refused.value.detail


def test_what_costs_nothing_is_quoted_and_needs_no_card(session: Session, at: datetime) -> None:
    offer = published(session, price_amount=0)
    assert asked(session, offer, at).pay_in_amount == 0


@pytest.mark.parametrize("currency", ["KWD", "BHD", "TND", "JOD", "OMR", "MGA"])
@pytest.mark.parametrize("minutes", [61, 77, 90, 113])
def test_currencies_with_a_step_are_quoted_in_it_line_by_line(
    session: Session, at: datetime, currency: str, minutes: int
) -> None:
    offer = published(session)
    in_currency(session, offer, currency)
    quote = asked(session, offer, at, units=minutes)
    step = payable_amounts.payable_step(currency)
    assert step in {10, 100}
    assert {line["amount"] % step for line in quote.lines} == {0}
    assert payable_amounts.is_payable(quote.pay_in_amount, currency)
    assert pricing.replay(stored(session, quote.id)).pay_in_amount == quote.pay_in_amount


def test_credits_leave_what_a_card_can_pay(session: Session, at: datetime) -> None:
    offer = published(session)
    new_policy(session, CREDITS, at)
    stored_price(session, offer, 32)
    quote = asked(session, offer, at, credits=Wish(fee_discount_amount=100))
    assert quote.pay_in_amount == 50
    assert [one.amount for one in pricing.redemptions(quote)] == []
    stored_price(session, offer, 2_000)
    quote = asked(session, offer, at, credits=Wish(fee_discount_amount=100))
    assert (quote.pay_in_amount, [one.amount for one in pricing.redemptions(quote)]) == (3_075, [75])


def test_a_promise_stands_where_the_lower_price_could_not_be_paid(session: Session, at: datetime) -> None:
    offer = published(session)
    quote = asked(session, offer, at)
    stored_price(session, offer, 20)
    taken = pricing.take(session, quote.id, customer_id=quote.customer_id, at=at).quote
    assert (taken.id, taken.pay_in_amount) == (quote.id, quote.pay_in_amount)


def test_an_expired_quote_says_why_there_is_no_fresh_one(session: Session, at: datetime) -> None:
    offer = published(session)
    quote = asked(session, offer, at)
    stored_price(session, offer, 20)
    with pytest.raises(QuoteExpired) as refused:
        pricing.take(session, quote.id, customer_id=quote.customer_id, at=quote.expires_at)
    assert refused.value.extras["reasons"] == ["amount-not-payable"]


def test_a_quote_from_before_that_no_card_can_pay_is_not_taken(
    session: Session, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    offer = published(session)
    stored_price(session, offer, 20)
    with monkeypatch.context() as before:
        before.setattr(payable_amounts, "is_payable", lambda *_: True)
        quote = asked(session, offer, at)
    with pytest.raises(AmountNotPayable):
        pricing.take(session, quote.id, customer_id=quote.customer_id, at=at)


def test_a_change_may_cost_less_than_a_card_can_pay_since_it_is_given_back(
    session: Session, at: datetime
) -> None:
    offer = published(session, minimum_minutes=30)
    repriced(session, offer, 60, at)
    quote = asked(session, offer, at, units=60)
    assert quote.pay_in_amount == 63
    change = price_of_change(session, quote.id, units=30, at=at, expires_at=quote.expires_at)
    assert (change.quote.pay_in_amount, change.difference_amount) == (32, -31)


def test_aino_pays_what_the_quote_said(session: Session, at: datetime) -> None:
    quote = asked(session, published(session), at)
    taken = pricing.take(session, quote.id, customer_id=cast.aino(session).id, at=at).quote
    assert taken.pay_in_amount == 7_088
