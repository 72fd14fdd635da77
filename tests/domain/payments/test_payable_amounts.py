"""What cards cannot pay or be given back is refused in words; what can be kept is kept, however little."""

from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from domain import payments
from domain.foundation.payable_amounts import AmountNotPayable
from domain.payments import Liable, OpKind, PaymentState
from domain.payments.rules import Standing, Step, next_step
from tests.domain.payments.harness import Till

PLATFORM = Liable.PLATFORM


@pytest.mark.parametrize(
    ("amount", "currency"), [(49, "EUR"), (10**12, "EUR"), (17_499, "HUF"), (1_005, "KWD")]
)
def test_no_payment_is_opened_that_no_card_can_make(till: Till, amount: int, currency: str) -> None:
    with pytest.raises(AmountNotPayable, match="cannot be paid by card"):
        till.asked(amount, currency)


def captured(till: Till, amount: int, currency: str) -> payments.Payment:
    payment = till.authorize(till.asked(amount, currency))
    till.keep(payment, amount)
    return till.settle(payment)


def test_a_refund_between_two_steps_is_refused_in_words(till: Till) -> None:
    payment = captured(till, 10_000, "KWD")
    with pytest.raises(AmountNotPayable, match=r"Ask for KWD 1\.230 or KWD 1\.240") as refused:
        till.refund(payment, 1_234, PLATFORM)
    assert (refused.value.field, refused.value.extras["step_amount"]) == ("amount", 10)
    refund = till.refund(payment, 1_230, PLATFORM)
    till.settle(payment)
    assert (refund.amount, till.now(payment).refunded_amount) == (1_230, 1_230)


@pytest.mark.parametrize(
    ("amount", "currency", "kept"),
    [(80, "EUR", 40), (60, "JPY", 1), (20_000, "HUF", 17_499), (20, "KWD", 10)],
)
def test_less_than_a_card_can_pay_is_kept_by_giving_back_the_rest(
    till: Till, amount: int, currency: str, kept: int
) -> None:
    payment = till.authorize(till.asked(amount, currency))
    till.keep(payment, kept)
    settled = till.settle(payment)
    assert settled.state is PaymentState.CAPTURED
    assert settled.captured_amount - settled.refunded_amount == kept
    assert (settled.settled_at, settled.parked_at) == (till.at, None)


def test_an_amount_that_the_provider_refuses_all_the_same_is_not_the_cards_fault(till: Till) -> None:
    """Our table may be older than the provider's; the row stands for such an amount."""
    payment = till.asked(50)
    with till.transactions() as session:
        session.execute(text("UPDATE payments SET amount = 49 WHERE id = :id"), {"id": payment.id})
    with pytest.raises(AmountNotPayable, match="Another card does not change that") as refused:
        till.authorize(payment)
    assert refused.value.extras["code"] == "amount_too_small"


def test_the_database_holds_no_charge_between_two_steps(till: Till) -> None:
    payment = till.authorize(till.asked(10_000, "KWD"))
    with pytest.raises(IntegrityError, match="payments_taken_are_in_steps_of_their_currency"):
        change(till, payment.id)


def change(till: Till, payment_id: UUID) -> None:
    with till.transactions() as session:
        session.execute(text("UPDATE payments SET amount = 10005 WHERE id = :id"), {"id": payment_id})


def standing(state: PaymentState, *, captured: int) -> Standing:
    return Standing(
        state,
        is_known_to_provider=True,
        keep_amount=20,
        authorized_amount=80,
        captured_amount=captured,
        given_back=0,
        least_amount=50,
    )


def test_the_least_that_can_be_captured_is_and_the_rest_goes_back() -> None:
    assert next_step(standing(PaymentState.AUTHORIZED, captured=0)) == Step(OpKind.CAPTURE, 50)
    assert next_step(standing(PaymentState.CAPTURED, captured=50)) == Step(OpKind.REFUND, 30)
