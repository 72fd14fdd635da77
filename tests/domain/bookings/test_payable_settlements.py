"""Whatever a quote promises, the provider takes: to authorize, capture and refund it, in whole and in part.

Services, tariffs, taxes, demand, tasks and credits at random, in every currency that cards pay in; then the
booking ends at a random share with some tasks undone, after a price drop or without. The sandbox's own rules
stand for the provider.
"""

from collections import Counter
from random import Random

import pytest

from domain.bookings.cancellations.final_amounts import (
    Amounts,
    FinalAmounts,
    RedeemedCredits,
    RefundShare,
    StakeAmount,
    compute_final_amounts,
)
from domain.bookings.kinds import RefundGround
from domain.foundation import payable_amounts
from domain.markets import TaxBase
from domain.payments import PaymentState, ProviderCallKind
from domain.payments.rules import PaymentProgress, next_call
from domain.pricing.errors import PolicyTakesTooMuch
from domain.pricing.inputs import Inputs
from domain.pricing.lines import Line, count
from domain.pricing.quotes import Quote
from domain.pricing.rules import Priced, price
from domain.pricing.sealing import drawn_up, replay
from domain.pricing.tasks import task_shares
from sandbox.payments import currencies as provider
from sandbox.protocol.errors import ApiError
from tests.domain.foundation.test_payable_amounts import SUPPORTED, as_the_provider_counts
from tests.domain.pricing.test_credits_price import any_credits
from tests.domain.pricing.test_surge_price import any_inputs
from tests.domain.pricing.test_task_price import AT, LATER, SOMEWHERE

WHOLE = 10_000
OFTEN = ("KWD", "MGA", "HUF", "JPY", "ISK", "EUR")


def any_asked(dice: Random) -> Inputs:
    """What a customer asks for, priced low enough that the limits matter; some stored prices off the step."""
    asked = any_credits(dice, any_inputs(dice))
    currency = dice.choice([*OFTEN, *SUPPORTED]) if dice.random() < 0.5 else dice.choice(OFTEN)
    limits = {
        "step": payable_amounts.payable_step(currency),
        "least_amount": payable_amounts.least_payable(currency),
    }
    if dice.random() < 0.5:
        scale = dice.choice([1, 5, 100, 20_000])
        limits["price_amount"] = dice.randint(0, scale)
    return asked.model_copy(update={"currency": currency, "lowest_price_amount": None} | limits)


def refused(check, amount: int, currency: str) -> bool:
    try:
        check(as_the_provider_counts(amount, currency), currency.lower())
    except ApiError:
        return True
    return False


def any_share(dice: Random) -> RefundShare:
    bps = [dice.choice([0, 5_000, WHOLE, dice.randint(0, WHOLE)]) for _ in range(2)]
    return RefundShare(bps[0], bps[1], RefundGround.TIER)


def settled(dice: Random, quote: Quote, tax_base: TaxBase) -> FinalAmounts:
    stakes = [StakeAmount(one.pay_out_amount, one.tax_amount) for one in task_shares(quote)]
    unmet = sum((stake for stake in stakes if dice.random() < 0.5), StakeAmount())
    agreed = Amounts(
        quote.pay_out_amount,
        quote.service_fee_amount,
        quote.commission_amount,
        quote.tax_amount,
        quote.surge_amount,
    )
    return compute_final_amounts(
        agreed,
        any_share(dice),
        tax_base=tax_base,
        stake_amount=quote.stake_amount,
        unmet=unmet,
        redeemed=RedeemedCredits(),
        step=payable_amounts.payable_step(quote.currency),
    )


def look_at_capture(found: Counter[str], quote: Quote, paid: int, kept: int) -> None:
    """The settlement of a payment that was authorized and not captured yet, step by step."""
    least = payable_amounts.least_payable(quote.currency)
    state, captured, given_back = PaymentState.AUTHORIZED, 0, 0
    for _ in range(3):
        step = next_call(
            PaymentProgress(
                state,
                is_known_to_provider=True,
                keep_amount=kept,
                authorized_amount=paid,
                captured_amount=captured,
                refund_total=given_back,
                least_amount=least,
            )
        )
        if step is None or step.kind is ProviderCallKind.CANCEL:
            break
        if step.kind is ProviderCallKind.CAPTURE:
            found["a capture is refused"] += refused(provider.check_payable, step.amount, quote.currency)
            state, captured = PaymentState.CAPTURED, step.amount
        else:
            found["a refund is refused"] += refused(provider.check_units, step.amount, quote.currency)
            given_back += step.amount
    found["another amount is kept"] += captured - given_back != kept


