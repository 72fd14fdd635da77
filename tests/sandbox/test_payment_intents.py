"""Payments: a wish, a card, an answer."""

import pytest
import stripe

from tests.sandbox.sandbox_client import DAY, SandboxClient


def test_an_automatic_payment_succeeds_and_leaves_a_pending_balance_transaction(
    sandbox: SandboxClient,
) -> None:
    paid = sandbox.payment(10_000, expand=["latest_charge.balance_transaction"])
    entry = paid.latest_charge.balance_transaction
    assert (paid.status, paid.amount_received) == ("succeeded", 10_000)
    assert (entry.amount, entry.fee, entry.net, entry.status) == (10_000, 320, 9_680, "pending")


def test_a_manual_payment_holds_the_amount_until_capture(sandbox: SandboxClient) -> None:
    held = sandbox.payment(capture_method="manual", expand=["latest_charge"])
    assert (held.status, held.amount_capturable, held.amount_received) == ("requires_capture", 10_000, 0)
    assert held.latest_charge.captured is False
    assert held.latest_charge.payment_method_details.card.capture_before == held.created + 7 * DAY
    assert sandbox.stripe.balance.retrieve().pending == []


def test_a_merchant_initiated_visa_hold_is_shorter(sandbox: SandboxClient) -> None:
    customer = sandbox.stripe.customers.create({})
    held = sandbox.payment(
        capture_method="manual", off_session=True, customer=customer.id, expand=["latest_charge"]
    )
    lives = held.latest_charge.payment_method_details.card.capture_before - held.created
    assert lives == 4 * DAY + 18 * 3_600


def test_a_partial_capture_releases_the_remainder(sandbox: SandboxClient) -> None:
    held = sandbox.payment(capture_method="manual")
    taken = sandbox.stripe.payment_intents.capture(
        held.id, {"amount_to_capture": 6_000, "expand": ["latest_charge"]}
    )
    charge = taken.latest_charge
    assert (taken.status, taken.amount, taken.amount_received, taken.amount_capturable) == (
        "succeeded", 10_000, 6_000, 0)  # fmt: skip
    assert (charge.amount_captured, charge.amount_refunded, charge.refunded) == (6_000, 4_000, False)


def test_no_more_can_be_captured_than_was_held(sandbox: SandboxClient) -> None:
    held = sandbox.payment(capture_method="manual")
    with pytest.raises(stripe.InvalidRequestError) as exc_info:
        sandbox.stripe.payment_intents.capture(held.id, {"amount_to_capture": 10_001})
    assert (exc_info.value.code, exc_info.value.param) == ("amount_too_large", "amount_to_capture")


def test_capturing_twice_is_refused_with_the_intent_in_the_error(sandbox: SandboxClient) -> None:
    held = sandbox.payment(capture_method="manual")
    sandbox.stripe.payment_intents.capture(held.id)
    with pytest.raises(stripe.InvalidRequestError) as exc_info:
        sandbox.stripe.payment_intents.capture(held.id)
    assert exc_info.value.code == "payment_intent_unexpected_state"
    assert exc_info.value.error is not None
    assert exc_info.value.error.payment_intent.status == "succeeded"  # type: ignore[union-attr]  # present by contract


def test_cancelling_lets_go_of_the_hold(sandbox: SandboxClient) -> None:
    held = sandbox.payment(capture_method="manual")
    gone = sandbox.stripe.payment_intents.cancel(
        held.id, {"cancellation_reason": "requested_by_customer", "expand": ["latest_charge"]}
    )
    assert (gone.status, gone.cancellation_reason, gone.amount_capturable) == (
        "canceled",
        "requested_by_customer",
        0,
    )
    assert gone.latest_charge.refunded is True
    assert sandbox.control("books")["accounts"] == []


