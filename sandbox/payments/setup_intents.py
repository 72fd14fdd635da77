"""Setup intents: saving a card for later, with its holder's agreement and no money."""

from sandbox.payments import payment_methods
from sandbox.payments.test_cards import DECLINES
from sandbox.protocol import ids, lists, params
from sandbox.protocol.errors import ApiError, card_declined, request_rejected
from sandbox.protocol.routing import (
    ApiCall,
    ApiRoute,
    metadata_from_params,
    parameter_object,
    path_object,
    update_object,
)
from sandbox.protocol.wire import Object, dump_json, load_json
from sandbox.webhooks.events import record_event


def authenticate_setup_intent(call: ApiCall, intent: Object, *, succeeds: bool) -> Object:
    """The holder came back from their bank; returns the setup intent, whatever became of it."""
    if succeeds:
        return _succeed(call, intent)
    error: Object = {
        "code": "setup_intent_authentication_failure",
        "message": _FAILED,
        "type": "invalid_request_error",
    }
    return _fail(call, intent, error)


def _create(call: ApiCall) -> Object:
    fields, key = call.params, ids.new_id("seti")
    types = fields.get("allowed_payment_method_types")
    automatic = {"allow_redirects": "always", "enabled": True} | fields.get("automatic_payment_methods", {})
    intent: Object = {
        "id": key,
        "object": "setup_intent",
        "application": None,
        "automatic_payment_methods": None if types else automatic,
        "cancellation_reason": None,
        "client_secret": f"{key}_secret_{ids.random_text(25)}",
        "created": call.at,
        "customer": None,
        "customer_account": None,
        "description": fields.get("description"),
        "excluded_payment_method_types": None,
        "flow_directions": None,
        "last_setup_error": None,
        "latest_attempt": None,
        "livemode": False,
        "mandate": None,
        "metadata": metadata_from_params(call),
        "next_action": None,
        "on_behalf_of": None,
        "payment_method": None,
        "payment_method_configuration_details": None,
        "payment_method_options": {
            "card": {"mandate_options": None, "network": None, "request_three_d_secure": "automatic"}
        },
        "payment_method_types": types or ["card"],
        "single_use_mandate": None,
        "status": "requires_payment_method",
        "usage": fields.get("usage", "off_session"),
    }
    call.store.insert(intent, call.account)
    _set_payment_method(call, intent)
    record_event(call, "setup_intent.created", intent)
    return _confirmed(call, intent) if fields.get("confirm") else intent


def _set_payment_method(call: ApiCall, intent: Object) -> None:
    if "customer" in call.params:
        intent["customer"] = parameter_object(call, "customer", "customer")["id"]
    if "payment_method" in call.params:
        method = payment_methods.resolve_payment_method(
            call, call.params["payment_method"], holder=intent["customer"]
        )
        intent |= {"payment_method": method["id"], "status": "requires_confirmation"}
    call.store.save(intent)


def _confirmed(call: ApiCall, intent: Object) -> Object:
    if intent["payment_method"] is None:
        raise request_rejected(
            "You cannot confirm this SetupIntent because it's missing a payment method.",
            None,
            "setup_intent_unexpected_state",
        )
    method = payment_methods.resolve_payment_method(call, intent["payment_method"])
    card = payment_methods.get_card(call, method["id"])
    if not card.attaches:
        code, message = DECLINES[card.decline]
        _fail(
            call,
            intent,
            {"code": code, "decline_code": card.decline, "message": message, "type": "card_error"},
        )
        raise card_declined(message, code, card.decline, {"setup_intent": load_json(dump_json(intent))})
    if card.authentication == "never":
        return _succeed(call, intent)
    page, back = f"{call.base_url}/_sandbox/authenticate/{intent['id']}", call.params.get("return_url")
    intent |= {"status": "requires_action", "next_action": {
        "type": "redirect_to_url", "redirect_to_url": {"return_url": back, "url": page}}}  # fmt: skip
    record_event(call, "setup_intent.requires_action", call.store.save(intent))
    return intent


def _succeed(call: ApiCall, intent: Object) -> Object:
    method = payment_methods.resolve_payment_method(call, intent["payment_method"])
    payment_methods.mark_set_up(call, method["id"])
    if intent["customer"] is not None:
        payment_methods.attach_payment_method(call, method, intent["customer"])
    intent |= {"status": "succeeded", "next_action": None, "last_setup_error": None}
    record_event(call, "setup_intent.succeeded", call.store.save(intent))
    return intent


def _fail(call: ApiCall, intent: Object, error: Object) -> Object:
    intent |= {"status": "requires_payment_method", "payment_method": None, "next_action": None,
               "last_setup_error": error}  # fmt: skip
    record_event(call, "setup_intent.setup_failed", call.store.save(intent))
    return intent


def _confirm(call: ApiCall) -> Object:
    intent = _in_progress(call, "confirm")
    _set_payment_method(call, intent)
    return _confirmed(call, intent)


def _cancel(call: ApiCall) -> Object:
    intent = _in_progress(call, "cancel")
    intent |= {"status": "canceled", "next_action": None,
               "cancellation_reason": call.params.get("cancellation_reason")}  # fmt: skip
    record_event(call, "setup_intent.canceled", call.store.save(intent))
    return intent


def _update(call: ApiCall) -> Object:
    intent = path_object(call, "setup_intent", "intent")
    _set_payment_method(call, intent)
    return update_object(call, intent, "description")


def _in_progress(call: ApiCall, verb: str) -> Object:
    intent = path_object(call, "setup_intent", "intent")
    if intent["status"] in ("succeeded", "canceled"):
        message = f"You cannot {verb} this SetupIntent because it has a status of {intent['status']}."
        raise ApiError(message, code="setup_intent_unexpected_state", extra={"setup_intent": intent})
    return intent


_FAILED = (
    "We are unable to authenticate your payment method. "
    "Please choose a different payment method and try again."
)
_FIELDS = {
    "customer": params.text, "description": params.text, "metadata": params.metadata,
    "payment_method": params.text,
}  # fmt: skip
_AUTOMATIC = params.object_of(
    "enabled", enabled=params.boolean, allow_redirects=params.choice_of("always", "never")
)
_TRYING = {"return_url": params.text, "use_stripe_sdk": params.boolean}
_MAKE = params.request_params(
    confirm=params.boolean, usage=params.choice_of("off_session", "on_session"),
    automatic_payment_methods=_AUTOMATIC,
    allowed_payment_method_types=params.list_of(params.choice_of("card")), **_FIELDS, **_TRYING,
)  # fmt: skip
_REASONS = params.choice_of("abandoned", "duplicate", "requested_by_customer")
_FILTERS = {"customer": params.text, "payment_method": params.text}
_ALL = "/v1/setup_intents"
ROUTES = [
    ApiRoute("POST", _ALL, _create, _MAKE),
    ApiRoute(
        "GET", _ALL, lists.list_handler("setup_intent", _ALL, *_FILTERS), params.list_params(**_FILTERS)
    ),
    ApiRoute(
        "GET",
        f"{_ALL}/{{id}}",
        lambda call: path_object(call, "setup_intent", "intent"),
        params.request_params(client_secret=params.text),
    ),
    ApiRoute("POST", f"{_ALL}/{{id}}", _update, params.request_params(**_FIELDS)),
    ApiRoute(
        "POST",
        f"{_ALL}/{{id}}/confirm",
        _confirm,
        params.request_params(payment_method=params.text, **_TRYING),
    ),
    ApiRoute("POST", f"{_ALL}/{{id}}/cancel", _cancel, params.request_params(cancellation_reason=_REASONS)),
]
