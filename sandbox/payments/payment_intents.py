"""The requests about payment intents.

What may be asked in which state, and what is wrong with what was asked.
"""

from sandbox.payments import payment_intent_lifecycle
from sandbox.payments.currencies import check_payable, currency
from sandbox.payments.payment_methods import reject_card_numbers, resolve_payment_method
from sandbox.protocol import ids, lists, params, search
from sandbox.protocol.errors import ApiError, invalid_parameter, request_rejected
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

_UNTRIED = ("requires_payment_method", "requires_confirmation", "requires_action")


def _create(call: ApiCall) -> Object:
    fields = call.params
    check_payable(fields["amount"], fields["currency"])
    if not fields.get("confirm"):
        for name in ("off_session", "return_url", "error_on_requires_action"):
            if name in fields:
                raise invalid_parameter(f"The parameter `{name}` can only be used with `confirm=true`.", name)
    intent = call.store.insert(_intent_object(call), call.account)
    _set_payment_method(call, intent)
    record_event(call, "payment_intent.created", intent)
    return _confirmed(call, intent) if fields.get("confirm") else intent


# Fields that a new payment intent has without a value.
_UNSET_FIELDS: Object = dict.fromkeys(
    (
        "application",
        "application_fee_amount",
        "canceled_at",
        "cancellation_reason",
        "customer",
        "customer_account",
        "excluded_payment_method_types",
        "last_payment_error",
        "latest_charge",
        "next_action",
        "on_behalf_of",
        "payment_method",
        "payment_method_configuration_details",
        "processing",
        "review",
        "shipping",
        "source",
        "statement_descriptor",
        "transfer_data",
    )
)


def _intent_object(call: ApiCall) -> Object:
    fields, key = call.params, ids.new_id("pi")
    types = fields.get("allowed_payment_method_types")
    return _UNSET_FIELDS | {
        "id": key,
        "object": "payment_intent",
        "amount": fields["amount"],
        "amount_capturable": 0,
        "amount_details": {"tip": {}},
        "amount_received": 0,
        "automatic_payment_methods": None
        if types
        else {"allow_redirects": "always", "enabled": True} | fields.get("automatic_payment_methods", {}),
        "capture_method": fields.get("capture_method", "automatic_async"),
        "client_secret": f"{key}_secret_{ids.random_text(25)}",
        "confirmation_method": fields.get("confirmation_method", "automatic"),
        "created": call.at,
        "currency": fields["currency"],
        "description": fields.get("description"),
        "livemode": False,
        "metadata": metadata_from_params(call),
        "payment_method_options": {"card": _options(fields)},
        "payment_method_types": types or ["card"],
        "receipt_email": fields.get("receipt_email"),
        "setup_future_usage": fields.get("setup_future_usage"),
        "statement_descriptor_suffix": fields.get("statement_descriptor_suffix"),
        "status": "requires_payment_method",
        "transfer_group": fields.get("transfer_group"),
    }


def _options(fields: Object) -> Object:
    plain = {
        "installments": None,
        "mandate_options": None,
        "network": None,
        "request_three_d_secure": "automatic",
    }
    chosen: Object = fields.get("payment_method_options", {}).get("card", {})
    return plain | chosen


def _set_payment_method(call: ApiCall, intent: Object) -> None:
    """Take over the customer and the payment method a request names; refuse another customer's card."""
    if "customer" in call.params:
        intent["customer"] = parameter_object(call, "customer", "customer")["id"]
    if "payment_method" in call.params:
        method = resolve_payment_method(call, call.params["payment_method"], holder=intent["customer"])
        if method["customer"] not in (None, intent["customer"]):
            raise request_rejected(_NOT_THEIRS, "payment_method")
        intent |= {"payment_method": method["id"], "status": "requires_confirmation"}
    call.store.save(intent)


def _confirmed(call: ApiCall, intent: Object) -> Object:
    if intent["payment_method"] is None:
        raise request_rejected(_NO_METHOD.format(**intent), None, "payment_intent_unexpected_state")
    redirects = intent["automatic_payment_methods"] or {"allow_redirects": "never", "enabled": False}
    if redirects["enabled"] and redirects["allow_redirects"] != "never" and not call.params.get("return_url"):
        raise request_rejected(_NO_RETURN, "return_url")
    error = payment_intent_lifecycle.confirm_intent(
        call,
        intent,
        off_session=call.params.get("off_session") is True,
        return_url=call.params.get("return_url"),
    )
    if (
        error is None
        and intent["status"] == "requires_action"
        and call.params.get("error_on_requires_action")
    ):
        method = resolve_payment_method(call, intent["payment_method"])
        error = payment_intent_lifecycle.decline_intent(call, intent, method, "authentication_required")
    if error is not None:
        raise error
    return intent


def _confirm(call: ApiCall) -> Object:
    intent = path_object(call, "payment_intent", "intent")
    _check_state(intent, "confirm", *_UNTRIED)
    for name in ("setup_future_usage", "receipt_email", "capture_method"):
        if name in call.params:
            intent[name] = call.params[name]
    _set_payment_method(call, intent)
    return _confirmed(call, intent)


def _capture(call: ApiCall) -> Object:
    intent = path_object(call, "payment_intent", "intent")
    _check_state(intent, "capture", "requires_capture")
    if call.params.get("final_capture") is False:
        raise request_rejected("This payment is not eligible for multicapture.", "final_capture")
    held: int = intent["amount_capturable"]
    amount: int = call.params.get("amount_to_capture", held)
    if amount > intent["amount_capturable"]:
        raise request_rejected(
            _TOO_MUCH.format(amount=amount, left=intent["amount_capturable"]),
            "amount_to_capture",
            "amount_too_large",
        )
    check_payable(amount, intent["currency"], "amount_to_capture")
    return payment_intent_lifecycle.capture_intent(call, update_object(call, intent), amount)


