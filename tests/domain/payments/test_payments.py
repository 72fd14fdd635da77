"""What becomes of a payment, through the official library against the sandbox."""

from datetime import timedelta

import pytest

from domain import identity, payments
from domain.foundation import ids
from domain.ledger import AccountKind
from domain.payments import Liable, PaymentState, RefundState
from tests import cast
from tests.domain.payments.harness import Till


def test_an_amount_is_held_and_taken(till: Till) -> None:
    payment = till.authorized(10_000)
    assert payment.state is PaymentState.AUTHORIZED
    assert payment.authorized_amount == 10_000
    assert payment.capture_before == till.at + timedelta(days=7)
    till.keep(payment, 10_000)
    payment = till.settle(payment)
    assert payment.state is PaymentState.CAPTURED
    assert (payment.captured_amount, payment.fee_amount) == (10_000, 320)
    assert till.balance(AccountKind.HELD, payment.subject_id) == 10_000
    assert till.balance(AccountKind.CLEARING) == 9_680
    assert till.balance(AccountKind.PROCESSING_FEES) == 320
    assert till.told(payment) == [
        "payment.authorized",
        "payment.target_changed",
        "payment.captured",
        "payment.settled",
    ]


def test_what_is_not_kept_of_a_hold_is_let_go(till: Till) -> None:
    payment = till.authorized(10_000)
    till.keep(payment, 2_500)
    payment = till.settle(payment)
    assert (payment.captured_amount, payment.refunded_amount) == (2_500, 0)
    payment = till.bring(payment)
    assert payment.refunded_amount == 0, "letting go of a hold is no refund, though Stripe writes one"
    assert till.balance(AccountKind.HELD, payment.subject_id) == 2_500
    with till.transactions() as session:
        assert payments.refunds(session, payment.id) == []


def test_a_hold_of_which_nothing_is_kept_is_cancelled(till: Till) -> None:
    payment = till.authorized()
    till.keep(payment, 0)
    assert till.settle(payment).state is PaymentState.CANCELLED
    assert till.balance(AccountKind.CLEARING) == 0
    assert till.told(payment)[-2:] == ["payment.cancelled", "payment.settled"]


def test_a_payment_that_never_began_is_called_off_without_a_call(till: Till) -> None:
    payment = till.asked()
    till.keep(payment, 0)
    assert till.settle(payment).state is PaymentState.CANCELLED
    assert till.gateway.calls == []
    with pytest.raises(payments.PaymentOver):
        till.authorize(payment)


def test_what_was_taken_above_what_is_kept_is_refunded(till: Till) -> None:
    payment = till.captured(10_000)
    till.keep(payment, 4_000)
    payment = till.settle(payment)
    assert payment.refunded_amount == 6_000
    assert till.balance(AccountKind.HELD, payment.subject_id) == 4_000
    assert till.balance(AccountKind.REFUNDS_IN_FLIGHT) == 0
    till.keep(payment, 1_000)
    assert till.settle(payment).refunded_amount == 9_000


def test_settling_again_and_again_does_nothing_more(till: Till) -> None:
    payment = till.captured()
    till.keep(payment, 4_000)
    for _ in range(3):
        payment = till.settle(payment)
    assert len(till.effects("/v1/refunds")) == 1
    assert len(till.effects("/capture")) == 1
    assert till.told(payment).count("payment.settled") == 2


def test_deciding_the_same_again_changes_nothing(till: Till) -> None:
    payment = till.captured()
    before = till.now(payment).version
    till.keep(payment, 10_000)
    assert till.now(payment).version == before


@pytest.mark.parametrize(
    ("method", "code"),
    [
        ("pm_card_visa_chargeDeclined", "generic_decline"),
        ("pm_card_visa_chargeDeclinedInsufficientFunds", "insufficient_funds"),
        ("pm_card_chargeDeclinedExpiredCard", "expired_card"),
    ],
)
def test_after_a_declined_card_another_one_may_be_tried(till: Till, method: str, code: str) -> None:
    payment = till.asked()
    with pytest.raises(payments.PaymentDeclined) as declined:
        till.authorize(payment, method)
    assert declined.value.extras == {"code": code}
    assert till.now(payment).state is PaymentState.FAILED
    payment = till.authorize(payment)
    assert payment.state is PaymentState.AUTHORIZED
    assert payment.failure_code is None
    assert till.told(payment) == ["payment.failed", "payment.authorized"]


