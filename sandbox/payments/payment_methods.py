"""Payment methods: cards known by name only.

Using a documented name makes a fresh payment method, as Stripe does. Its fingerprint is Stripe's in form, and
one card has one fingerprint whoever shows it. At Stripe every `pm_card_visa` in test mode is the same card;
here a name stands for the card of that kind in its customer's own pocket, or a town that pays by name would
be one person. To have two customers share a card, make a payment method for each from the same token.
"""

from dataclasses import asdict
from hashlib import sha256

from sandbox.payments.test_cards import DECLINES, Card, find_card
from sandbox.protocol import ids, lists, params
from sandbox.protocol.errors import (
    ApiError,
    card_declined,
    invalid_parameter,
    object_not_found,
    request_rejected,
)
from sandbox.protocol.routing import (
    ApiCall,
    ApiRoute,
    fetch_object,
    metadata_from_params,
    path_object,
    update_object,
)
from sandbox.protocol.wire import Object
from sandbox.webhooks.events import record_event

RAW_CARD = (
    "Sending credit card numbers directly to the Stripe API is generally unsafe. We suggest you use test "
    "tokens that "
    "map to the test card you are using, see https://stripe.com/docs/testing. To enable testing raw card "
    "data APIs, see "
    "https://support.stripe.com/questions/enabling-access-to-raw-card-data-apis."
)
_EXPIRY_MONTH, _EXPIRY_YEAR = 12, 2034


def resolve_payment_method(
    call: ApiCall, key: str, param: str = "payment_method", *, holder: str | None = None
) -> Object:
    """The payment method with this id, or a fresh one for a documented test name, of the holder's own."""
    card = find_card(key)
    if card is not None:
        return _create_payment_method(call, card, {}, holder=holder)
    stored = call.store.find(key)
    if stored is None or stored["object"] != "payment_method" or call.store.owner(key) != call.account:
        raise object_not_found("PaymentMethod", key, param, status=400)
    return stored


def get_card(call: ApiCall, key: str) -> Card:
    """How the card behind a payment method behaves."""
    return Card(**call.store.hidden(key)["card"])


def was_set_up(call: ApiCall, key: str) -> bool:
    """Whether its holder has agreed, authenticated, to later payments without them."""
    return bool(call.store.hidden(key).get("set_up"))


def mark_set_up(call: ApiCall, key: str) -> None:
    """Remember that the holder agreed to later payments."""
    call.store.hide(key, call.store.hidden(key) | {"set_up": True})


def attach_payment_method(call: ApiCall, method: Object, customer: str) -> Object:
    """Save a payment method with a customer; refuses cards that their bank declines."""
    if method["customer"] not in (None, customer):
        raise request_rejected("The payment method you provided has already been attached to a customer.")
    card = get_card(call, method["id"])
    if not card.attaches:
        code, message = DECLINES[card.decline]
        raise card_declined(message, code, card.decline, {"param": "", "payment_method": method})
    if method["customer"] == customer:
        return method
    method["customer"] = customer
    record_event(call, "payment_method.attached", call.store.save(method))
    return method


def reject_card_numbers(path: str, raw: object) -> object:
    """A reader for `card`: a token may pass, the parts of a card never."""
    if isinstance(raw, dict) and set(raw) == {"token"}:
        return raw
    raise ApiError(RAW_CARD, status=402, param=path, remembered=False)


def _create_payment_method(call: ApiCall, card: Card, extra: Object, *, holder: str | None = None) -> Object:
    empty_address = dict.fromkeys(("city", "country", "line1", "line2", "postal_code", "state"))
    empty_billing_details: Object = {
        "address": empty_address,
        "email": None,
        "name": None,
        "phone": None,
        "tax_id": None,
    }
    method: Object = {
        "id": ids.new_id("pm"), "object": "payment_method", "allow_redisplay": "unspecified",
        "billing_details": empty_billing_details | extra.get("billing_details", {}),
        "card": card_details(card, f"{call.account}/{holder}"), "created": call.at, "customer": None,
        "customer_account": None, "livemode": False, "metadata": extra.get("metadata", {}),
        "type": "card",
    }  # fmt: skip
    return call.store.insert(method, call.account, {"card": asdict(card)})