def _cancel(call: ApiCall) -> Object:
    intent = path_object(call, "payment_intent", "intent")
    _check_state(intent, "cancel", *_UNTRIED, "requires_capture")
    return payment_intent_lifecycle.cancel_intent(call, intent, call.params.get("cancellation_reason"))


def _update(call: ApiCall) -> Object:
    intent = path_object(call, "payment_intent", "intent")
    fields = call.params
    if {"amount", "currency", "payment_method", "customer"} & set(fields):
        _check_state(intent, "update", *_UNTRIED)
    changed = {"amount": intent["amount"], "currency": intent["currency"]} | fields
    check_payable(changed["amount"], changed["currency"])
    _set_payment_method(call, intent)
    return update_object(
        call,
        intent,
        "amount",
        "currency",
        "description",
        "receipt_email",
        "setup_future_usage",
        "statement_descriptor_suffix",
        "transfer_group",
    )


def _check_state(intent: Object, verb: str, *states: str) -> None:
    if intent["status"] in states:
        return
    message = _WRONG_STATE.format(verb=verb, status=intent["status"], states=", ".join(states))
    raise ApiError(message, code="payment_intent_unexpected_state", extra={"payment_intent": intent})


_WRONG_STATE = (
    "You cannot {verb} this PaymentIntent because it has a status of {status}. Only a PaymentIntent with one "
    "of the "
    "following statuses may be used: {states}."
)
_NO_METHOD = (
    "You cannot confirm this PaymentIntent because it's missing a payment method. You can either update the "
    "PaymentIntent with a payment method and then confirm it again, or confirm it again directly with a "
    "payment method."
)
_NOT_THEIRS = (
    "The payment method you provided is attached to a customer, so you must provide the customer in the "
    "request: "
    "payment methods of one customer cannot be used by another."
)
_NO_RETURN = (
    "This PaymentIntent is configured to accept payment methods enabled in your Dashboard. Because some of "
    "these "
    "payment methods might redirect your customer off of your page, you must provide a `return_url`. If you "
    "don't want "
    "to accept redirect-based payment methods, set `automatic_payment_methods[enabled]` to `true` and "
    "`automatic_payment_methods[allow_redirects]` to `never` when creating Setup Intents and Payment Intents."
)
_TOO_MUCH = "The amount to capture ({amount}) is greater than the amount that can be captured ({left})."

_CARD_OPTIONS = params.object_of(request_three_d_secure=params.choice_of("any", "automatic", "challenge"))
_CAPTURE = params.choice_of("automatic", "automatic_async", "manual")
_USAGE = params.choice_of("off_session", "on_session")
_NAMED = {
    "customer": params.text, "payment_method": params.text, "receipt_email": params.unsettable,
    "setup_future_usage": _USAGE, "payment_method_options": params.object_of(card=_CARD_OPTIONS),
    "payment_method_data": params.object_of(type=params.text, card=reject_card_numbers),
}  # fmt: skip
_TRYING = {
    "capture_method": _CAPTURE, "error_on_requires_action": params.boolean, "off_session": params.boolean,
    "return_url": params.text, "use_stripe_sdk": params.boolean,
}  # fmt: skip
_FIELDS = {
    "description": params.unsettable, "metadata": params.metadata,
    "statement_descriptor_suffix": params.unsettable,
    "transfer_group": params.text,
}  # fmt: skip
_AUTOMATIC = params.object_of(
    "enabled", enabled=params.boolean, allow_redirects=params.choice_of("always", "never")
)
_MAKE = params.request_params(
    "amount currency", amount=params.positive, currency=currency, confirm=params.boolean,
    confirmation_method=params.choice_of("automatic", "manual"), automatic_payment_methods=_AUTOMATIC,
    allowed_payment_method_types=params.list_of(params.choice_of("card")), **_NAMED, **_TRYING, **_FIELDS,
)  # fmt: skip
_CHANGE = params.request_params(amount=params.positive, currency=currency, **_NAMED, **_FIELDS)
_CAPTURE_PARAMS = params.request_params(
    amount_to_capture=params.positive, final_capture=params.boolean, metadata=params.metadata
)
_REASONS = params.choice_of("abandoned", "duplicate", "fraudulent", "requested_by_customer")
_ALL = "/v1/payment_intents"
ROUTES = [
    ApiRoute("POST", _ALL, _create, _MAKE),
    ApiRoute(
        "GET",
        _ALL,
        lists.list_handler("payment_intent", _ALL, "customer"),
        params.list_params(customer=params.text),
    ),
    ApiRoute(
        "GET", f"{_ALL}/search", search.search_handler("payment_intent", f"{_ALL}/search"), search.READER
    ),
    ApiRoute(
        "GET",
        f"{_ALL}/{{id}}",
        lambda call: path_object(call, "payment_intent", "intent"),
        params.request_params(client_secret=params.text),
    ),
    ApiRoute("POST", f"{_ALL}/{{id}}", _update, _CHANGE),
    ApiRoute("POST", f"{_ALL}/{{id}}/confirm", _confirm, params.request_params(**_NAMED, **_TRYING)),
    ApiRoute("POST", f"{_ALL}/{{id}}/capture", _capture, _CAPTURE_PARAMS),
    ApiRoute("POST", f"{_ALL}/{{id}}/cancel", _cancel, params.request_params(cancellation_reason=_REASONS)),
]
