"""How an amount comes to be held: cards that decline, banks that ask, and whose card it is."""

import pytest

from domain import identity, payments
from domain.payments import PaymentState
from tests import cast
from tests.domain.payments.payment_harness import PaymentHarness


@pytest.mark.parametrize(
    ("method", "code"),
    [
        ("pm_card_visa_chargeDeclined", "generic_decline"),
        ("pm_card_visa_chargeDeclinedInsufficientFunds", "insufficient_funds"),
        ("pm_card_chargeDeclinedExpiredCard", "expired_card"),
    ],
)
def test_after_a_declined_card_another_one_may_be_tried(
    harness: PaymentHarness, method: str, code: str
) -> None:
    payment = harness.make_payment()
    with pytest.raises(payments.PaymentDeclined) as declined:
        harness.authorize(payment, method)
    assert declined.value.extras == {"code": code}
    assert harness.reload(payment).state is PaymentState.FAILED
    payment = harness.authorize(payment)
    assert payment.state is PaymentState.AUTHORIZED
    assert payment.failure_code is None
    assert harness.event_names(payment) == ["payment.failed", "payment.authorized"]


def test_a_payment_method_that_does_not_exist_is_refused(harness: PaymentHarness) -> None:
    payment = harness.make_payment()
    with pytest.raises(payments.PaymentMethodNotUsable) as unfit:
        harness.authorize(payment, "pm_nonsense")
    assert unfit.value.field == "payment_method"
    assert harness.authorize(payment).state is PaymentState.AUTHORIZED


def test_a_bank_may_want_to_hear_from_its_customer_first(harness: PaymentHarness) -> None:
    payment = harness.authorize(harness.make_payment(), "pm_card_threeDSecure2Required")
    assert payment.state is PaymentState.REQUIRES_ACTION
    assert payment.next_action is not None
    assert "_secret_" in payment.next_action["client_secret"]
    assert harness.authorize(payment, "pm_card_threeDSecure2Required").state is PaymentState.REQUIRES_ACTION
    harness.control("POST", f"payment_intents/{payment.provider_reference}/authenticate")
    payment = harness.authorize(payment, "pm_card_threeDSecure2Required")
    assert payment.state is PaymentState.AUTHORIZED
    assert payment.next_action is None
    assert harness.event_names(payment) == ["payment.action_required", "payment.authorized"]


def test_who_does_not_pass_their_bank_may_take_another_card(harness: PaymentHarness) -> None:
    payment = harness.authorize(harness.make_payment(), "pm_card_threeDSecure2Required")
    harness.control("POST", f"payment_intents/{payment.provider_reference}/authenticate", outcome="failed")
    assert harness.refresh(payment).state is PaymentState.FAILED
    assert harness.authorize(payment).state is PaymentState.AUTHORIZED


def test_a_waiting_payment_can_be_switched_to_another_card(harness: PaymentHarness) -> None:
    payment = harness.authorize(harness.make_payment(), "pm_card_threeDSecure2Required")
    assert harness.authorize(payment).state is PaymentState.AUTHORIZED


def test_a_waiting_payment_is_called_off_at_the_provider(harness: PaymentHarness) -> None:
    payment = harness.authorize(harness.make_payment(), "pm_card_threeDSecure2Required")
    harness.set_capture_target(payment, 0)
    assert harness.sync(payment).state is PaymentState.CANCELLED


def test_authorizing_twice_holds_once(harness: PaymentHarness) -> None:
    payment = harness.make_authorized()
    assert harness.authorize(payment).state is PaymentState.AUTHORIZED
    assert len(harness.stripe("GET", "payment_intents")["data"]) == 1


def test_one_customer_is_made_known_once(harness: PaymentHarness) -> None:
    harness.make_authorized()
    harness.make_authorized()
    assert harness.gateway.calls.count("customer") == 1


def test_two_who_pay_with_one_card_are_known_as_one_and_two_with_a_card_each_are_not(
    harness: PaymentHarness,
) -> None:
    people = ("Aino", "Ben")
    for name in people:
        card = harness.stripe("POST", "payment_methods", **{"type": "card", "card[token]": "tok_visa"})
        harness.authorize(harness.make_payment(by=name), card["id"])
    harness.authorize(harness.make_payment(by="Cleo"), "pm_card_visa")
    harness.authorize(harness.make_payment(by="Dara"), "pm_card_visa")
    with harness.transactions() as session:
        aino, ben, cleo, dara = (cast.user(session, name).id for name in (*people, "Cleo", "Dara"))
        clusters = identity.cluster_of(session, [aino, ben, cleo, dara])
    assert clusters[aino] == clusters[ben]
    assert (clusters[cleo], clusters[dara]) == (cleo, dara)


def test_a_card_is_noted_once_for_a_charge_and_not_at_each_look(
    harness: PaymentHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    noted: list[str] = []
    monkeypatch.setattr(identity, "record_signal", lambda *given: noted.append(given[3]))
    payment = harness.make_captured()
    harness.refresh(payment)
    assert len(noted) == 1
