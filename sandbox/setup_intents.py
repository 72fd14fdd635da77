"""Setup intents: saving a card for later, with its holder's agreement and no money."""

from sandbox import ids, lists, params, payment_methods
from sandbox.cards import DECLINES
from sandbox.desk import Call, Route, named, new_metadata, subject, updated
from sandbox.errors import ApiError, declined, refused
from sandbox.events import record
from sandbox.wire import Object, dump, load


def authenticate(call: Call, intent: Object, *, succeeds: bool) -> Object:
    """The holder came back from their bank; returns the setup intent, whatever became of it."""
    if succeeds:
        return _succeed(call, intent)
    error: Object = {
        "code": "setup_intent_authentication_failure",
        "message": _FAILED,
        "type": "invalid_request_error",
    }
    return _fail(call, intent, error)


def _create(call: Call) -> Object:
    given, key = call.params, ids.new("seti")
    types = given.get("allowed_payment_method_types")
    automatic = {"allow_redirects": "always", "enabled": True} | given.get("automatic_payment_methods", {})
    intent: Object = {
        "id": key, "object": "setup_intent", "application": None,
        "automatic_payment_methods": None if types else automatic, "cancellation_reason": None,
        "client_secret": f"{key}_secret_{ids.tail(25)}", "created": call.at, "customer": None,
        "customer_account": None, "description": given.get("description"),
        "excluded_payment_method_types": None,
        "flow_directions": None, "last_setup_error": None, "latest_attempt": None, "livemode": False,
        "mandate": None,
        "metadata": new_metadata(call), "next_action": None, "on_behalf_of": None, "payment_method": None,
        "payment_method_configuration_details": None,
        "payment_method_options": {"card": {"mandate_options": None, "network": None,
                                            "request_three_d_secure": "automatic"}},
        "payment_method_types": types or ["card"], "single_use_mandate": None,
        "status": "requires_payment_method",
        "usage": given.get("usage", "off_session"),
    }  # fmt: skip
    call.store.insert(intent, call.account)
    _choose(call, intent)
    record(call, "setup_intent.created", intent)
    return _confirmed(call, intent) if given.get("confirm") else intent


def _choose(call: Call, intent: Object) -> None:
    if "customer" in call.params:
        intent["customer"] = named(call, "customer", "customer")["id"]
    if "payment_method" in call.params:
        method = payment_methods.usable(call, call.params["payment_method"], holder=intent["customer"])
        intent |= {"payment_method": method["id"], "status": "requires_confirmation"}
    call.store.save(intent)


def _confirmed(call: Call, intent: Object) -> Object:
    if intent["payment_method"] is None:
        raise refused("You cannot confirm this SetupIntent because it's missing a payment method.", None,
                      "setup_intent_unexpected_state")  # fmt: skip
    method = payment_methods.usable(call, intent["payment_method"])
    card = payment_methods.card_of(call, method["id"])
    if not card.attaches:
        code, message = DECLINES[card.decline]
        _fail(
            call,
            intent,
            {"code": code, "decline_code": card.decline, "message": message, "type": "card_error"},
        )
        raise declined(message, code, card.decline, {"setup_intent": load(dump(intent))})
    if card.authentication == "never":
        return _succeed(call, intent)
    page, back = f"{call.base_url}/_sandbox/authenticate/{intent['id']}", call.params.get("return_url")
    intent |= {"status": "requires_action", "next_action": {
        "type": "redirect_to_url", "redirect_to_url": {"return_url": back, "url": page}}}  # fmt: skip
    record(call, "setup_intent.requires_action", call.store.save(intent))
    return intent


def _succeed(call: Call, intent: Object) -> Object:
    method = payment_methods.usable(call, intent["payment_method"])
    payment_methods.mark_set_up(call, method["id"])
    if intent["customer"] is not None:
        payment_methods.attach(call, method, intent["customer"])
    intent |= {"status": "succeeded", "next_action": None, "last_setup_error": None}
    record(call, "setup_intent.succeeded", call.store.save(intent))
    return intent


def _fail(call: Call, intent: Object, error: Object) -> Object:
    intent |= {"status": "requires_payment_method", "payment_method": None, "next_action": None,
               "last_setup_error": error}  # fmt: skip
    record(call, "setup_intent.setup_failed", call.store.save(intent))
    return intent


def _confirm(call: Call) -> Object:
    intent = _in_progress(call, "confirm")
    _choose(call, intent)
    return _confirmed(call, intent)


def _cancel(call: Call) -> Object:
    intent = _in_progress(call, "cancel")
    intent |= {"status": "canceled", "next_action": None,
               "cancellation_reason": call.params.get("cancellation_reason")}  # fmt: skip
    record(call, "setup_intent.canceled", call.store.save(intent))
    return intent


def _update(call: Call) -> Object:
    intent = subject(call, "setup_intent", "intent")
    _choose(call, intent)
    return updated(call, intent, "description")


def _in_progress(call: Call, verb: str) -> Object:
    intent = subject(call, "setup_intent", "intent")
    if intent["status"] in ("succeeded", "canceled"):
        message = f"You cannot {verb} this SetupIntent because it has a status of {intent['status']}."
        raise ApiError(message, code="setup_intent_unexpected_state", extra={"setup_intent": intent})
    return intent


_FAILED = (
    "We are unable to authenticate your payment method. "
    "Please choose a different payment method and try again."
)
_TOLD = {
    "customer": params.text, "description": params.text, "metadata": params.metadata,
    "payment_method": params.text,
}  # fmt: skip
_AUTOMATIC = params.shape("enabled", enabled=params.boolean, allow_redirects=params.one_of("always", "never"))
_TRYING = {"return_url": params.text, "use_stripe_sdk": params.boolean}
_MAKE = params.body(
    confirm=params.boolean, usage=params.one_of("off_session", "on_session"),
    automatic_payment_methods=_AUTOMATIC,
    allowed_payment_method_types=params.list_of(params.one_of("card")), **_TOLD, **_TRYING,
)  # fmt: skip
_REASONS = params.one_of("abandoned", "duplicate", "requested_by_customer")
_FILTERS = {"customer": params.text, "payment_method": params.text}
_ALL = "/v1/setup_intents"
ROUTES = [
    Route("POST", _ALL, _create, _MAKE),
    Route("GET", _ALL, lists.of("setup_intent", _ALL, *_FILTERS), params.listing(**_FILTERS)),
    Route("GET", f"{_ALL}/{{id}}", lambda call: subject(call, "setup_intent", "intent"),
          params.body(client_secret=params.text)),
    Route("POST", f"{_ALL}/{{id}}", _update, params.body(**_TOLD)),
    Route("POST", f"{_ALL}/{{id}}/confirm", _confirm, params.body(payment_method=params.text, **_TRYING)),
    Route("POST", f"{_ALL}/{{id}}/cancel", _cancel, params.body(cancellation_reason=_REASONS)),
]  # fmt: skip
