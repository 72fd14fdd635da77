"""Amounts that card networks do not carry are refused at every step: intent, capture and refund."""

import pytest
import stripe

from tests.sandbox.sandbox_client import SandboxClient

CAPTURES = [
    ("eur", 1_000, 49, "amount_too_small"),
    ("jpy", 1_000, 49, "amount_too_small"),
    ("huf", 50_000, 17_499, "amount_too_small"),
    ("kwd", 10_000, 5_005, "invalid_charge_amount"),
    ("isk", 10_000, 5_050, "invalid_charge_amount"),
]


@pytest.mark.parametrize(("currency", "authorized", "amount", "code"), CAPTURES)
def test_a_capture_below_the_minimum_or_off_the_step_is_refused(
    sandbox: SandboxClient, currency: str, authorized: int, amount: int, code: str
) -> None:
    intent = sandbox.payment(authorized, currency=currency, capture_method="manual")
    with pytest.raises(stripe.InvalidRequestError) as exc_info:
        sandbox.stripe.payment_intents.capture(intent.id, {"amount_to_capture": amount})
    assert (exc_info.value.code, exc_info.value.param) == (code, "amount_to_capture")
    held = sandbox.stripe.payment_intents.retrieve(intent.id)
    assert (held.status, held.amount_capturable) == ("requires_capture", authorized)


@pytest.mark.parametrize(("currency", "amount"), [("kwd", 5_005), ("tnd", 11), ("isk", 5_050), ("ugx", 1)])
def test_a_refund_off_the_step_is_refused(sandbox: SandboxClient, currency: str, amount: int) -> None:
    intent = sandbox.payment(1_000_000, currency=currency)
    with pytest.raises(stripe.InvalidRequestError) as exc_info:
        sandbox.stripe.refunds.create({"payment_intent": intent.id, "amount": amount})
    assert (exc_info.value.code, exc_info.value.param) == ("invalid_charge_amount", "amount")
    assert sandbox.stripe.charges.retrieve(intent.latest_charge).amount_refunded == 0


@pytest.mark.parametrize(("currency", "amount"), [("eur", 1), ("jpy", 1), ("kwd", 10), ("isk", 100)])
def test_a_refund_may_be_smaller_than_any_charge(sandbox: SandboxClient, currency: str, amount: int) -> None:
    intent = sandbox.payment(1_000_000, currency=currency)
    refund = sandbox.stripe.refunds.create({"payment_intent": intent.id, "amount": amount})
    assert (refund.amount, refund.status) == (amount, "succeeded")


@pytest.mark.parametrize(("currency", "least"), [("bgn", 100), ("krw", 50), ("zar", 50), ("ars", 50)])
def test_documented_minimums_of_further_currencies(sandbox: SandboxClient, currency: str, least: int) -> None:
    with pytest.raises(stripe.InvalidRequestError) as exc_info:
        sandbox.payment(least - 1, currency=currency)
    assert exc_info.value.code == "amount_too_small"
    assert sandbox.payment(least, currency=currency).amount_received == least
