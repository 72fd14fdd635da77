"""Transfers: from the platform's balance to a connected account's, and back again by reversals.

Each is two movements, through `transit`. A transfer out of a charge (`source_transaction`) may run ahead of
the platform's available balance: both sides wait for the charge's hour.
"""

from sandbox import books, ids, lists, params, payouts
from sandbox.accounts import connected
from sandbox.currencies import currency
from sandbox.desk import Call, Route, fetch, named, new_metadata, subject, updated
from sandbox.errors import ApiError, refused
from sandbox.events import record
from sandbox.wire import Object


def _create(call: Call) -> Object:
    if call.account:
        raise ApiError("Only the platform may transfer.", status=403, code="platform_account_required")
    given = call.params
    destination = connected(call, given["destination"], "destination")
    if destination["capabilities"].get("transfers") != "active":
        raise refused(_NOT_ABLE, "destination", "insufficient_capabilities_for_transfer")
    ripe_at, group = _covered(call)
    key = ids.new("tr")
    out = books.move(call, -given["amount"], currency=given["currency"], against="transit", kind="transfer",
                     source=key, available_on=ripe_at, description=given.get("description"))  # fmt: skip
    transfer: Object = {
        "id": key, "object": "transfer", "amount": given["amount"], "amount_reversed": 0,
        "balance_transaction": out["id"], "created": call.at, "currency": given["currency"],
        "description": given.get("description"), "destination": destination["id"],
        "destination_payment": None,
        "livemode": False, "metadata": new_metadata(call),
        "reversals": lists.listed([], f"/v1/transfers/{key}/reversals"), "reversed": False,
        "source_transaction": given.get("source_transaction"),
        "source_type": given.get("source_type", "card"),
        "transfer_group": given.get("transfer_group", group),
    }  # fmt: skip
    transfer["destination_payment"] = _arrive(call.of(destination["id"]), transfer, ripe_at)
    call.store.insert(transfer, call.account)
    record(call, "transfer.created", transfer)
    return transfer


def _covered(call: Call) -> tuple[int, str | None]:
    """When the money is there, and the group it inherits; refuses what nothing covers."""
    amount, code = call.params["amount"], call.params["currency"]
    if "source_transaction" not in call.params:
        if amount > books.balance(call, "available", code):
            raise refused(_TOO_POOR, None, "balance_insufficient")
        return call.at, None
    charge = named(call, "charge", "source_transaction")
    if charge["currency"] != code or not charge["captured"]:
        raise refused("The source transaction must be a captured charge in the transfer's currency.",
                      "source_transaction", "transfer_source_balance_parameters_mismatch")  # fmt: skip
    earlier = call.store.select("transfer", "json_extract(body, '$.source_transaction') = ?", charge["id"])
    left = charge["amount_captured"] - sum(one["amount"] - one["amount_reversed"] for one in earlier)
    if amount > left:
        raise refused(f"Transfers from {charge['id']} cannot exceed its amount: {left} is left.", "amount")
    return books.available_with(call, charge["balance_transaction"]), charge["transfer_group"] or _group(
        charge
    )


def _group(charge: Object) -> str:
    return f"group_{charge['payment_intent'] or charge['id']}"


def _arrive(call: Call, transfer: Object, ripe_at: int) -> str:
    """The payment the connected account sees; returns its id."""
    key = ids.new("py")
    entry = books.move(call, transfer["amount"], currency=transfer["currency"], against="transit",
    kind="payment",
                       category="charge", source=key, available_on=ripe_at)  # fmt: skip
    nothing = dict.fromkeys((
        "application", "application_fee", "application_fee_amount", "calculated_statement_descriptor",
        "customer",
        "description", "failure_balance_transaction", "failure_code", "failure_message", "on_behalf_of",
        "outcome",
        "payment_intent", "payment_method", "receipt_email", "receipt_number", "receipt_url", "review",
        "shipping",
        "source", "statement_descriptor", "statement_descriptor_suffix", "transfer_data",
    ))  # fmt: skip
    nowhere = dict.fromkeys(("city", "country", "line1", "line2", "postal_code", "state"))
    nobody: Object = dict.fromkeys(("email", "name", "phone", "tax_id"))
    payment: Object = nothing | {
        "id": key, "object": "charge", "amount": transfer["amount"], "amount_captured": transfer["amount"],
        "amount_refunded": 0, "balance_transaction": entry["id"],
        "billing_details": nobody | {"address": nowhere},
        "captured": True, "created": call.at, "currency": transfer["currency"], "disputed": False,
        "fraud_details": {},
        "livemode": False, "metadata": {}, "paid": True, "payment_method_details": None, "refunded": False,
        "source_transfer": transfer["id"], "status": "succeeded",
        "transfer_group": transfer["transfer_group"],
    }  # fmt: skip
    call.store.insert(payment, call.account)
    record(call, "payment.created", payment)
    if ripe_at <= call.at:
        payouts.schedule(call, transfer["currency"])
    return key


