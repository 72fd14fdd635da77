"""The requests about payment intents.

What may be asked in which state, and what is wrong with what was asked.
"""

from sandbox import ids, intents, lists, params, search
from sandbox.currencies import check_payable, currency
from sandbox.desk import Call, Route, named, new_metadata, subject, updated
from sandbox.errors import ApiError, invalid, refused
from sandbox.events import record
from sandbox.payment_methods import refuse_numbers, usable
from sandbox.wire import Object

_UNTRIED = ("requires_payment_method", "requires_confirmation", "requires_action")


def _create(call: Call) -> Object:
    given = call.params
    check_payable(given["amount"], given["currency"])
    if not given.get("confirm"):
        for name in ("off_session", "return_url", "error_on_requires_action"):
            if name in given:
                raise invalid(f"The parameter `{name}` can only be used with `confirm=true`.", name)
    intent = call.store.insert(_shape(call), call.account)
    _choose(call, intent)
    record(call, "payment_intent.created", intent)
    return _confirmed(call, intent) if given.get("confirm") else intent


def _shape(call: Call) -> Object:
    given, key = call.params, ids.new("pi")
    types = given.get("allowed_payment_method_types")
    return {
        "id": key, "object": "payment_intent", "amount": given["amount"], "amount_capturable": 0,
        "amount_details": {"tip": {}}, "amount_received": 0, "application": None,
        "application_fee_amount": None,
        "automatic_payment_methods": None if types else {"allow_redirects": "always", "enabled": True}
        | given.get("automatic_payment_methods", {}),
        "canceled_at": None, "cancellation_reason": None,
        "capture_method": given.get("capture_method", "automatic_async"),
        "client_secret": f"{key}_secret_{ids.tail(25)}",
        "confirmation_method": given.get("confirmation_method", "automatic"), "created": call.at,
        "currency": given["currency"], "customer": None, "customer_account": None,
        "description": given.get("description"), "excluded_payment_method_types": None,
        "last_payment_error": None,
        "latest_charge": None, "livemode": False, "metadata": new_metadata(call), "next_action": None,
        "on_behalf_of": None, "payment_method": None, "payment_method_configuration_details": None,
        "payment_method_options": {"card": _options(given)}, "payment_method_types": types or ["card"],
        "processing": None, "receipt_email": given.get("receipt_email"), "review": None,
        "setup_future_usage": given.get("setup_future_usage"), "shipping": None, "source": None,
        "statement_descriptor": None, "statement_descriptor_suffix": given.get("statement_descriptor_suffix"),
        "status": "requires_payment_method", "transfer_data": None,
        "transfer_group": given.get("transfer_group"),
    }  # fmt: skip


def _options(given: Object) -> Object:
    plain = {
        "installments": None,
        "mandate_options": None,
        "network": None,
        "request_three_d_secure": "automatic",
    }
    chosen: Object = given.get("payment_method_options", {}).get("card", {})
    return plain | chosen


def _choose(call: Call, intent: Object) -> None:
    """Take over the customer and the payment method a request names; refuse another customer's card."""
    if "customer" in call.params:
        intent["customer"] = named(call, "customer", "customer")["id"]
    if "payment_method" in call.params:
        method = usable(call, call.params["payment_method"], holder=intent["customer"])
        if method["customer"] not in (None, intent["customer"]):
            raise refused(_NOT_THEIRS, "payment_method")
        intent |= {"payment_method": method["id"], "status": "requires_confirmation"}
    call.store.save(intent)