def look(found: Counter[str], dice: Random, asked: Inputs) -> None:
    quote = drawn_up(SOMEWHERE, asked, at=AT, expires_at=LATER)
    priced, paid = replay(quote), quote.pay_in_amount + quote.stake_amount
    found["something is left over"] += priced.remainder != 0
    found["a line cannot be counted again"] += not all(
        count(line.rule, line.inputs) == line.amount for line in map(Line.read, quote.lines)
    )
    found["a line lies between two steps"] += any(line["amount"] % asked.step for line in quote.lines)
    found["somebody pays to be paid"] += min(amounts(priced)) < 0
    if not payable_amounts.is_payable(paid, quote.currency):
        found["(not promised)"] += 1
        return
    if not paid:
        return
    found["(promised)"] += 1
    found["an authorization is refused"] += refused(provider.check_payable, paid, quote.currency)
    settlement = settled(dice, quote, asked.policy.tax.applies_to)
    refund, kept = settlement.refund_amount, settlement.kept.pay_in
    found["a settlement does not balance"] += refund + kept != paid or not 0 <= refund <= paid
    found["a part is below nothing"] += min(settlement.kept.parts) < 0
    if refund:
        found["a refund is refused"] += refused(provider.check_units, refund, quote.currency)
    look_at_capture(found, quote, paid, kept)
    look_at_drop(found, dice, asked, paid)


def look_at_drop(found: Counter[str], dice: Random, asked: Inputs, paid: int) -> None:
    """A factor that fell: the difference goes back, whatever remains."""
    here = asked.surge.multiplier_bp
    lower = dice.randint(min(8_000, here), here)
    dropped = asked.model_copy(update={"surge": asked.surge.model_copy(update={"multiplier_bp": lower})})
    less = paid - price(dropped).list_amount
    found["a price drop costs more"] += less < 0
    if less > 0:
        found["a refund is refused"] += refused(provider.check_units, less, asked.currency)


def amounts(priced: Priced) -> tuple[int, ...]:
    return (
        priced.pay_in_amount,
        priced.pay_out_amount,
        priced.service_fee_amount,
        priced.commission_amount,
        priced.tax_amount,
        priced.surge_amount,
        priced.stake_amount,
    )


def broken(how_many: int) -> Counter[str]:
    """Which promises were broken how often, and in brackets how often what was tried."""
    dice, found = Random(19), Counter[str]()
    for _ in range(how_many):
        asked = any_asked(dice)
        try:
            look(found, dice, asked)
        except PolicyTakesTooMuch:
            continue
    return found


def check(how_many: int) -> None:
    found = broken(how_many)
    assert found["(promised)"] > how_many // 4, "The dice no longer try what they should."
    assert found["(not promised)"] > how_many // 50
    assert {name: times for name, times in found.items() if times and not name.startswith("(")} == {}


def test_whatever_a_quote_promises_the_provider_takes_and_gives_back() -> None:
    check(1_500)


@pytest.mark.long
def test_the_same_over_a_hundred_thousand_quotes() -> None:
    check(100_000)


@pytest.mark.parametrize("swap", ["step", "least_amount"])
def test_prices_counted_without_the_limits_would_be_seen(monkeypatch: pytest.MonkeyPatch, swap: str) -> None:
    """As before: the step and the least amount unknown to prices and settlements."""
    name, value = {"step": ("payable_step", 1), "least_amount": ("least_payable", 0)}[swap]
    monkeypatch.setattr(payable_amounts, name, lambda _: value)
    found = broken(300)
    assert {found[each] for each in ("a refund is refused", "a capture is refused")} != {0}
