"""A lower factor makes nothing dearer, whatever else a price is made of: so a drop needs no weighing."""

from collections import Counter
from random import Random

from domain.pricing.credits import Use
from domain.pricing.inputs import Inputs
from domain.pricing.rules import price
from tests.domain.pricing.test_credits_price import any_credits, redeemed
from tests.domain.pricing.test_surge_price import any_inputs

LOWEST_BP = 5_000


def lowered(dice: Random, asked: Inputs) -> Inputs:
    """The same at a factor that is a little or much lower."""
    factor_bp = asked.surge.multiplier_bp
    less = dice.choice([dice.randint(0, 30), dice.randint(0, factor_bp)])
    lower = {"multiplier_bp": max(min(LOWEST_BP, factor_bp), factor_bp - less)}
    return asked.model_copy(update={"surge": asked.surge.model_copy(update=lower)})


def test_neither_money_nor_stake_nor_credits_grow_when_the_factor_falls() -> None:
    dice, found = Random(11), Counter[str]()
    for _ in range(3_000):
        then = any_credits(dice, any_inputs(dice))
        now = lowered(dice, then)
        before, after = price(then), price(now)
        found["money"] += after.pay_in_amount > before.pay_in_amount
        found["stake"] += after.stake_amount > before.stake_amount
        had, has = ({one.use: one.credits for one in redeemed(each)} for each in (then, now))
        for use in Use:
            found[use] += has.get(use, 0) > had.get(use, 0)
    assert not +found