def test_a_payment_method_that_does_not_exist_is_refused(till: Till) -> None:
    payment = till.asked()
    with pytest.raises(payments.PaymentMethodUnfit) as unfit:
        till.authorize(payment, "pm_nonsense")
    assert unfit.value.field == "payment_method"
    assert till.authorize(payment).state is PaymentState.AUTHORIZED


def test_a_bank_may_want_to_hear_from_its_customer_first(till: Till) -> None:
    payment = till.authorize(till.asked(), "pm_card_threeDSecure2Required")
    assert payment.state is PaymentState.REQUIRES_ACTION
    assert payment.next_action is not None
    assert "_secret_" in payment.next_action["client_secret"]
    assert till.authorize(payment, "pm_card_threeDSecure2Required").state is PaymentState.REQUIRES_ACTION
    till.control("POST", f"payment_intents/{payment.provider_reference}/authenticate")
    payment = till.authorize(payment, "pm_card_threeDSecure2Required")
    assert payment.state is PaymentState.AUTHORIZED
    assert payment.next_action is None
    assert till.told(payment) == ["payment.action_required", "payment.authorized"]


def test_who_does_not_pass_their_bank_may_take_another_card(till: Till) -> None:
    payment = till.authorize(till.asked(), "pm_card_threeDSecure2Required")
    till.control("POST", f"payment_intents/{payment.provider_reference}/authenticate", outcome="failed")
    assert till.bring(payment).state is PaymentState.FAILED
    assert till.authorize(payment).state is PaymentState.AUTHORIZED


def test_a_waiting_payment_can_be_switched_to_another_card(till: Till) -> None:
    payment = till.authorize(till.asked(), "pm_card_threeDSecure2Required")
    assert till.authorize(payment).state is PaymentState.AUTHORIZED


def test_a_waiting_payment_is_called_off_at_the_provider(till: Till) -> None:
    payment = till.authorize(till.asked(), "pm_card_threeDSecure2Required")
    till.keep(payment, 0)
    assert till.settle(payment).state is PaymentState.CANCELLED


def test_authorizing_twice_holds_once(till: Till) -> None:
    payment = till.authorized()
    assert till.authorize(payment).state is PaymentState.AUTHORIZED
    assert len(till.stripe("GET", "payment_intents")["data"]) == 1


def test_one_customer_is_made_known_once(till: Till) -> None:
    till.authorized()
    till.authorized()
    assert till.gateway.calls.count("customer") == 1


def test_the_networks_hour_strikes_and_the_hold_is_gone(till: Till) -> None:
    payment = till.authorized()
    till.later(days=8)
    with till.transactions() as session:
        assert payments.stale(session, till.at) == [payment.id]
    assert till.bring(payment).state is PaymentState.CANCELLED
    assert till.told(payment)[-1] == "payment.cancelled"


def test_a_capture_that_comes_too_late_ends_in_the_truth(till: Till) -> None:
    payment = till.authorized()
    till.later(days=8)
    till.keep(payment, 10_000)
    till.settle(payment)
    assert till.settle_for_good(payment).state is PaymentState.CANCELLED


@pytest.mark.parametrize("amount", [10_001, 1, 9_999])
def test_nothing_can_be_kept_before_anything_is_held(till: Till, amount: int) -> None:
    payment = till.asked()
    with pytest.raises(payments.PaymentNotAuthorized):
        till.keep(payment, amount)


def test_more_than_is_there_cannot_be_kept(till: Till) -> None:
    payment = till.authorized()
    with pytest.raises(payments.KeepTooMuch):
        till.keep(payment, 10_001)
    till.keep(payment, 10_000)
    till.settle(payment)
    till.keep(payment, 4_000)
    till.settle(payment)
    with pytest.raises(payments.KeepTooMuch):
        till.keep(payment, 4_001)


