"""The life of a payment intent: from a wish to money taken, step by step, with the card's own answer at each.

requires_payment_method → requires_confirmation → (requires_action) → (requires_capture) → succeeded, or
canceled. The requests are in `sandbox.payments.payment_intents`; here is what happens, whoever asked or
whichever clock struck.
"""

from sandbox.payments import charges, payment_methods
from sandbox.payments.disputes import open_dispute
from sandbox.payments.test_cards import DECLINES, Card
from sandbox.protocol import ids
from sandbox.protocol.errors import ApiError, card_declined
from sandbox.protocol.routing import ApiCall
from sandbox.protocol.wire import Object, dump_json, load_json
from sandbox.webhooks.events import record_event


def confirm_intent(
    call: ApiCall, intent: Object, *, off_session: bool, return_url: str | None
) -> ApiError | None:
    """Try the intent's payment method; returns the decline to answer with, if it was declined."""
    method = payment_methods.resolve_payment_method(call, intent["payment_method"])
    card = payment_methods.get_card(call, method["id"])
    if _must_authenticate(call, card, method, off_session=off_session):
        if off_session:
            return decline_intent(call, intent, method, "authentication_required")
        _require_action(call, intent, return_url)
        return None
    return charge_payment_method(call, intent, method, off_session=off_session)


def charge_payment_method(
    call: ApiCall, intent: Object, method: Object, *, off_session: bool = False
) -> ApiError | None:
    """What follows when the holder has agreed: the bank's yes or no, and the capture unless it is manual."""
    card = payment_methods.get_card(call, method["id"])
    if card.decline:
        return decline_intent(call, intent, method, card.decline)
    _save_payment_method(call, intent, method)
    manual = intent["capture_method"] == "manual"
    hold = charges.hold_seconds(card, off_session=off_session)
    charge = charges.create_charge(call, intent, method, captured=not manual, hold=hold)
    intent |= {"latest_charge": charge["id"], "last_payment_error": None, "next_action": None}
    if manual:
        intent |= {"status": "requires_capture", "amount_capturable": intent["amount"]}
        call.store.save(intent)
        call.start_timer(call.at + hold, "expire_authorization", intent["id"])
        record_event(call, "charge.succeeded", charge)
        record_event(call, "payment_intent.amount_capturable_updated", intent)
    else:
        capture_intent(call, intent, intent["amount"])
    return None


def capture_intent(call: ApiCall, intent: Object, amount: int) -> Object:
    """Take the money that was authorized; what is not taken is released. Returns the intent."""
    charge = call.store.find(intent["latest_charge"])
    assert charge is not None, intent["id"]  # noqa: S101  only authorized intents come here
    charges.capture_charge(call, charge, amount)
    was_held = intent["status"] == "requires_capture"
    intent |= {"status": "succeeded", "amount_received": amount, "amount_capturable": 0}
    call.store.save(intent)
    record_event(call, "charge.captured" if was_held else "charge.succeeded", charge)
    record_event(call, "payment_intent.succeeded", intent)
    card = payment_methods.get_card(call, charge["payment_method"])
    if card.dispute:
        open_dispute(call, charge, amount=amount, reason=card.dispute, inquiry=card.inquiry)
    return intent


def cancel_intent(
    call: ApiCall, intent: Object, reason: str | None, release_reason: str | None = None
) -> Object:
    """Give up; what was held goes back to the holder. Returns the intent."""
    if intent["status"] == "requires_capture":
        charge = call.store.find(intent["latest_charge"])
        assert charge is not None, intent["id"]  # noqa: S101  a held intent has its charge
        charges.release_hold(call, charge, charge["amount"], release_reason)
        if release_reason:
            record_event(call, "charge.expired", charge)
    intent |= {"status": "canceled", "canceled_at": call.at, "cancellation_reason": reason,
    "amount_capturable": 0,
               "next_action": None}  # fmt: skip
    call.store.save(intent)
    record_event(call, "payment_intent.canceled", intent)
    return intent


def expire_authorization(call: ApiCall, key: str) -> None:
    """The networks' hour has struck.

    An authorization still uncaptured is gone, with the reason `automatic`.
    """
    intent = call.store.find(key)
    if intent is None or intent["status"] != "requires_capture":
        return
    charge = call.store.find(intent["latest_charge"])
    if charge and charge["payment_method_details"]["card"].get("capture_before", 0) <= call.at:
        cancel_intent(call, intent, "automatic", "expired_uncaptured_charge")


def authenticate_intent(call: ApiCall, intent: Object, *, succeeds: bool) -> Object:
    """The holder came back from their bank; returns the intent, whatever became of it."""
    method = payment_methods.resolve_payment_method(call, intent["payment_method"])
    if succeeds:
        charge_payment_method(call, intent, method)
        return intent
    error = _error(call, intent, method, "payment_intent_authentication_failure", None, _NOT_AUTHENTICATED)
    _fail(call, intent, error)
    return intent


def decline_intent(call: ApiCall, intent: Object, method: Object, decline_code: str) -> ApiError:
    """Record that the bank said no; returns the refusal to answer with."""
    code, message = DECLINES[decline_code]
    charge = charges.create_failed_charge(call, intent, method, code, decline_code, message)
    intent["latest_charge"] = charge["id"]
    error = _error(call, intent, method, code, decline_code, message) | {"charge": charge["id"]}
    _fail(call, intent, error)
    extra = {"charge": charge["id"], "payment_intent": intent, "payment_method": method}
    return card_declined(message, code, decline_code, load_json(dump_json(extra)))


def _fail(call: ApiCall, intent: Object, error: Object) -> None:
    intent |= {"status": "requires_payment_method", "payment_method": None, "next_action": None,
               "last_payment_error": error}  # fmt: skip
    call.store.save(intent)
    record_event(call, "payment_intent.payment_failed", intent)


def _error(
    _call: ApiCall, _intent: Object, method: Object, code: str, decline_code: str | None, message: str
) -> Object:
    error: Object = {"code": code, "message": message, "payment_method": method, "type": "card_error"}
    return error | ({"decline_code": decline_code} if decline_code else {})


def _must_authenticate(call: ApiCall, card: Card, method: Object, *, off_session: bool) -> bool:
    if card.authentication == "unless_set_up":
        return not (off_session and payment_methods.was_set_up(call, method["id"]))
    return card.authentication == "always"


def _require_action(call: ApiCall, intent: Object, return_url: str | None) -> None:
    """Send the holder to their bank: a page of ours stands in for it."""
    page = f"{call.base_url}/_sandbox/authenticate/{intent['id']}"
    ours = {"type": "three_d_secure_redirect", "stripe_js": page, "source": ids.new_id("src")}
    away = {"type": "redirect_to_url", "redirect_to_url": {"return_url": return_url, "url": page}}
    intent |= {"status": "requires_action",
               "next_action": away if return_url else {"type": "use_stripe_sdk",
               "use_stripe_sdk": ours}}  # fmt: skip
    call.store.save(intent)
    record_event(call, "payment_intent.requires_action", intent)


def _save_payment_method(call: ApiCall, intent: Object, method: Object) -> None:
    if intent["setup_future_usage"] is None:
        return
    if intent["setup_future_usage"] == "off_session":
        payment_methods.mark_set_up(call, method["id"])
    if intent["customer"] is not None:
        payment_methods.attach_payment_method(call, method, intent["customer"])


_NOT_AUTHENTICATED = (
    "We are unable to authenticate your payment method. "
    "Please choose a different payment method and try again."
)