DECLINES = [
    ("pm_card_visa_chargeDeclined", "card_declined", "generic_decline"),
    ("pm_card_chargeDeclined", "card_declined", "generic_decline"),
    ("pm_card_chargeDeclinedInsufficientFunds", "card_declined", "insufficient_funds"),
    ("pm_card_visa_chargeDeclinedInsufficientFunds", "card_declined", "insufficient_funds"),
    ("pm_card_visa_chargeDeclinedLostCard", "card_declined", "lost_card"),
    ("pm_card_visa_chargeDeclinedStolenCard", "card_declined", "stolen_card"),
    ("pm_card_chargeDeclinedExpiredCard", "expired_card", "expired_card"),
    ("pm_card_chargeDeclinedIncorrectCvc", "incorrect_cvc", "incorrect_cvc"),
    ("pm_card_chargeDeclinedProcessingError", "processing_error", "processing_error"),
    ("pm_card_visa_chargeDeclinedVelocityLimitExceeded", "card_declined", "card_velocity_exceeded"),
    ("pm_card_chargeCustomerFail", "card_declined", "generic_decline"),
    ("pm_card_radarBlock", "card_declined", "fraudulent"),
]


@pytest.mark.parametrize(("card", "code", "decline_code"), DECLINES)
def test_each_declining_card_declines_in_its_own_way(
    sandbox: SandboxClient, card: str, code: str, decline_code: str
) -> None:
    with pytest.raises(stripe.CardError) as exc_info:
        sandbox.payment(card=card)
    error = exc_info.value.error
    assert error is not None
    assert (exc_info.value.http_status, error.code, error.decline_code) == (402, code, decline_code)
    kept = sandbox.stripe.payment_intents.list({"expand": ["data.latest_charge"]}).data[0]
    assert (kept.status, kept.last_payment_error.code) == ("requires_payment_method", code)
    assert (kept.latest_charge.status, kept.latest_charge.failure_code) == ("failed", code)


def test_a_declined_payment_can_be_tried_again_with_another_card(sandbox: SandboxClient) -> None:
    with pytest.raises(stripe.CardError):
        sandbox.payment(card="pm_card_chargeDeclined")
    intent = sandbox.stripe.payment_intents.list().data[0]
    again = sandbox.stripe.payment_intents.confirm(intent.id, {"payment_method": "pm_card_visa"})
    assert (again.status, again.last_payment_error) == ("succeeded", None)


def test_a_card_that_must_be_authenticated_waits_for_its_holder(sandbox: SandboxClient) -> None:
    payment = sandbox.payment(card="pm_card_threeDSecure2Required", return_url="http://127.0.0.1/back")
    assert payment.status == "requires_action"
    link = payment.next_action.redirect_to_url.url
    answer = sandbox.http.get(link)
    assert (answer.status_code, answer.headers["location"]) == (
        303, f"http://127.0.0.1/back?payment_intent={payment.id}")  # fmt: skip
    assert sandbox.stripe.payment_intents.retrieve(payment.id).status == "succeeded"


def test_a_holder_who_fails_to_authenticate_leaves_the_intent_without_a_card(sandbox: SandboxClient) -> None:
    payment = sandbox.payment(card="pm_card_authenticationRequired", capture_method="manual")
    assert payment.next_action.type == "use_stripe_sdk"
    sandbox.control(f"payment_intents/{payment.id}/authenticate", {"outcome": "failed"})
    failed = sandbox.stripe.payment_intents.retrieve(payment.id)
    assert failed.status == "requires_payment_method"
    assert failed.last_payment_error.code == "payment_intent_authentication_failure"


def test_a_card_saved_with_a_setup_intent_pays_without_its_holder(sandbox: SandboxClient) -> None:
    customer = sandbox.stripe.customers.create({"email": "mei@example.org"})
    setup = sandbox.stripe.setup_intents.create(
        {"customer": customer.id, "payment_method": "pm_card_authenticationRequiredOnSetup", "confirm": True}
    )
    assert setup.status == "requires_action"
    sandbox.control(f"setup_intents/{setup.id}/authenticate", {})
    saved = sandbox.stripe.customers.payment_methods.list(customer.id).data[0]
    paid = sandbox.payment(card=saved.id, customer=customer.id, off_session=True)
    assert paid.status == "succeeded"


