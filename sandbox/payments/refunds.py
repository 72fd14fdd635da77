"""Refunds: back to the card what was captured, in parts or whole, never more than is left."""

from sandbox import ledger
from sandbox.payments.currencies import check_units
from sandbox.payments.payment_methods import get_card
from sandbox.protocol import ids, lists, params
from sandbox.protocol.errors import invalid_parameter, request_rejected
from sandbox.protocol.routing import (
    ApiCall,
    ApiRoute,
    metadata_from_params,
    parameter_object,
    path_object,
    update_object,
)
from sandbox.protocol.wire import Object
from sandbox.webhooks.events import record_event

PENDING_FOR = 5 * ledger.DAY
"""How long the documented pending-refund card keeps a refund pending, and a failing one looks well."""


def create_refund_object(call: ApiCall, charge: Object, amount: int, extra: Object) -> Object:
    """A kept refund object of a charge; the books are the caller's affair."""
    refund: Object = {
        "id": ids.new_id("re"), "object": "refund", "amount": amount, "balance_transaction": None,
        "charge": charge["id"],
        "created": call.at, "currency": charge["currency"], "customer": charge["customer"],
        "customer_account": None,
        "destination_details": {"card": {"type": "refund"}, "type": "card"}, "metadata": {},
        "payment_intent": charge["payment_intent"], "payment_method": charge["payment_method"],
        "reason": None,
        "receipt_number": None, "source_transfer_reversal": None, "status": "succeeded",
        "transfer_reversal": None,
    }  # fmt: skip
    return call.store.insert(refund | extra, call.account)


def finish_refund(call: ApiCall, key: str) -> None:
    """What the bank does later: a pending refund succeeds, one to a closed account fails and comes back."""
    refund = path_object(ApiCall(call.store, call.at, call.account, path={"id": key}), "refund")
    if refund["status"] == "pending":
        refund["status"] = "succeeded"
        _record_update(call, call.store.save(refund))
    elif refund["status"] == "succeeded":
        _return_refund(call, refund, "failed", {"failure_reason": "expired_or_canceled_card"})
        _record_update(call, refund, "refund.failed")


def _create(call: ApiCall) -> Object:
    charge = _charge(call)
    amount = call.params.get("amount", charge["amount"] - charge["amount_refunded"])
    _check_refundable(call, charge, amount)
    card = get_card(call, charge["payment_method"])
    extra = {
        "metadata": metadata_from_params(call), "reason": call.params.get("reason"),
        "status": "pending" if card.refund == "pending" else "succeeded",
    }  # fmt: skip
    refund = create_refund_object(call, charge, amount, extra)
    entry = ledger.record_movement(
        call,
        -amount,
        currency=charge["currency"],
        against="network",
        kind="refund",
        source=refund["id"],
        available_on=ledger.counter_movement_available_at(call, charge["balance_transaction"]),
        description=None,
    )
    call.store.save(refund | {"balance_transaction": entry["id"]})
    refund["balance_transaction"] = entry["id"]
    _add_refunded_amount(call, charge, amount)
    record_event(call, "refund.created", refund)
    record_event(call, "charge.refunded", charge)
    if card.refund:
        call.start_timer(call.at + PENDING_FOR, "settle_refund", refund["id"])
    return refund


def _charge(call: ApiCall) -> Object:
    if ("charge" in call.params) == ("payment_intent" in call.params):
        raise invalid_parameter(
            "One of the following params should be provided: payment_intent or charge.", "payment_intent"
        )
    if "charge" in call.params:
        return parameter_object(call, "charge", "charge")
    intent = parameter_object(call, "payment_intent", "payment_intent")
    if intent["status"] != "succeeded":
        raise request_rejected(
            f"This PaymentIntent ({intent['id']}) does not have a successful charge to refund.",
            "payment_intent",
            "payment_intent_unexpected_state",
        )  # fmt: skip
    charge = call.store.find(intent["latest_charge"])
    assert charge is not None, intent["id"]  # noqa: S101  a succeeded intent has its charge, or our books are wrong
    return charge


def _check_refundable(call: ApiCall, charge: Object, amount: int) -> None:
    left = charge["amount"] - charge["amount_refunded"]
    if charge["status"] != "succeeded" or not charge["captured"]:
        raise request_rejected(
            f"Charge {charge['id']} has not been captured and cannot be refunded.",
            "charge",
            "charge_not_refundable",
        )
    if charge["disputed"] and not _refundable_despite_dispute(call, charge):
        raise request_rejected(
            f"Charge {charge['id']} has been charged back; cannot issue a refund.",
            "charge",
            "charge_disputed",
        )
    if left == 0:
        raise request_rejected(
            f"Charge {charge['id']} has already been refunded.", None, "charge_already_refunded"
        )
    if amount > left:
        raise request_rejected(
            f"Refund amount ({amount}) is greater than unrefunded amount on charge ({left})", "amount"
        )
    check_units(amount, charge["currency"])


def _refundable_despite_dispute(call: ApiCall, charge: Object) -> bool:
    disputes = call.store.select("dispute", "json_extract(body, '$.charge') = ?", charge["id"])
    return all(dispute["is_charge_refundable"] for dispute in disputes)


def _add_refunded_amount(call: ApiCall, charge: Object, amount: int) -> None:
    charge["amount_refunded"] += amount
    charge["refunded"] = charge["amount_refunded"] == charge["amount"]
    call.store.save(charge)


def _return_refund(call: ApiCall, refund: Object, status: str, extra: Object) -> None:
    entry = ledger.record_movement(
        call, refund["amount"], currency=refund["currency"], against="network", kind="refund_failure",
        source=refund["id"],
        available_on=ledger.counter_movement_available_at(call, refund["balance_transaction"]),
    )  # fmt: skip
    refund |= extra | {"status": status, "failure_balance_transaction": entry["id"]}
    call.store.save(refund)
    charge = call.store.find(refund["charge"])
    if charge is not None:
        _add_refunded_amount(call, charge, -refund["amount"])


def _cancel(call: ApiCall) -> Object:
    refund = path_object(call, "refund")
    if refund["status"] != "pending":
        raise request_rejected("Only pending refunds can be canceled.")
    _return_refund(call, refund, "canceled", {})
    _record_update(call, refund)
    return refund


def _update(call: ApiCall) -> Object:
    refund = update_object(call, path_object(call, "refund"))
    _record_update(call, refund)
    return refund


def _record_update(call: ApiCall, refund: Object, *more: str) -> None:
    """A change under its old and its new name, as Stripe tells it, and what else it is."""
    for name in ("charge.refund.updated", "refund.updated", *more):
        record_event(call, name, refund)


_REASON = params.choice_of("duplicate", "fraudulent", "requested_by_customer")
_MAKE = params.request_params(
    amount=params.positive, charge=params.text, payment_intent=params.text, reason=_REASON,
    metadata=params.metadata,
)  # fmt: skip
_FILTERS = {"charge": params.text, "payment_intent": params.text}
ROUTES = [
    ApiRoute("POST", "/v1/refunds", _create, _MAKE),
    ApiRoute(
        "GET",
        "/v1/refunds",
        lists.list_handler("refund", "/v1/refunds", *_FILTERS),
        params.list_params(**_FILTERS),
    ),
    ApiRoute("GET", "/v1/refunds/{id}", lambda call: path_object(call, "refund")),
    ApiRoute("POST", "/v1/refunds/{id}", _update, params.request_params(metadata=params.metadata)),
    ApiRoute("POST", "/v1/refunds/{id}/cancel", _cancel),
]
