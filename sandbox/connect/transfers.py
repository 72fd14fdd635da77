"""Transfers: from the platform's balance to a connected account's, and back again by reversals.

Each is two movements, through `transit`. A transfer out of a charge (`source_transaction`) may run ahead of
the platform's available balance: both sides wait for the charge's hour.
"""

from sandbox import ledger
from sandbox.connect import payouts
from sandbox.connect.accounts import get_connected_account
from sandbox.payments.currencies import currency
from sandbox.protocol import ids, lists, params
from sandbox.protocol.errors import ApiError, request_rejected
from sandbox.protocol.routing import (
    ApiCall,
    ApiRoute,
    fetch_object,
    metadata_from_params,
    parameter_object,
    path_object,
    update_object,
)
from sandbox.protocol.wire import Object
from sandbox.webhooks.events import record_event


def _create(call: ApiCall) -> Object:
    if call.account:
        raise ApiError("Only the platform may transfer.", status=403, code="platform_account_required")
    fields = call.params
    destination = get_connected_account(call, fields["destination"], "destination")
    if destination["capabilities"].get("transfers") != "active":
        raise request_rejected(_MISSING_CAPABILITY, "destination", "insufficient_capabilities_for_transfer")
    available_at, group = _check_funds(call)
    key = ids.new_id("tr")
    out = ledger.record_movement(
        call,
        -fields["amount"],
        currency=fields["currency"],
        against="transit",
        kind="transfer",
        source=key,
        available_on=available_at,
        description=fields.get("description"),
    )
    transfer: Object = {
        "id": key, "object": "transfer", "amount": fields["amount"], "amount_reversed": 0,
        "balance_transaction": out["id"], "created": call.at, "currency": fields["currency"],
        "description": fields.get("description"), "destination": destination["id"],
        "destination_payment": None,
        "livemode": False, "metadata": metadata_from_params(call),
        "reversals": lists.list_object([], f"/v1/transfers/{key}/reversals"), "reversed": False,
        "source_transaction": fields.get("source_transaction"),
        "source_type": fields.get("source_type", "card"),
        "transfer_group": fields.get("transfer_group", group),
    }  # fmt: skip
    transfer["destination_payment"] = _create_destination_payment(
        call.for_account(destination["id"]), transfer, available_at
    )
    call.store.insert(transfer, call.account)
    record_event(call, "transfer.created", transfer)
    return transfer


def _check_funds(call: ApiCall) -> tuple[int, str | None]:
    """When the money is there, and the group it inherits; refuses what nothing covers."""
    amount, code = call.params["amount"], call.params["currency"]
    if "source_transaction" not in call.params:
        if amount > ledger.get_balance(call, "available", code):
            raise request_rejected(_INSUFFICIENT_FUNDS, None, "balance_insufficient")
        return call.at, None
    charge = parameter_object(call, "charge", "source_transaction")
    if charge["currency"] != code or not charge["captured"]:
        raise request_rejected("The source transaction must be a captured charge in the transfer's currency.",
                      "source_transaction", "transfer_source_balance_parameters_mismatch")  # fmt: skip
    earlier = call.store.select("transfer", "json_extract(body, '$.source_transaction') = ?", charge["id"])
    left = charge["amount_captured"] - sum(
        transfer["amount"] - transfer["amount_reversed"] for transfer in earlier
    )
    if amount > left:
        raise request_rejected(
            f"Transfers from {charge['id']} cannot exceed its amount: {left} is left.", "amount"
        )
    return ledger.counter_movement_available_at(call, charge["balance_transaction"]), charge[
        "transfer_group"
    ] or _group(charge)


def _group(charge: Object) -> str:
    return f"group_{charge['payment_intent'] or charge['id']}"


def _create_destination_payment(call: ApiCall, transfer: Object, available_at: int) -> str:
    """The payment the connected account sees; returns its id."""
    key = ids.new_id("py")
    entry = ledger.record_movement(call, transfer["amount"], currency=transfer["currency"], against="transit",
    kind="payment",
                       category="charge", source=key, available_on=available_at)  # fmt: skip
    empty_fields = dict.fromkeys((
        "application", "application_fee", "application_fee_amount", "calculated_statement_descriptor",
        "customer",
        "description", "failure_balance_transaction", "failure_code", "failure_message", "on_behalf_of",
        "outcome",
        "payment_intent", "payment_method", "receipt_email", "receipt_number", "receipt_url", "review",
        "shipping",
        "source", "statement_descriptor", "statement_descriptor_suffix", "transfer_data",
    ))  # fmt: skip
    empty_address = dict.fromkeys(("city", "country", "line1", "line2", "postal_code", "state"))
    empty_billing_details: Object = dict.fromkeys(("email", "name", "phone", "tax_id"))
    payment: Object = empty_fields | {
        "id": key, "object": "charge", "amount": transfer["amount"], "amount_captured": transfer["amount"],
        "amount_refunded": 0, "balance_transaction": entry["id"],
        "billing_details": empty_billing_details | {"address": empty_address},
        "captured": True, "created": call.at, "currency": transfer["currency"], "disputed": False,
        "fraud_details": {},
        "livemode": False, "metadata": {}, "paid": True, "payment_method_details": None, "refunded": False,
        "source_transfer": transfer["id"], "status": "succeeded",
        "transfer_group": transfer["transfer_group"],
    }  # fmt: skip
    call.store.insert(payment, call.account)
    record_event(call, "payment.created", payment)
    if available_at <= call.at:
        payouts.schedule_payout(call, transfer["currency"])
    return key


