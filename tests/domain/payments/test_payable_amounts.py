"""What cards cannot pay or be given back is refused in words; what can be kept is kept, however little."""

from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from domain import payments
from domain.foundation.payable_amounts import AmountNotPayable
from domain.payments import LiableParty, PaymentState, ProviderCallKind
from domain.payments.rules import NextCall, PaymentProgress, next_call
from tests.domain.payments.payment_harness import PaymentHarness

PLATFORM = LiableParty.PLATFORM


@pytest.mark.parametrize(
    ("amount", "currency"), [(49, "EUR"), (10**12, "EUR"), (17_499, "HUF"), (1_005, "KWD")]
)
def test_no_payment_is_opened_that_no_card_can_make(
    harness: PaymentHarness, amount: int, currency: str
) -> None:
    with pytest.raises(AmountNotPayable, match="cannot be paid by card"):
        harness.make_payment(amount, currency)


def make_captured(harness: PaymentHarness, amount: int, currency: str) -> payments.Payment:
    payment = harness.authorize(harness.make_payment(amount, currency))
    harness.set_capture_target(payment, amount)
    return harness.sync(payment)


def test_a_refund_between_two_steps_is_refused_in_words(harness: PaymentHarness) -> None:
    payment = make_captured(harness, 10_000, "KWD")
    with pytest.raises(AmountNotPayable, match=r"Ask for KWD 1\.230 or KWD 1\.240") as refused:
        harness.refund(payment, 1_234, PLATFORM)
    assert (refused.value.field, refused.value.extras["step_amount"]) == ("amount", 10)
    refund = harness.refund(payment, 1_230, PLATFORM)
    harness.sync(payment)
    assert (refund.amount, harness.reload(payment).refunded_amount) == (1_230, 1_230)


@pytest.mark.parametrize(
    ("amount", "currency", "kept"),
    [(80, "EUR", 40), (60, "JPY", 1), (20_000, "HUF", 17_499), (20, "KWD", 10)],
)
def test_less_than_a_card_can_pay_is_kept_by_giving_back_the_rest(
    harness: PaymentHarness, amount: int, currency: str, kept: int
) -> None:
    payment = harness.authorize(harness.make_payment(amount, currency))
    harness.set_capture_target(payment, kept)
    settled = harness.sync(payment)
    assert settled.state is PaymentState.CAPTURED
    assert settled.captured_amount - settled.refunded_amount == kept
    assert (settled.settled_at, settled.parked_at) == (harness.at, None)


def test_an_amount_that_the_provider_refuses_all_the_same_is_not_the_cards_fault(
    harness: PaymentHarness,
) -> None:
    """Our table may be older than the provider's; the row stands for such an amount."""
    payment = harness.make_payment(50)
    with harness.transactions() as session:
        session.execute(text("UPDATE payments SET amount = 49 WHERE id = :id"), {"id": payment.id})
    with pytest.raises(AmountNotPayable, match="Another card does not change that") as refused:
        harness.authorize(payment)
    assert refused.value.extras["code"] == "amount_too_small"


def test_the_database_holds_no_charge_between_two_steps(harness: PaymentHarness) -> None:
    payment = harness.authorize(harness.make_payment(10_000, "KWD"))
    with pytest.raises(IntegrityError, match="payments_taken_are_in_steps_of_their_currency"):
        change(harness, payment.id)


def change(harness: PaymentHarness, payment_id: UUID) -> None:
    with harness.transactions() as session:
        session.execute(text("UPDATE payments SET amount = 10005 WHERE id = :id"), {"id": payment_id})


def progress(state: PaymentState, *, captured: int) -> PaymentProgress:
    return PaymentProgress(
        state,
        is_known_to_provider=True,
        keep_amount=20,
        authorized_amount=80,
        captured_amount=captured,
        refund_total=0,
        least_amount=50,
    )


def test_the_least_that_can_be_captured_is_and_the_rest_goes_back() -> None:
    assert next_call(progress(PaymentState.AUTHORIZED, captured=0)) == NextCall(ProviderCallKind.CAPTURE, 50)
    assert next_call(progress(PaymentState.CAPTURED, captured=50)) == NextCall(ProviderCallKind.REFUND, 30)