def _confirmed(call: Call, intent: Object) -> Object:
    if intent["payment_method"] is None:
        raise refused(_NO_METHOD.format(**intent), None, "payment_intent_unexpected_state")
    redirects = intent["automatic_payment_methods"] or {"allow_redirects": "never", "enabled": False}
    if redirects["enabled"] and redirects["allow_redirects"] != "never" and not call.params.get("return_url"):
        raise refused(_NO_RETURN, "return_url")
    error = intents.confirm(
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
        method = usable(call, intent["payment_method"])
        error = intents.decline(call, intent, method, "authentication_required")
    if error is not None:
        raise error
    return intent


def _confirm(call: Call) -> Object:
    intent = subject(call, "payment_intent", "intent")
    _expect(intent, "confirm", *_UNTRIED)
    for name in ("setup_future_usage", "receipt_email", "capture_method"):
        if name in call.params:
            intent[name] = call.params[name]
    _choose(call, intent)
    return _confirmed(call, intent)


def _capture(call: Call) -> Object:
    intent = subject(call, "payment_intent", "intent")
    _expect(intent, "capture", "requires_capture")
    if call.params.get("final_capture") is False:
        raise refused("This payment is not eligible for multicapture.", "final_capture")
    held: int = intent["amount_capturable"]
    amount: int = call.params.get("amount_to_capture", held)
    if amount > intent["amount_capturable"]:
        raise refused(_TOO_MUCH.format(amount=amount, left=intent["amount_capturable"]), "amount_to_capture",
                      "amount_too_large")  # fmt: skip
    check_payable(amount, intent["currency"], "amount_to_capture")
    return intents.capture(call, updated(call, intent), amount)


def _cancel(call: Call) -> Object:
    intent = subject(call, "payment_intent", "intent")
    _expect(intent, "cancel", *_UNTRIED, "requires_capture")
    return intents.cancel(call, intent, call.params.get("cancellation_reason"))


def _update(call: Call) -> Object:
    intent = subject(call, "payment_intent", "intent")
    given = call.params
    if {"amount", "currency", "payment_method", "customer"} & set(given):
        _expect(intent, "update", *_UNTRIED)
    wished = {"amount": intent["amount"], "currency": intent["currency"]} | given
    check_payable(wished["amount"], wished["currency"])
    _choose(call, intent)
    return updated(call, intent, "amount", "currency", "description", "receipt_email", "setup_future_usage",
                   "statement_descriptor_suffix", "transfer_group")  # fmt: skip


def _expect(intent: Object, verb: str, *states: str) -> None:
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

_CARD_OPTIONS = params.shape(request_three_d_secure=params.one_of("any", "automatic", "challenge"))
_CAPTURE = params.one_of("automatic", "automatic_async", "manual")
_USAGE = params.one_of("off_session", "on_session")
_NAMED = {
    "customer": params.text, "payment_method": params.text, "receipt_email": params.unsettable,
    "setup_future_usage": _USAGE, "payment_method_options": params.shape(card=_CARD_OPTIONS),
    "payment_method_data": params.shape(type=params.text, card=refuse_numbers),
}  # fmt: skip
_TRYING = {
    "capture_method": _CAPTURE, "error_on_requires_action": params.boolean, "off_session": params.boolean,
    "return_url": params.text, "use_stripe_sdk": params.boolean,
}  # fmt: skip
_TOLD = {
    "description": params.unsettable, "metadata": params.metadata,
    "statement_descriptor_suffix": params.unsettable,
    "transfer_group": params.text,
}  # fmt: skip
_AUTOMATIC = params.shape("enabled", enabled=params.boolean, allow_redirects=params.one_of("always", "never"))
_MAKE = params.body(
    "amount currency", amount=params.positive, currency=currency, confirm=params.boolean,
    confirmation_method=params.one_of("automatic", "manual"), automatic_payment_methods=_AUTOMATIC,
    allowed_payment_method_types=params.list_of(params.one_of("card")), **_NAMED, **_TRYING, **_TOLD,
)  # fmt: skip
_CHANGE = params.body(amount=params.positive, currency=currency, **_NAMED, **_TOLD)
_TAKE = params.body(amount_to_capture=params.positive, final_capture=params.boolean, metadata=params.metadata)
_REASONS = params.one_of("abandoned", "duplicate", "fraudulent", "requested_by_customer")
_ALL = "/v1/payment_intents"
ROUTES = [
    Route("POST", _ALL, _create, _MAKE),
    Route("GET", _ALL, lists.of("payment_intent", _ALL, "customer"), params.listing(customer=params.text)),
    Route("GET", f"{_ALL}/search", search.of("payment_intent", f"{_ALL}/search"), search.READER),
    Route("GET", f"{_ALL}/{{id}}", lambda call: subject(call, "payment_intent", "intent"),
          params.body(client_secret=params.text)),
    Route("POST", f"{_ALL}/{{id}}", _update, _CHANGE),
    Route("POST", f"{_ALL}/{{id}}/confirm", _confirm, params.body(**_NAMED, **_TRYING)),
    Route("POST", f"{_ALL}/{{id}}/capture", _capture, _TAKE),
    Route("POST", f"{_ALL}/{{id}}/cancel", _cancel, params.body(cancellation_reason=_REASONS)),
]  # fmt: skip
