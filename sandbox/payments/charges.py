"""Charges: one attempt to take money from a card.

Made by payment intents; here are their shape, capture and release.
"""

from sandbox import ledger
from sandbox.payments.payment_methods import get_card
from sandbox.payments.refunds import create_refund_object as write_refund
from sandbox.payments.test_cards import Card
from sandbox.protocol import ids, lists, params, search
from sandbox.protocol.routing import ApiCall, ApiRoute, path_object, update_object
from sandbox.protocol.wire import Object
from sandbox.webhooks.events import record_event

HOUR = 3_600
ONLINE_HOLD = 7 * ledger.DAY
MERCHANT_INITIATED_VISA_HOLD = 4 * ledger.DAY + 18 * HOUR
"""How long card networks let an authorization stand.

Seven days with the customer present, and for Visa four days and
eighteen hours when the merchant acts alone (Stripe, "Place a hold on a payment method")."""


def create_charge(call: ApiCall, intent: Object, method: Object, *, captured: bool, hold: int) -> Object:
    """A successful authorization of the intent's amount, not yet captured; returns the kept charge."""
    charge = _charge_object(call, intent, method, hold=None if captured else call.at + hold)
    call.store.insert(charge, call.account)
    return charge


def create_failed_charge(
    call: ApiCall, intent: Object, method: Object, code: str, decline_code: str, message: str
) -> Object:
    """A declined attempt: on record, without money."""
    charge = _charge_object(call, intent, method, hold=None)
    outcome = charge["outcome"] | {
        "network_status": "declined_by_network", "reason": decline_code, "type": "issuer_declined",
        "seller_message": "The bank did not return any further details with this decline.",
    }  # fmt: skip
    charge |= {
        "failure_code": code,
        "failure_message": message,
        "paid": False,
        "status": "failed",
        "outcome": outcome,
    }
    call.store.insert(charge, call.account)
    record_event(call, "charge.failed", charge)
    return charge


def hold_seconds(card: Card, *, off_session: bool) -> int:
    """How many seconds an authorization on this card stands."""
    return MERCHANT_INITIATED_VISA_HOLD if off_session and card.brand == "visa" else ONLINE_HOLD


def capture_charge(call: ApiCall, charge: Object, amount: int) -> Object:
    """Capture `amount`; what was held beyond it goes back to the holder. Returns the changed charge."""
    card = get_card(call, charge["payment_method"])
    available_at = call.at if card.available_at_once else ledger.card_payment_available_at(call)
    entry = ledger.record_movement(
        call,
        amount,
        currency=charge["currency"],
        against="network",
        kind="charge",
        source=charge["id"],
        fee=ledger.default_fee(call.store, amount),
        available_on=available_at,
        description=charge["description"],
    )
    charge |= {"amount_captured": amount, "captured": True, "balance_transaction": entry["id"]}
    call.store.save(charge)
    if amount < charge["amount"]:
        release_hold(call, charge, charge["amount"] - amount)
    return charge


def release_hold(call: ApiCall, charge: Object, amount: int, reason: str | None = None) -> None:
    """Let go of what was only held.

    Stripe writes a refund for it, one that no balance transaction stands behind.
    """
    refund = write_refund(call, charge, amount, {"reason": reason})
    charge["amount_refunded"] += amount
    charge["refunded"] = charge["amount_refunded"] == charge["amount"]
    call.store.save(charge)
    record_event(call, "refund.created", refund)
    record_event(call, "charge.refunded", charge)


def _charge_object(call: ApiCall, intent: Object, method: Object, hold: int | None) -> Object:
    return {
        "id": ids.new_id("ch"), "object": "charge", "amount": intent["amount"], "amount_captured": 0,
        "amount_refunded": 0,
        "application": None, "application_fee": None, "application_fee_amount": None,
        "balance_transaction": None,
        "billing_details": method["billing_details"], "calculated_statement_descriptor": "SANDBOX",
        "captured": False,
        "created": call.at, "currency": intent["currency"], "customer": intent["customer"],
        "description": intent["description"], "disputed": False, "failure_balance_transaction": None,
        "failure_code": None, "failure_message": None, "fraud_details": {}, "livemode": False,
        "metadata": dict(intent["metadata"]), "on_behalf_of": None, "outcome": _approved(), "paid": True,
        "payment_intent": intent["id"], "payment_method": method["id"],
        "payment_method_details": _details(method, intent["amount"], hold),
        "receipt_email": intent["receipt_email"],
        "receipt_number": None, "receipt_url": None, "refunded": False, "review": None, "shipping": None,
        "source": None, "source_transfer": None, "statement_descriptor": None,
        "statement_descriptor_suffix": intent["statement_descriptor_suffix"], "status": "succeeded",
        "transfer_data": None, "transfer_group": intent["transfer_group"],
    }  # fmt: skip


def _approved() -> Object:
    return {
        "advice_code": None, "network_advice_code": None, "network_decline_code": None,
        "network_status": "approved_by_network", "reason": None, "risk_level": "normal", "risk_score": 20,
        "seller_message": "Payment complete.", "type": "authorized",
    }  # fmt: skip


def _details(method: Object, amount: int, hold: int | None) -> Object:
    shown = {name: method["card"][name] for name in
             ("brand", "checks", "country", "exp_month", "exp_year", "fingerprint", "funding",
             "last4")}  # fmt: skip
    card: Object = shown | {
        "amount_authorized": amount, "authorization_code": "123456",
        "extended_authorization": {"status": "disabled"},
        "incremental_authorization": {"status": "unavailable"},
        "installments": None, "mandate": None, "multicapture": {"status": "unavailable"},
        "network": method["card"]["brand"], "network_token": {"used": False}, "network_transaction_id": None,
        "overcapture": {"maximum_amount_capturable": amount, "status": "unavailable"},
        "regulated_status": "unregulated", "three_d_secure": None, "wallet": None,
    }  # fmt: skip
    if hold is not None:
        card["capture_before"] = hold
    return {"card": card, "type": "card"}


def _update(call: ApiCall) -> Object:
    charge = update_object(
        call, path_object(call, "charge"), "description", "receipt_email", "transfer_group"
    )
    record_event(call, "charge.updated", charge)
    return charge


_FILTERS = dict.fromkeys(("customer", "payment_intent", "transfer_group"), params.text)
_FIELDS = {"description": params.text, "receipt_email": params.text, "transfer_group": params.text}
ROUTES = [
    ApiRoute(
        "GET",
        "/v1/charges",
        lists.list_handler("charge", "/v1/charges", *_FILTERS),
        params.list_params(**_FILTERS),
    ),
    ApiRoute(
        "GET", "/v1/charges/search", search.search_handler("charge", "/v1/charges/search"), search.READER
    ),
    ApiRoute("GET", "/v1/charges/{id}", lambda call: path_object(call, "charge")),
    ApiRoute("POST", "/v1/charges/{id}", _update, params.request_params(metadata=params.metadata, **_FIELDS)),
    ApiRoute(
        "GET",
        "/v1/charges/{charge}/refunds",
        lambda call: lists.list_page(
            call, "refund", f"/v1/charges/{call.path['charge']}/refunds", {"charge": call.path["charge"]}
        ),
        params.list_params(),
    ),
]