def _reverse(call: Call) -> Object:
    transfer = fetch(call, "transfer", call.path["transfer"], "transfer")
    left = transfer["amount"] - transfer["amount_reversed"]
    amount = call.params.get("amount", left)
    if left == 0:
        raise refused(f"Transfer {transfer['id']} has already been fully reversed.", "transfer")
    if amount > left:
        raise refused(
            f"Reversal amount ({amount}) is greater than unreversed amount on transfer ({left})", "amount"
        )
    theirs = call.of(transfer["destination"])
    ripe_at = books.available_with(call, transfer["balance_transaction"])
    side = "pending" if ripe_at > call.at else "available"
    if amount > books.balance(theirs, side, transfer["currency"]):
        raise refused(_TOO_POOR, None, "balance_insufficient")
    reversal = _write_back(call, theirs, transfer, amount, ripe_at)
    transfer["amount_reversed"] += amount
    transfer["reversed"] = transfer["amount_reversed"] == transfer["amount"]
    transfer["reversals"]["data"].insert(0, reversal)
    call.store.save(transfer)
    record(call, "transfer.reversed", transfer)
    return reversal


def _write_back(call: Call, theirs: Call, transfer: Object, amount: int, ripe_at: int) -> Object:
    key, code = ids.new("trr"), transfer["currency"]
    refund = _send_back(theirs, transfer, amount, ripe_at, key)
    entry = books.move(call, amount, currency=code, against="transit", kind="transfer_refund", source=key,
                       category="transfer_reversal", available_on=ripe_at)  # fmt: skip
    reversal: Object = {
        "id": key, "object": "transfer_reversal", "amount": amount, "balance_transaction": entry["id"],
        "created": call.at, "currency": code, "destination_payment_refund": refund,
        "metadata": new_metadata(call),
        "source_refund": None, "transfer": transfer["id"],
    }  # fmt: skip
    return call.store.insert(reversal, call.account)


def _send_back(call: Call, transfer: Object, amount: int, ripe_at: int, reversal: str) -> str:
    """The refund the connected account sees; returns its id."""
    key = ids.new("pyr")
    entry = books.move(call, -amount, currency=transfer["currency"], against="transit", kind="payment_refund",
                       category="refund", source=key, available_on=ripe_at)  # fmt: skip
    refund: Object = {
        "id": key, "object": "refund", "amount": amount, "balance_transaction": entry["id"],
        "charge": transfer["destination_payment"], "created": call.at, "currency": transfer["currency"],
        "customer": None, "customer_account": None, "metadata": {}, "payment_intent": None,
        "payment_method": None,
        "reason": None, "receipt_number": None, "source_transfer_reversal": reversal, "status": "succeeded",
        "transfer_reversal": None,
    }  # fmt: skip
    call.store.insert(refund, call.account)
    payment = call.store.find(transfer["destination_payment"])
    assert payment is not None, transfer["id"]  # noqa: S101  every transfer made its payment
    payment["amount_refunded"] += amount
    payment["refunded"] = payment["amount_refunded"] == payment["amount"]
    call.store.save(payment)
    return key


def _update(call: Call) -> Object:
    transfer = updated(call, subject(call, "transfer"), "description")
    record(call, "transfer.updated", transfer)
    return transfer


def _reversals(call: Call) -> Object:
    transfer = fetch(call, "transfer", call.path["transfer"], "transfer")
    url = f"/v1/transfers/{transfer['id']}/reversals"
    return lists.page(call, "transfer_reversal", url, {"transfer": transfer["id"]})


_NOT_ABLE = (
    "Your destination account needs to have at least one of the following capabilities enabled: transfers, "
    "crypto_transfers, legacy_payments"
)
_TOO_POOR = (
    "Insufficient funds in your Stripe balance. In test mode, you can add funds to your available balance "
    "(bypassing "
    "your pending balance) by creating a charge with the payment method pm_card_bypassPending."
)
_MAKE = params.body(
    "amount currency destination", amount=params.positive, currency=currency, destination=params.text,
    description=params.text, metadata=params.metadata, source_transaction=params.text,
    source_type=params.one_of("card"), transfer_group=params.text,
)  # fmt: skip
_BACK = params.body(amount=params.positive, description=params.unsettable, metadata=params.metadata)
_FILTERS = {"destination": params.text, "transfer_group": params.text}
_CHANGE = params.body(description=params.unsettable, metadata=params.metadata)
ROUTES = [
    Route("POST", "/v1/transfers", _create, _MAKE),
    Route(
        "GET", "/v1/transfers", lists.of("transfer", "/v1/transfers", *_FILTERS), params.listing(**_FILTERS)
    ),
    Route("GET", "/v1/transfers/{id}", lambda call: subject(call, "transfer")),
    Route("POST", "/v1/transfers/{id}", _update, _CHANGE),
    Route("POST", "/v1/transfers/{transfer}/reversals", _reverse, _BACK),
    Route("GET", "/v1/transfers/{transfer}/reversals", _reversals, params.listing()),
    Route("GET", "/v1/transfers/{transfer}/reversals/{id}", lambda call: subject(call, "transfer_reversal")),
]