def test_a_refund_before_distribution_comes_from_what_is_held(till: Till) -> None:
    payment = till.captured()
    till.refund(payment, 1_500, Liable.BOOKING)
    assert till.balance(AccountKind.HELD, payment.subject_id) == 8_500
    assert till.balance(AccountKind.REFUNDS_IN_FLIGHT) == 1_500
    assert till.settle(payment).refunded_amount == 1_500
    assert till.balance(AccountKind.REFUNDS_IN_FLIGHT) == 0


def test_after_distribution_the_liable_party_bears_the_refund(till: Till) -> None:
    payment, ellen = till.captured(), ids.new()
    till.distribute(payment, earned=9_000, to=ellen)
    with pytest.raises(payments.MoneyDistributed):
        till.keep(payment, 5_000)
    with pytest.raises(payments.MoneyDistributed):
        till.refund(payment, 100, Liable.BOOKING)
    till.refund(payment, 4_000, Liable.PROVIDER)
    till.refund(payment, 500, Liable.PLATFORM)
    payment = till.settle(payment)
    assert payment.refunded_amount == 4_500
    assert till.balance(AccountKind.PAYABLE, ellen) == 5_000
    assert till.balance(AccountKind.GOODWILL) == 500


def test_what_a_provider_is_owed_no_more_they_owe_us(till: Till) -> None:
    payment, ellen = till.captured(), ids.new()
    till.distribute(payment, earned=3_000, to=ellen)
    till.refund(payment, 7_000, Liable.PROVIDER)
    assert till.settle(payment).refunded_amount == 7_000
    assert till.balance(AccountKind.PAYABLE, ellen) == 0
    assert till.balance(AccountKind.RECEIVABLE, ellen) == 4_000
    till.refund(payment, 1_000, Liable.PROVIDER)
    assert till.settle(payment).refunded_amount == 8_000
    assert till.balance(AccountKind.RECEIVABLE, ellen) == 5_000


def test_no_provider_bears_what_none_has_earned(till: Till) -> None:
    payment = till.captured()
    with pytest.raises(payments.NobodyWasPaid):
        till.refund(payment, 100, Liable.PROVIDER)


@pytest.mark.parametrize("amount", [0, -1, 10_001])
def test_more_than_was_taken_is_not_given_back(till: Till, amount: int) -> None:
    payment = till.captured()
    with pytest.raises(payments.RefundTooLarge):
        till.refund(payment, amount, Liable.BOOKING)


def test_refunds_on_their_way_count_as_given_back(till: Till) -> None:
    payment = till.captured()
    till.refund(payment, 6_000, Liable.BOOKING)
    with pytest.raises(payments.RefundTooLarge):
        till.refund(payment, 4_001, Liable.PLATFORM)
    for amount in (1_000, 2_000, 1_000):
        till.refund(payment, amount, Liable.BOOKING)
    assert till.settle(payment).refunded_amount == 10_000
    assert len(till.effects("/v1/refunds")) == 4


def test_a_refund_that_takes_days_is_followed_to_its_end(till: Till) -> None:
    payment = till.captured(method="pm_card_pendingRefund")
    till.keep(payment, 0)
    payment = till.settle(payment)
    assert payment.settled_at is not None
    assert payment.refunded_amount == 0
    till.later(days=6)
    with till.transactions() as session:
        assert payments.stale(session, till.at) == [payment.id]
    assert till.bring(payment).refunded_amount == 10_000


def test_a_refund_that_comes_back_is_owed_again(till: Till) -> None:
    payment = till.captured(method="pm_card_refundFail")
    till.keep(payment, 0)
    assert till.settle(payment).refunded_amount == 10_000
    till.later(days=6)
    payment = till.bring(payment)
    assert payment.refunded_amount == 0
    assert payment.settled_at is None
    assert till.balance(AccountKind.HELD, payment.subject_id) == 10_000
    with till.transactions() as session:
        [refund] = payments.refunds(session, payment.id)
    assert (refund.state, refund.failure_code) == (RefundState.FAILED, "expired_or_canceled_card")
    assert "payment.refund_failed" in till.told(payment)


