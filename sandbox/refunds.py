"""Refunds: back to the card what was captured, in parts or whole, never more than is left."""

from sandbox import books, ids, lists, params
from sandbox.currencies import check_units
from sandbox.desk import Call, Route, named, new_metadata, subject, updated
from sandbox.errors import invalid, refused
from sandbox.events import record
from sandbox.payment_methods import card_of
from sandbox.wire import Object

PENDING_FOR = 5 * books.DAY
"""How long the documented pending-refund card keeps a refund pending, and a failing one looks well."""


def write(call: Call, charge: Object, amount: int, extra: Object) -> Object:
    """A kept refund object of a charge; the books are the caller's affair."""
    refund: Object = {
        "id": ids.new("re"), "object": "refund", "amount": amount, "balance_transaction": None,
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


def settle(call: Call, key: str) -> None:
    """What the bank does later: a pending refund succeeds, one to a closed account fails and comes back."""
    refund = subject(Call(call.store, call.at, call.account, path={"id": key}), "refund")
    if refund["status"] == "pending":
        refund["status"] = "succeeded"
        _tell(call, call.store.save(refund))
    elif refund["status"] == "succeeded":
        _take_back(call, refund, "failed", {"failure_reason": "expired_or_canceled_card"})
        _tell(call, refund, "refund.failed")


def _create(call: Call) -> Object:
    charge = _charge(call)
    amount = call.params.get("amount", charge["amount"] - charge["amount_refunded"])
    _may(call, charge, amount)
    card = card_of(call, charge["payment_method"])
    extra = {
        "metadata": new_metadata(call), "reason": call.params.get("reason"),
        "status": "pending" if card.refund == "pending" else "succeeded",
    }  # fmt: skip
    refund = write(call, charge, amount, extra)
    entry = books.move(
        call, -amount, currency=charge["currency"], against="network", kind="refund", source=refund["id"],
        available_on=books.available_with(call, charge["balance_transaction"]), description=None,
    )  # fmt: skip
    call.store.save(refund | {"balance_transaction": entry["id"]})
    refund["balance_transaction"] = entry["id"]
    _count(call, charge, amount)
    record(call, "refund.created", refund)
    record(call, "charge.refunded", charge)
    if card.refund:
        call.timer(call.at + PENDING_FOR, "settle_refund", refund["id"])
    return refund


def _charge(call: Call) -> Object:
    if ("charge" in call.params) == ("payment_intent" in call.params):
        raise invalid(
            "One of the following params should be provided: payment_intent or charge.", "payment_intent"
        )
    if "charge" in call.params:
        return named(call, "charge", "charge")
    intent = named(call, "payment_intent", "payment_intent")
    if intent["status"] != "succeeded":
        raise refused(
            f"This PaymentIntent ({intent['id']}) does not have a successful charge to refund.",
            "payment_intent",
            "payment_intent_unexpected_state",
        )  # fmt: skip
    charge = call.store.find(intent["latest_charge"])
    assert charge is not None, intent["id"]  # noqa: S101  a succeeded intent has its charge, or our books are wrong
    return charge


def _may(call: Call, charge: Object, amount: int) -> None:
    left = charge["amount"] - charge["amount_refunded"]
    if charge["status"] != "succeeded" or not charge["captured"]:
        raise refused(f"Charge {charge['id']} has not been captured and cannot be refunded.", "charge",
                      "charge_not_refundable")  # fmt: skip
    if charge["disputed"] and not _refundable_despite_dispute(call, charge):
        raise refused(f"Charge {charge['id']} has been charged back; cannot issue a refund.", "charge",
                      "charge_disputed")  # fmt: skip
    if left == 0:
        raise refused(f"Charge {charge['id']} has already been refunded.", None, "charge_already_refunded")
    if amount > left:
        raise refused(
            f"Refund amount ({amount}) is greater than unrefunded amount on charge ({left})", "amount"
        )
    check_units(amount, charge["currency"])


def _refundable_despite_dispute(call: Call, charge: Object) -> bool:
    disputes = call.store.select("dispute", "json_extract(body, '$.charge') = ?", charge["id"])
    return all(dispute["is_charge_refundable"] for dispute in disputes)


def _count(call: Call, charge: Object, amount: int) -> None:
    charge["amount_refunded"] += amount
    charge["refunded"] = charge["amount_refunded"] == charge["amount"]
    call.store.save(charge)


def _take_back(call: Call, refund: Object, status: str, extra: Object) -> None:
    entry = books.move(
        call, refund["amount"], currency=refund["currency"], against="network", kind="refund_failure",
        source=refund["id"],
        available_on=books.available_with(call, refund["balance_transaction"]),
    )  # fmt: skip
    refund |= extra | {"status": status, "failure_balance_transaction": entry["id"]}
    call.store.save(refund)
    charge = call.store.find(refund["charge"])
    if charge is not None:
        _count(call, charge, -refund["amount"])


def _cancel(call: Call) -> Object:
    refund = subject(call, "refund")
    if refund["status"] != "pending":
        raise refused("Only pending refunds can be canceled.")
    _take_back(call, refund, "canceled", {})
    _tell(call, refund)
    return refund


def _update(call: Call) -> Object:
    refund = updated(call, subject(call, "refund"))
    _tell(call, refund)
    return refund


def _tell(call: Call, refund: Object, *more: str) -> None:
    """A change under its old and its new name, as Stripe tells it, and what else it is."""
    for name in ("charge.refund.updated", "refund.updated", *more):
        record(call, name, refund)


_REASON = params.one_of("duplicate", "fraudulent", "requested_by_customer")
_MAKE = params.body(
    amount=params.positive, charge=params.text, payment_intent=params.text, reason=_REASON,
    metadata=params.metadata,
)  # fmt: skip
_FILTERS = {"charge": params.text, "payment_intent": params.text}
ROUTES = [
    Route("POST", "/v1/refunds", _create, _MAKE),
    Route("GET", "/v1/refunds", lists.of("refund", "/v1/refunds", *_FILTERS), params.listing(**_FILTERS)),
    Route("GET", "/v1/refunds/{id}", lambda call: subject(call, "refund")),
    Route("POST", "/v1/refunds/{id}", _update, params.body(metadata=params.metadata)),
    Route("POST", "/v1/refunds/{id}/cancel", _cancel),
]
