"""Credits in a price, over made-up services: the fee and demand's part fall, and nothing else does."""

from collections import Counter
from random import Random

import pytest

from domain.pricing import credits as redeeming
from domain.pricing.credits import Redemption, Use, redemptions
from domain.pricing.inputs import Credits, Inputs, Surge
from domain.pricing.lines import LineKind, count
from domain.pricing.rules import Priced, price
from domain.pricing.sealing import drawn_up
from tests.domain.pricing.test_price import inputs, policy
from tests.domain.pricing.test_surge_price import any_inputs
from tests.domain.pricing.test_task_price import AT, LATER, SOMEWHERE, any_tasks


def redeemed(asked: Inputs) -> tuple[Redemption, ...]:
    return redemptions(drawn_up(SOMEWHERE, asked, at=AT, expires_at=LATER))


def credits_(fee: int = 0, surge: int = 0, *, most_bp: int = 5_000, value: int = 1) -> Credits:
    return Credits(
        fee_discount_amount=fee, surge_shield_amount=surge, fee_discount_most_bp=most_bp, value_amount=value
    )


def any_credits(dice: Random, asked: Inputs) -> Inputs:
    """Nothing, a little, or far more than there is to pay for; with tasks or without."""
    if dice.random() < 0.3:
        asked = any_tasks(dice, asked)
    wishes = [dice.choice([0, dice.randint(1, 9), dice.randint(1, 10**7)]) for _ in range(2)]
    wish = credits_(*wishes, most_bp=dice.randint(0, 5_000), value=dice.randint(1, 200))
    return asked.model_copy(update={"credits": wish})


def broken(how_many: int) -> Counter[str]:
    """Which promises were broken how often."""
    dice, found = Random(6), Counter[str]()
    for _ in range(how_many):
        asked = any_credits(dice, any_inputs(dice))
        _look(found, asked, price(asked), price(asked.model_copy(update={"credits": None})))
    return found


def _look(found: Counter[str], asked: Inputs, here: Priced, without: Priced) -> None:
    spent = {redemption.use: redemption for redemption in redeemed(asked)}
    amounts = {use: spent[use].amount if use in spent else 0 for use in Use}
    found["something is left over"] += here.remainder != 0
    found["the pay-in does not fall by what is redeemed"] += (
        without.pay_in_amount - here.pay_in_amount != sum(amounts.values())
    )
    for name in ("pay_out_amount", "commission_amount", "stake_amount"):
        found[f"{name} changes"] += getattr(here, name) != getattr(without, name)
    for name in ("pay_in_amount", "service_fee_amount", "tax_amount", "surge_amount"):
        found[f"{name} is below nothing"] += getattr(here, name) < 0
        found[f"{name} rises"] += getattr(here, name) > getattr(without, name)
    wish = asked.credits
    assert wish is not None
    found["more than was wished"] += (
        amounts[Use.FEE_DISCOUNT] > wish.fee_discount_amount
        or amounts[Use.SURGE_SHIELD] > wish.surge_shield_amount
    )
    fee = without.service_fee_amount
    found["more than half of the fee"] += 2 * (fee - here.service_fee_amount) > fee + 1
    found["a surge that is not there"] += amounts[Use.SURGE_SHIELD] > 0 and not without.surge_amount
    found["credits for less than they are worth"] += any(
        not 0 <= one.credits * wish.value_amount - one.amount * 1_000 < wish.value_amount
        for one in spent.values()
    )
    found["a line says something else than it is"] += any(
        count(line.rule, line.inputs) != line.amount for line in here.lines
    )


def test_credits_break_no_promise_whatever_the_tax_and_the_factor() -> None:
    assert not +broken(4_000)


def test_a_tax_that_a_shield_leaves_to_the_pool_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redeeming, "_tax_of", lambda *_: 0)
    assert broken(400)["surge_amount is below nothing"] > 0


def test_half_of_the_fee_is_paid_with_credits_at_most() -> None:
    asked = inputs(credits=credits_(fee=10_000))
    without = price(inputs())
    assert without.service_fee_amount == 150
    here = price(asked)
    assert (here.service_fee_amount, here.pay_in_amount) == (75, without.pay_in_amount - 75)
    assert redeemed(asked) == (Redemption(Use.FEE_DISCOUNT, 75, 75_000),)


def test_an_odd_fee_is_halved_downwards() -> None:
    asked = inputs(price_amount=2_014, credits=credits_(fee=10_000))
    assert price(inputs(price_amount=2_014)).service_fee_amount == 151
    assert price(asked).service_fee_amount == 76


def test_a_tax_that_the_fee_contains_falls_with_it() -> None:
    taxed = {"policy": policy(rate=2_500, on="service_fee")}
    without, here = price(inputs(**taxed)), price(inputs(**taxed, credits=credits_(fee=50)))
    assert (without.service_fee_amount, without.tax_amount) == (120, 30)
    assert (here.service_fee_amount, here.tax_amount) == (80, 20)


def test_a_tax_on_top_of_the_fee_is_part_of_what_is_redeemed() -> None:
    taxed = {"policy": policy(rate=2_000, on="service_fee", inclusive=False)}
    without, here = price(inputs(**taxed)), price(inputs(**taxed, credits=credits_(fee=60)))
    assert (without.service_fee_amount, without.tax_amount) == (150, 30)
    assert (here.service_fee_amount, here.tax_amount) == (100, 20)
    assert without.pay_in_amount - here.pay_in_amount == 60


@pytest.mark.parametrize(("value", "thousandths"), [(1, 50_000), (3, 16_667), (100, 500)])
def test_a_part_of_a_credit_is_rounded_up(value: int, thousandths: int) -> None:
    (one,) = redeemed(inputs(credits=credits_(fee=50, value=value)))
    assert one.credits == thousandths


def test_a_shield_takes_off_what_demand_adds_and_leaves_the_rest() -> None:
    surged = {"surge": Surge(market_bp=15_000, multiplier_bp=15_000, bonus_amount=400)}
    without, here = price(inputs(**surged)), price(inputs(**surged, credits=credits_(surge=10_000)))
    assert (without.surge_amount, here.surge_amount) == (1_500, 0)
    assert here.pay_out_amount == without.pay_out_amount
    lines = [line for line in here.lines if line.kind is LineKind.CREDITS]
    assert [(line.payee.value, line.amount) for line in lines] == [("surge_pool", -1_500)]


def test_nothing_to_pay_for_redeems_nothing() -> None:
    free = inputs(policy=policy(fee=0), credits=credits_(fee=100, surge=100))
    assert redeemed(free) == ()
    assert price(free) == price(inputs(policy=policy(fee=0)))