def card_details(card: Card, pocket: str = "") -> Object:
    """What a card shows of itself, in whosever pocket it is."""
    checks = {"address_line1_check": None, "address_postal_code_check": None, "cvc_check": "pass"}
    return {
        "brand": card.brand, "checks": checks, "country": card.country, "display_brand": card.brand,
        "exp_month": _EXPIRY_MONTH, "exp_year": _EXPIRY_YEAR,
        "fingerprint": _fingerprint(card, pocket),
        "funding": card.funding, "generated_from": None, "last4": card.last4,
        "networks": {"available": [card.brand], "preferred": None}, "regulated_status": "unregulated",
        "three_d_secure_usage": {"supported": True}, "wallet": None,
    }  # fmt: skip


def _fingerprint(card: Card, pocket: str) -> str:
    """Sixteen letters and digits, as Stripe's."""
    named = f"{pocket}/{card.brand}/{card.last4}/{card.country}/{card.funding}"
    return sha256(named.encode()).hexdigest()[:16]


def _create(call: ApiCall) -> Object:
    token = str(call.params["card"]["token"])
    card = find_card(token.replace("tok_", "pm_card_", 1))
    if card is None:
        raise object_not_found("token", token, "card[token]", status=400)
    return _create_payment_method(call, card, call.params | {"metadata": metadata_from_params(call)})


def _retrieve(call: ApiCall, holder: str | None = None) -> Object:
    named = find_card(call.path["id"]) is not None
    return (
        resolve_payment_method(call, call.path["id"], holder=holder)
        if named
        else path_object(call, "payment_method")
    )


def _attach(call: ApiCall) -> Object:
    customer = fetch_object(call, "customer", call.params["customer"], "customer", status=400)
    return attach_payment_method(call, _retrieve(call, customer["id"]), customer["id"])


def _detach(call: ApiCall) -> Object:
    method = path_object(call, "payment_method")
    if method["customer"] is None:
        raise request_rejected(
            "The payment method you provided is not attached to a customer so detachment is impossible."
        )
    method["customer"] = None
    record_event(call, "payment_method.detached", call.store.save(method))
    return method


def _list(call: ApiCall) -> Object:
    customer = call.path.get("id") or call.params.get("customer")
    if customer is None:
        raise invalid_parameter("Missing required param: customer.", "customer", "parameter_missing")
    fetch_object(call, "customer", str(customer), "customer")
    url = f"/v1/customers/{customer}/payment_methods" if "id" in call.path else "/v1/payment_methods"
    return lists.list_page(call, "payment_method", url, {"customer": customer})


_BILLING = params.object_of(email=params.unsettable, name=params.unsettable, phone=params.unsettable)
_ATTACH = params.request_params("customer", customer=params.text)
_LIST = params.list_params(customer=params.text, type=params.choice_of("card"))
_MAKE = params.request_params(
    "type card",
    type=params.choice_of("card"),
    card=reject_card_numbers,
    billing_details=_BILLING,
    metadata=params.metadata,
)
ROUTES = [
    ApiRoute("POST", "/v1/payment_methods", _create, _MAKE),
    ApiRoute("GET", "/v1/payment_methods", _list, _LIST),
    ApiRoute("GET", "/v1/payment_methods/{id}", _retrieve),
    ApiRoute(
        "POST",
        "/v1/payment_methods/{id}",
        lambda call: update_object(call, path_object(call, "payment_method")),
        params.request_params(metadata=params.metadata),
    ),
    ApiRoute("POST", "/v1/payment_methods/{id}/attach", _attach, _ATTACH),
    ApiRoute("POST", "/v1/payment_methods/{id}/detach", _detach),
    ApiRoute(
        "GET", "/v1/customers/{id}/payment_methods", _list, params.list_params(type=params.choice_of("card"))
    ),
]
