"""What demand adds to a price, over a hundred thousand made-up services: whose it is and is not."""

from collections import Counter
from collections.abc import Mapping
from random import Random
from typing import Any

import pytest

from domain.foundation import ids
from domain.markets import TaxBase
from domain.offers import OptionPer, Unit
from domain.pricing import lines as counting
from domain.pricing import rules
from domain.pricing.inputs import Chosen, Factor, Inputs, Piece, PolicyUsed, Surge, Tax
from domain.pricing.lines import LineKind, LineRule, Party
from domain.pricing.rules import Priced, price

SOME = pytest.param(5_000, id="some")
ALL = pytest.param(1_000_000, id="a million", marks=[pytest.mark.long, pytest.mark.timeout(1_200)])
A_FEW = 1_500
A_POLICY = ids.new()
PLAIN = {"of_amount": 9_000, "multiplier_bp": 8_000}


def any_inputs(dice: Random) -> Inputs:
    """Any service, policy, tax, option and factor; the customer's factor is the market's or less."""
    units, market = dice.randint(1, 600), dice.randint(5_000, 30_000)
    price_amount = dice.choice([dice.randint(0, 20), dice.randint(0, 500_000)])
    tax = Tax(
        name="VAT",
        rate_bp=dice.choice([0, dice.randint(1, 3_000)]),
        applies_to=dice.choice(list(TaxBase)),
        inclusive=dice.random() < 0.5,
    )
    option = Chosen(
        option_id=A_POLICY,
        title="Windows",
        price_amount=dice.randint(0, 5_000),
        per=dice.choice(list(OptionPer)),
        minutes=0,
        quantity=dice.randint(1, 3),
    )
    return Inputs(
        currency="EUR",
        unit=dice.choice(list(Unit)),
        price_amount=price_amount,
        units=units,
        seats=dice.randint(1, 4),
        options=(option,) if dice.random() < 0.5 else (),
        pieces=(Piece(units=units, effects=(Factor(name="a", factor_bp=dice.randint(8_500, 13_000)),)),),
        policy=PolicyUsed(
            version_id=A_POLICY,
            number=1,
            service_fee_bp=dice.randint(0, 3_000),
            commission_bp=dice.randint(0, 5_000),
            tax=tax,
        ),
        surge=Surge(market_bp=market, multiplier_bp=min(market, dice.choice([market, 12_000]))),
        lowest_price_amount=dice.choice([None, dice.randint(0, price_amount)]),
    )


def under(inputs: Inputs, multiplier_bp: int) -> Priced:
    return price(inputs.model_copy(update={"surge": Surge(multiplier_bp=multiplier_bp)}))


def amount_of(priced: Priced, *kinds: LineKind) -> int:
    return sum(line.amount for line in priced.lines if line.kind in kinds)


def broken(count: int) -> Counter[str]:
    """Which promises were broken how often."""
    dice, found = Random(4), Counter[str]()
    for _ in range(count):
        inputs = any_inputs(dice)
        _look(found, inputs, price(inputs), under(inputs, 10_000))
    return found


def _look(found: Counter[str], inputs: Inputs, here: Priced, calm: Priced) -> None:
    surge = inputs.surge
    found["something is left over"] += here.remainder != 0
    found["the pool pays"] += here.surge_amount < 0
    found["dearer than the market"] += here.pay_in_amount > under(inputs, surge.market_bp).pay_in_amount
    if surge.multiplier_bp >= 10_000:
        for name in ("pay_out_amount", "service_fee_amount", "commission_amount"):
            found["others earn by surge"] += getattr(here, name) != getattr(calm, name)
    else:
        kept = amount_of(here, LineKind.BASE, LineKind.TARIFF, LineKind.SURGE)
        usual = amount_of(calm, LineKind.BASE, LineKind.TARIFF)
        lowest = inputs.price_amount if inputs.lowest_price_amount is None else inputs.lowest_price_amount
        floor = rules.count(
            LineRule.UNITS_AT_PRICE,
            {"price_amount": lowest, "units": inputs.units, "per": inputs.per, "times": inputs.seats},
        )
        found["below the lowest price"] += kept < min(usual, floor)


@pytest.mark.parametrize("count", [SOME, ALL])
def test_what_demand_adds_breaks_no_promise(count: int) -> None:
    assert not +broken(count)


def test_a_floor_that_is_taken_out_would_be_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    def without(*, of_amount: int, multiplier_bp: int, floor_amount: int = 0) -> int:
        return counting.portion(of_amount, multiplier_bp - 10_000)

    swapped: Mapping[LineRule, Any] = {**counting._COUNTING, LineRule.FACTOR_ON_SERVICE: without}
    monkeypatch.setattr(counting, "_COUNTING", swapped)
    assert broken(A_FEW)["below the lowest price"] > 0


def test_a_fee_on_surge_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = rules._on_top
    monkeypatch.setattr(rules, "_on_top", lambda inputs, _, taxed: whole(inputs, taxed, taxed))
    assert broken(A_FEW)["others earn by surge"] > 0


def test_a_market_that_asks_less_than_the_customer_pays_would_be_seen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    true = rules.factor_on
    monkeypatch.setattr(
        rules,
        "factor_on",
        lambda inputs, timed: 0 if inputs.surge.market_bp == 10_000 else true(inputs, timed),
    )
    assert broken(A_FEW)["dearer than the market"] > 0


def test_surge_goes_to_the_pool_and_a_tax_in_the_price_comes_out_of_it() -> None:
    inputs = Inputs(
        currency="EUR",
        unit=Unit.HOUR,
        price_amount=6_000,
        units=120,
        seats=1,
        pieces=(Piece(units=120),),
        policy=PolicyUsed(
            version_id=A_POLICY,
            number=1,
            service_fee_bp=500,
            commission_bp=1_000,
            tax=Tax(name="VAT", rate_bp=2_500, applies_to=TaxBase.SERVICE, inclusive=True),
        ),
        surge=Surge(market_bp=15_000, multiplier_bp=15_000),
    )
    priced = price(inputs)
    surge = [(line.payer, line.payee, line.amount) for line in priced.lines if line.kind is LineKind.SURGE]
    assert surge == [(Party.CUSTOMER, Party.SURGE_POOL, 6_000)]
    assert priced.surge_amount == 4_800
    assert priced.pay_in_amount == 12_000 + 6_000 + 600


@pytest.mark.parametrize(
    ("floor", "less"),
    [
        ({}, -1_800),
        ({"floor_amount": 8_000}, -1_000),
        ({"floor_amount": 9_000}, 0),
        ({"floor_amount": 9_500}, 0),
    ],
)
def test_a_discount_ends_at_the_floor(floor: dict[str, int], less: int) -> None:
    assert counting.count(LineRule.FACTOR_ON_SERVICE, {**PLAIN, **floor}) == less


def test_a_quote_from_before_there_was_surge_is_counted_to_the_same_cents() -> None:
    inputs = any_inputs(Random(5))
    calm = inputs.model_copy(update={"surge": Surge(), "lowest_price_amount": None})
    old = calm.model_dump(mode="json") | {"surge": {"multiplier": "1.00", "reason": "not_in_force"}}
    del old["lowest_price_amount"]
    assert price(Inputs.model_validate(old)) == price(calm)
