"""How an amount comes to be held: cards that decline, banks that ask, and whose card it is."""

import pytest

from domain import identity, payments
from domain.payments import PaymentState
from tests import cast
from tests.domain.payments.harness import Till


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
    monkeypatch.setattr(identity, "record_signal", lambda *given: noted.append(given[3]))
    payment = till.captured()
    till.bring(payment)
    assert len(noted) == 1