def _reverse(call: ApiCall) -> Object:
    transfer = fetch_object(call, "transfer", call.path["transfer"], "transfer")
    left = transfer["amount"] - transfer["amount_reversed"]
    amount = call.params.get("amount", left)
    if left == 0:
        raise request_rejected(f"Transfer {transfer['id']} has already been fully reversed.", "transfer")
    if amount > left:
        raise request_rejected(
            f"Reversal amount ({amount}) is greater than unreversed amount on transfer ({left})", "amount"
        )
    destination_call = call.for_account(transfer["destination"])
    available_at = ledger.counter_movement_available_at(call, transfer["balance_transaction"])
    side = "pending" if available_at > call.at else "available"
    if amount > ledger.get_balance(destination_call, side, transfer["currency"]):
        raise request_rejected(_INSUFFICIENT_FUNDS, None, "balance_insufficient")
    reversal = _create_reversal(call, destination_call, transfer, amount, available_at)
    transfer["amount_reversed"] += amount
    transfer["reversed"] = transfer["amount_reversed"] == transfer["amount"]
    transfer["reversals"]["data"].insert(0, reversal)
    call.store.save(transfer)
    record_event(call, "transfer.reversed", transfer)
    return reversal


def _create_reversal(
    call: ApiCall, destination_call: ApiCall, transfer: Object, amount: int, available_at: int
) -> Object:
    key, code = ids.new_id("trr"), transfer["currency"]
    refund = _create_payment_refund(destination_call, transfer, amount, available_at, key)
    entry = ledger.record_movement(
        call,
        amount,
        currency=code,
        against="transit",
        kind="transfer_refund",
        source=key,
        category="transfer_reversal",
        available_on=available_at,
    )
    reversal: Object = {
        "id": key, "object": "transfer_reversal", "amount": amount, "balance_transaction": entry["id"],
        "created": call.at, "currency": code, "destination_payment_refund": refund,
        "metadata": metadata_from_params(call),
        "source_refund": None, "transfer": transfer["id"],
    }  # fmt: skip
    return call.store.insert(reversal, call.account)


def _create_payment_refund(
    call: ApiCall, transfer: Object, amount: int, available_at: int, reversal: str
) -> str:
    """The refund the connected account sees; returns its id."""
    key = ids.new_id("pyr")
    entry = ledger.record_movement(
        call,
        -amount,
        currency=transfer["currency"],
        against="transit",
        kind="payment_refund",
        category="refund",
        source=key,
        available_on=available_at,
    )
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


def _update(call: ApiCall) -> Object:
    transfer = update_object(call, path_object(call, "transfer"), "description")
    record_event(call, "transfer.updated", transfer)
    return transfer


def _reversals(call: ApiCall) -> Object:
    transfer = fetch_object(call, "transfer", call.path["transfer"], "transfer")
    url = f"/v1/transfers/{transfer['id']}/reversals"
    return lists.list_page(call, "transfer_reversal", url, {"transfer": transfer["id"]})


_MISSING_CAPABILITY = (
    "Your destination account needs to have at least one of the following capabilities enabled: transfers, "
    "crypto_transfers, legacy_payments"
)
_INSUFFICIENT_FUNDS = (
    "Insufficient funds in your Stripe balance. In test mode, you can add funds to your available balance "
    "(bypassing "
    "your pending balance) by creating a charge with the payment method pm_card_bypassPending."
)
_MAKE = params.request_params(
    "amount currency destination", amount=params.positive, currency=currency, destination=params.text,
    description=params.text, metadata=params.metadata, source_transaction=params.text,
    source_type=params.choice_of("card"), transfer_group=params.text,
)  # fmt: skip
_BACK = params.request_params(amount=params.positive, description=params.unsettable, metadata=params.metadata)
_FILTERS = {"destination": params.text, "transfer_group": params.text}
_CHANGE = params.request_params(description=params.unsettable, metadata=params.metadata)
ROUTES = [
    ApiRoute("POST", "/v1/transfers", _create, _MAKE),
    ApiRoute(
        "GET",
        "/v1/transfers",
        lists.list_handler("transfer", "/v1/transfers", *_FILTERS),
        params.list_params(**_FILTERS),
    ),
    ApiRoute("GET", "/v1/transfers/{id}", lambda call: path_object(call, "transfer")),
    ApiRoute("POST", "/v1/transfers/{id}", _update, _CHANGE),
    ApiRoute("POST", "/v1/transfers/{transfer}/reversals", _reverse, _BACK),
    ApiRoute("GET", "/v1/transfers/{transfer}/reversals", _reversals, params.list_params()),
    ApiRoute(
        "GET", "/v1/transfers/{transfer}/reversals/{id}", lambda call: path_object(call, "transfer_reversal")
    ),
]
