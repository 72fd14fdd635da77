"""Payment methods: cards known by name only.

Using a documented name makes a fresh payment method, as Stripe does. Its fingerprint is Stripe's in form, and
one card has one fingerprint whoever shows it. At Stripe every `pm_card_visa` in test mode is the same card;
here a name stands for the card of that kind in its customer's own pocket, or a town that pays by name would
be one person. To have two customers share a card, make a payment method for each from the same token.
"""

from dataclasses import asdict
from hashlib import sha256

from sandbox import ids, lists, params
from sandbox.cards import DECLINES, Card, by_name
from sandbox.desk import Call, Route, fetch, new_metadata, subject, updated
from sandbox.errors import ApiError, declined, invalid, missing, refused
from sandbox.events import record
from sandbox.wire import Object

RAW_CARD = (
    "Sending credit card numbers directly to the Stripe API is generally unsafe. We suggest you use test "
    "tokens that "
    "map to the test card you are using, see https://stripe.com/docs/testing. To enable testing raw card "
    "data APIs, see "
    "https://support.stripe.com/questions/enabling-access-to-raw-card-data-apis."
)
_EXPIRY_MONTH, _EXPIRY_YEAR = 12, 2034


def usable(call: Call, key: str, param: str = "payment_method", *, holder: str | None = None) -> Object:
    """The payment method with this id, or a fresh one for a documented test name, of the holder's own."""
    card = by_name(key)
    if card is not None:
        return _make(call, card, {}, holder=holder)
    found = call.store.find(key)
    if found is None or found["object"] != "payment_method" or call.store.owner(key) != call.account:
        raise missing("PaymentMethod", key, param, status=400)
    return found


def card_of(call: Call, key: str) -> Card:
    """How the card behind a payment method behaves."""
    return Card(**call.store.hidden(key)["card"])


def was_set_up(call: Call, key: str) -> bool:
    """Whether its holder has agreed, authenticated, to later payments without them."""
    return bool(call.store.hidden(key).get("set_up"))


def mark_set_up(call: Call, key: str) -> None:
    """Remember that the holder agreed to later payments."""
    call.store.hide(key, call.store.hidden(key) | {"set_up": True})


def attach(call: Call, method: Object, customer: str) -> Object:
    """Save a payment method with a customer; refuses cards that their bank declines."""
    if method["customer"] not in (None, customer):
        raise refused("The payment method you provided has already been attached to a customer.")
    card = card_of(call, method["id"])
    if not card.attaches:
        code, message = DECLINES[card.decline]
        raise declined(message, code, card.decline, {"param": "", "payment_method": method})
    if method["customer"] == customer:
        return method
    method["customer"] = customer
    record(call, "payment_method.attached", call.store.save(method))
    return method


def refuse_numbers(path: str, raw: object) -> object:
    """A reader for `card`: a token may pass, the parts of a card never."""
    if isinstance(raw, dict) and set(raw) == {"token"}:
        return raw
    raise ApiError(RAW_CARD, status=402, param=path, remembered=False)


def _make(call: Call, card: Card, extra: Object, *, holder: str | None = None) -> Object:
    nowhere = dict.fromkeys(("city", "country", "line1", "line2", "postal_code", "state"))
    nobody: Object = {"address": nowhere, "email": None, "name": None, "phone": None, "tax_id": None}
    method: Object = {
        "id": ids.new("pm"), "object": "payment_method", "allow_redisplay": "unspecified",
        "billing_details": nobody | extra.get("billing_details", {}),
        "card": face(card, f"{call.account}/{holder}"), "created": call.at, "customer": None,
        "customer_account": None, "livemode": False, "metadata": extra.get("metadata", {}),
        "type": "card",
    }  # fmt: skip
    return call.store.insert(method, call.account, {"card": asdict(card)})


def face(card: Card, pocket: str = "") -> Object:
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


def _create(call: Call) -> Object:
    token = str(call.params["card"]["token"])
    card = by_name(token.replace("tok_", "pm_card_", 1))
    if card is None:
        raise missing("token", token, "card[token]", status=400)
    return _make(call, card, call.params | {"metadata": new_metadata(call)})


def _retrieve(call: Call, holder: str | None = None) -> Object:
    named = by_name(call.path["id"]) is not None
    return usable(call, call.path["id"], holder=holder) if named else subject(call, "payment_method")


def _attach(call: Call) -> Object:
    customer = fetch(call, "customer", call.params["customer"], "customer", status=400)
    return attach(call, _retrieve(call, customer["id"]), customer["id"])


def _detach(call: Call) -> Object:
    method = subject(call, "payment_method")
    if method["customer"] is None:
        raise refused(
            "The payment method you provided is not attached to a customer so detachment is impossible."
        )
    method["customer"] = None
    record(call, "payment_method.detached", call.store.save(method))
    return method


def _list(call: Call) -> Object:
    customer = call.path.get("id") or call.params.get("customer")
    if customer is None:
        raise invalid("Missing required param: customer.", "customer", "parameter_missing")
    fetch(call, "customer", str(customer), "customer")
    url = f"/v1/customers/{customer}/payment_methods" if "id" in call.path else "/v1/payment_methods"
    return lists.page(call, "payment_method", url, {"customer": customer})


_BILLING = params.shape(email=params.unsettable, name=params.unsettable, phone=params.unsettable)
_ATTACH = params.body("customer", customer=params.text)
_LIST = params.listing(customer=params.text, type=params.one_of("card"))
_MAKE = params.body(
    "type card",
    type=params.one_of("card"),
    card=refuse_numbers,
    billing_details=_BILLING,
    metadata=params.metadata,
)
ROUTES = [
    Route("POST", "/v1/payment_methods", _create, _MAKE),
    Route("GET", "/v1/payment_methods", _list, _LIST),
    Route("GET", "/v1/payment_methods/{id}", _retrieve),
    Route("POST", "/v1/payment_methods/{id}", lambda call: updated(call, subject(call, "payment_method")),
          params.body(metadata=params.metadata)),
    Route("POST", "/v1/payment_methods/{id}/attach", _attach, _ATTACH),
    Route("POST", "/v1/payment_methods/{id}/detach", _detach),
    Route("GET", "/v1/customers/{id}/payment_methods", _list, params.listing(type=params.one_of("card"))),
]  # fmt: skip