def test_an_absent_holder_cannot_authenticate(sandbox: SandboxClient) -> None:
    with pytest.raises(stripe.CardError) as exc_info:
        sandbox.payment(card="pm_card_authenticationRequired", off_session=True)
    assert exc_info.value.code == "authentication_required"


def test_another_customers_card_is_refused(sandbox: SandboxClient) -> None:
    mei, arun = sandbox.stripe.customers.create({}), sandbox.stripe.customers.create({})
    card = sandbox.stripe.payment_methods.attach("pm_card_visa", {"customer": mei.id})
    with pytest.raises(stripe.InvalidRequestError) as exc_info:
        sandbox.payment(card=card.id, customer=arun.id)
    assert exc_info.value.param == "payment_method"


def test_a_redirecting_payment_needs_somewhere_to_return_to(sandbox: SandboxClient) -> None:
    with pytest.raises(stripe.InvalidRequestError) as exc_info:
        sandbox.stripe.payment_intents.create(
            {"amount": 500, "currency": "sgd", "confirm": True, "payment_method": "pm_card_visa"}
        )
    assert exc_info.value.param == "return_url"
    assert sandbox.stripe.payment_intents.list().data == []


AMOUNTS = [
    ({"amount": 49, "currency": "usd"}, "amount_too_small"),
    ({"amount": 100_000_000, "currency": "usd"}, "amount_too_large"),
    ({"amount": 1_005, "currency": "kwd"}, "invalid_charge_amount"),
    ({"amount": 150, "currency": "isk"}, "invalid_charge_amount"),
    ({"amount": 49, "currency": "jpy"}, "amount_too_small"),
    ({"amount": 500, "currency": "xxx"}, None),
]


@pytest.mark.parametrize(("request_params", "code"), AMOUNTS)
def test_amounts_that_no_card_network_carries_are_refused(
    sandbox: SandboxClient, request_params: dict[str, object], code: str | None
) -> None:
    with pytest.raises(stripe.InvalidRequestError) as exc_info:
        sandbox.stripe.payment_intents.create(request_params)
    assert exc_info.value.code == code


def test_a_zero_decimal_amount_is_taken_as_it_stands(sandbox: SandboxClient) -> None:
    assert sandbox.payment(1_099, currency="JPY").amount_received == 1_099


def test_an_intent_is_found_by_its_metadata_and_status(sandbox: SandboxClient) -> None:
    payment = sandbox.payment(metadata={"booking": "bkg_1"})
    sandbox.payment(metadata={"booking": "bkg_2"})
    query = "metadata['booking']:'bkg_1' AND status:'succeeded' AND amount>100 AND -currency:'usd'"
    assert [item.id for item in sandbox.stripe.payment_intents.search({"query": query}).data] == [payment.id]


def test_search_may_lag_behind_as_it_does_in_reality(sandbox: SandboxClient) -> None:
    sandbox.control("settings", {"search_lag": 60})
    sandbox.payment(metadata={"booking": "bkg_1"})
    query = {"query": "metadata['booking']:'bkg_1'"}
    assert sandbox.stripe.payment_intents.search(query).data == []
    sandbox.advance(60)
    assert len(sandbox.stripe.payment_intents.search(query).data) == 1


def test_an_intent_is_changed_before_it_is_confirmed_and_not_after(sandbox: SandboxClient) -> None:
    intent = sandbox.stripe.payment_intents.create(
        {"amount": 500, "currency": "sgd", "metadata": {"a": "1", "b": "2"}}
    )
    changed = sandbox.stripe.payment_intents.update(
        intent.id, {"amount": 700, "metadata": {"a": "", "c": "3"}, "payment_method": "pm_card_visa"}
    )
    assert (changed.amount, changed.metadata.to_dict(), changed.status) == (
        700, {"b": "2", "c": "3"}, "requires_confirmation")  # fmt: skip
    sandbox.stripe.payment_intents.confirm(intent.id, {"return_url": "http://127.0.0.1/back"})
    with pytest.raises(stripe.InvalidRequestError):
        sandbox.stripe.payment_intents.update(intent.id, {"amount": 800})