def test_what_is_refused_too_often_is_parked_until_somebody_decides_anew(till: Till) -> None:
    payment = till.captured()
    till.keep(payment, 0)
    till.gateway.refuses = "refund"
    tries = 0
    while till.settle(payment).parked_at is None:
        tries += 1
        till.later(hours=2)
    assert tries == 5
    assert till.balance(AccountKind.HELD, payment.subject_id) == 10_000
    assert till.told(payment)[-1] == "payment.parked"
    with till.transactions() as session:
        assert payments.due(session, till.at) == []
    till.gateway.refuses = ""
    till.keep(payment, 0)
    assert till.settle(payment).refunded_amount == 10_000


def test_after_a_refusal_the_next_try_waits(till: Till) -> None:
    payment = till.captured()
    till.keep(payment, 0)
    till.gateway.refuses = "refund"
    for _ in range(3):
        till.settle(payment)
    assert till.gateway.calls.count("refund") == 1


def test_a_refund_made_by_hand_just_before_ours_is_followed_instead(till: Till) -> None:
    payment = till.captured()
    till.keep(payment, 0)
    till.stripe("POST", "refunds", payment_intent=payment.provider_reference, amount="10000")
    payment = till.settle(payment)
    assert payment.refunded_amount == 10_000
    with till.transactions() as session:
        states = {made.reason_code: made.state for made in payments.refunds(session, payment.id)}
    assert states == {"not_kept": RefundState.FAILED, "made_at_provider": RefundState.SUCCEEDED}


def test_refunds_made_by_hand_are_borne_by_what_is_held_or_the_platform(till: Till) -> None:
    payment, ellen = till.captured(), ids.new()
    till.stripe("POST", "refunds", payment_intent=payment.provider_reference, amount="1000")
    till.bring(payment)
    assert till.balance(AccountKind.HELD, payment.subject_id) == 9_000
    till.distribute(payment, earned=8_000, to=ellen)
    till.stripe("POST", "refunds", payment_intent=payment.provider_reference, amount="500")
    till.bring(payment)
    assert till.balance(AccountKind.GOODWILL) == 500
    assert till.now(payment).refunded_amount == 1_500


def test_money_of_zero_two_and_three_decimals_is_counted_right(till: Till) -> None:
    for currency, amount in (("JPY", 5_000), ("ISK", 700), ("KWD", 12_340), ("SEK", 30_000)):
        payment = till.authorize(till.asked(amount, currency))
        till.keep(payment, amount)
        payment = till.settle(payment)
        assert (payment.captured_amount, payment.currency) == (amount, currency)
    intents = till.stripe("GET", "payment_intents")["data"]
    assert {intent["currency"]: intent["amount"] for intent in intents} == {
        "jpy": 5_000,
        "isk": 70_000,
        "kwd": 12_340,
        "sek": 30_000,
    }


def test_two_who_pay_with_one_card_are_known_as_one_and_two_with_a_card_each_are_not(till: Till) -> None:
    people = ("Aino", "Ben")
    for name in people:
        card = till.stripe("POST", "payment_methods", **{"type": "card", "card[token]": "tok_visa"})
        till.authorize(till.asked(by=name), card["id"])
    till.authorize(till.asked(by="Cleo"), "pm_card_visa")
    till.authorize(till.asked(by="Dara"), "pm_card_visa")
    with till.transactions() as session:
        aino, ben, cleo, dara = (cast.user(session, name).id for name in (*people, "Cleo", "Dara"))
        found = identity.cluster_of(session, [aino, ben, cleo, dara])
    assert found[aino] == found[ben]
    assert (found[cleo], found[dara]) == (cleo, dara)


def test_a_card_is_noted_once_for_a_charge_and_not_at_each_look(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    noted: list[str] = []
    monkeypatch.setattr(identity, "note_signal", lambda *given: noted.append(given[3]))
    payment = till.captured()
    till.bring(payment)
    assert len(noted) == 1
