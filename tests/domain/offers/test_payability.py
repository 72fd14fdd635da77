"""What cards cannot pay is known where a price is set: by price, by booking, and for its provider to see."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import text
from sqlmodel import Session

from domain import offers
from domain.markets import MarketPolicy, TaxBase, TaxRule
from domain.offers import Claim, Content, OptionContent, OptionPer, PriceProblem, Unit
from domain.offers.errors import ContentUnfit
from domain.offers.models import Category
from domain.offers.payability import check_price, price_range, problems
from tests import cast
from tests.domain.offers.owner import by

PLAIN = MarketPolicy()
HOURLY = Content(title="Ironing", price_amount=4_500, minimum_minutes=60, maximum_minutes=240)
FREE = MarketPolicy(service_fee_bp=0)


def kind(unit: Unit, claim: Claim = Claim.EXCLUSIVE) -> Category:
    return Category(unit=unit, claim=claim)


def found(content: Content, unit: Unit = Unit.HOUR, **more: Any) -> tuple[PriceProblem, ...]:
    told = {"options": (), "currency": "EUR", "policy": PLAIN} | more
    return problems(content, kind(unit), **told)


CASES = [
    (4_500, ()),
    (0, ()),
    (48, ()),
    (47, (PriceProblem.CHEAPEST_NOT_PAYABLE,)),
    (12, (PriceProblem.CHEAPEST_NOT_PAYABLE,)),
    (11, (PriceProblem.NEVER_PAYABLE,)),
    (25_000_000, (PriceProblem.DEAREST_NOT_PAYABLE,)),
    (10**12, (PriceProblem.NEVER_PAYABLE,)),
]


@pytest.mark.parametrize(("price_amount", "expected"), CASES)
def test_the_cheapest_and_the_dearest_booking_decide(
    price_amount: int, expected: tuple[PriceProblem, ...]
) -> None:
    assert found(replace(HOURLY, price_amount=price_amount)) == expected


def test_fees_taxes_options_and_seats_count() -> None:
    lesson = Content(title="Yoga", price_amount=40, duration_minutes=60, seats=8)
    taxed = MarketPolicy(
        service_fee_bp=500,
        tax=TaxRule(name="VAT", rate_bp=2_550, applies_to=TaxBase.SERVICE, inclusive=False),
    )
    seats = kind(Unit.SESSION, Claim.SEATS)
    mats = (
        OptionContent(title="Mat", price_amount=5, per=OptionPer.SEAT, most=2),
        OptionContent(title="Tea", price_amount=7),
    )
    here = price_range(lesson, seats, mats, currency="EUR", policy=FREE)
    assert (here.cheapest, here.dearest) == (40, 8 * 40 + 2 * 8 * 5 + 7)
    there = price_range(lesson, seats, (), currency="EUR", policy=taxed)
    assert (there.cheapest, there.dearest) == (40 + 2 + 10, 320 + 16 + 82)


def test_a_ride_has_no_longest_length() -> None:
    ride = Content(title="Ride", price_amount=1, minimum_minutes=10, maximum_minutes=60)
    assert found(ride, Unit.KILOMETRE) == (PriceProblem.CHEAPEST_NOT_PAYABLE,)


@pytest.mark.parametrize("field", ["price_amount", "lowest_price_amount"])
def test_a_price_is_a_multiple_of_what_cards_pay(field: str) -> None:
    content = replace(HOURLY, **{field: 1_005})
    with pytest.raises(
        ContentUnfit, match=r"a multiple of KWD 0\.010, since cards pay nothing finer"
    ) as told:
        check_price(content, "KWD")
    assert told.value.field == field
    check_price(content, "EUR")
    check_price(replace(HOURLY, **{field: 1_010}), "KWD")


def test_what_no_card_can_pay_is_not_published(session: Session, at: datetime) -> None:
    offer = cast.drafted(session, category="task", price_amount=40)
    with pytest.raises(ContentUnfit, match=r"is too low: .* costs EUR 0\.42 with fees") as refused:
        offers.publish(session, offer.id, by=by(offer), at=at)
    assert refused.value.field == "price_amount"
    offers.add_option(session, offer.id, OptionContent(title="Tea", price_amount=100), by=by(offer), at=at)
    assert offers.publish(session, offer.id, by=by(offer), at=at).published_at == at


def test_what_was_published_stays_payable(session: Session, at: datetime) -> None:
    offer = cast.offer(session, category="task")
    cheap = replace(offers.content_of(offer), price_amount=10)
    with pytest.raises(ContentUnfit, match="is too low"):
        offers.edit(session, offer.id, cheap, by=by(offer), at=at)
    dear = replace(cheap, price_amount=10**12)
    with pytest.raises(ContentUnfit, match="is too high"):
        offers.edit(session, offer.id, dear, by=by(offer), at=at)
    offers.edit(session, offer.id, replace(cheap, price_amount=0), by=by(offer), at=at)


def test_an_option_s_price_is_a_multiple_of_what_cards_pay(session: Session, at: datetime) -> None:
    offer = cast.offer(session)
    session.execute(text("UPDATE offers SET currency = 'KWD'"))
    session.expire(offer)
    with pytest.raises(ContentUnfit, match=r"KWD 0\.010"):
        offers.add_option(
            session, offer.id, OptionContent(title="Tea", price_amount=1_001), by=by(offer), at=at
        )


def test_a_stored_price_between_two_steps_is_told() -> None:
    odd = replace(HOURLY, price_amount=4_505)
    assert found(odd, currency="KWD") == (PriceProblem.PRICE_OFF_STEP,)
    assert found(HOURLY, currency="IRR") == (PriceProblem.NEVER_PAYABLE,)
