"""The control interface under `/_sandbox/`: what no provider would let you do, in JSON and without a key.

It is for developers and tests: the clock, faults, the post, disputes, the holder's bank, onboarding, the
books.
"""

import json
from collections.abc import Callable
from urllib.parse import parse_qs

from sandbox import clock, faults, ledger
from sandbox.connect import accounts, payouts
from sandbox.engine import SandboxEngine, SandboxReply, SandboxRequest
from sandbox.payments import disputes, payment_intent_lifecycle, setup_intents
from sandbox.protocol.errors import ApiError, invalid_parameter, object_not_found
from sandbox.protocol.routing import ApiCall
from sandbox.protocol.wire import Object
from sandbox.webhooks import webhook_endpoints, webhook_faults

AdminHandler = Callable[[SandboxEngine, list[str], Object], Object]


def handle_request(engine: SandboxEngine, request: SandboxRequest) -> SandboxReply:
    """Answer one control request."""
    parts = request.path.removeprefix("/_sandbox/").strip("/").split("/")
    try:
        engine.run_timers()
        params: Object = json.loads(request.body or b"{}")
        query = {name: values[-1] for name, values in parse_qs(request.query).items()}
        body = _find_handler(request.method, parts)(engine, parts, params | query)
    except ApiError as error:
        return SandboxReply(error.status, error.body())
    engine.webhook_sender.wake()
    if "redirect" in body:
        return SandboxReply(303, body, {"location": body["redirect"]})
    return SandboxReply(200, body)


def _find_handler(method: str, parts: list[str]) -> AdminHandler:
    named = [part if index != 1 else "*" for index, part in enumerate(parts)]
    handler = _HANDLERS.get((method, "/".join(parts))) or _HANDLERS.get((method, "/".join(named)))
    if handler is None:
        raise ApiError(f"There is no {method} /_sandbox/{'/'.join(parts)}.", status=404)
    return handler


def _clock(engine: SandboxEngine, _parts: list[str], _params: Object) -> Object:
    setting = engine.store.setting("clock")
    return {"now": engine.now(), "frozen": "frozen" in setting, "offset": setting.get("offset", 0)}


def _move_clock(engine: SandboxEngine, parts: list[str], params: Object) -> Object:
    clock.move_clock(engine.store, engine.source, params)
    engine.run_timers()
    return _clock(engine, parts, params)


def _list_faults(engine: SandboxEngine, _parts: list[str], _params: Object) -> Object:
    return {"faults": faults.list_faults(engine.store)}


def _clear_faults(engine: SandboxEngine, parts: list[str], params: Object) -> Object:
    faults.clear_faults(engine.store)
    return _list_faults(engine, parts, params)


def _list_rules(engine: SandboxEngine, _parts: list[str], _params: Object) -> Object:
    return {"rules": webhook_faults.list_rules(engine.store)}


def _clear_rules(engine: SandboxEngine, parts: list[str], params: Object) -> Object:
    webhook_faults.clear_rules(engine.store)
    return _list_rules(engine, parts, params)


def _release(engine: SandboxEngine, _parts: list[str], params: Object) -> Object:
    return {
        "released": webhook_faults.release_held(engine.store, engine.now(), params.get("order", "as_sent"))
    }


def _deliver(engine: SandboxEngine, _parts: list[str], _params: Object) -> Object:
    return {"attempts": engine.webhook_sender.deliver_due()}


def _deliveries(engine: SandboxEngine, _parts: list[str], _params: Object) -> Object:
    rows = engine.store.rows(
        "SELECT event, endpoint, state, attempts, due_at, json_extract(body, '$.type') FROM deliveries"
        " LEFT JOIN objects ON objects.id = event ORDER BY rank"
    )
    names = ("event", "endpoint", "state", "attempts", "due_at", "type")
    return {"deliveries": [dict(zip(names, row, strict=True)) for row in rows]}


def _resend(engine: SandboxEngine, parts: list[str], _params: Object) -> Object:
    event = _get_object(engine, parts[1], "event")
    again = "UPDATE deliveries SET state = 'pending', due_at = ?, attempts = 0 WHERE event = ?"
    engine.store.rows(again, engine.now(), event["id"])
    return event


def _register(engine: SandboxEngine, _parts: list[str], params: Object) -> Object:
    with engine.store.transaction():
        return webhook_endpoints.register_endpoint(
            engine.store, engine.now(), str(params["url"]), str(params["secret"])
        )


def _open_dispute(engine: SandboxEngine, _parts: list[str], params: Object) -> Object:
    with engine.store.transaction():
        key = (
            params.get("charge")
            or _get_object(engine, str(params.get("payment_intent")), "payment_intent")["latest_charge"]
        )
        charge = _get_object(engine, str(key), "charge")
        amount = int(params.get("amount", charge["amount"] - charge["amount_refunded"]))
        reason, inquiry = str(params.get("reason", "general")), bool(params.get("inquiry"))
        return disputes.open_dispute(
            _call(engine, charge), charge, amount=amount, reason=reason, inquiry=inquiry
        )


def _decide_dispute(engine: SandboxEngine, parts: list[str], params: Object) -> Object:
    with engine.store.transaction():
        dispute = _get_object(engine, parts[1], "dispute")
        return disputes.decide_dispute(
            _call(engine, dispute), dispute, str(params.get("outcome")), params.get("amount")
        )


def _authenticate(engine: SandboxEngine, parts: list[str], params: Object) -> Object:
    """The holder confirms (or fails to) at their bank.

    A browser that came by the link is sent on to `return_url`.
    """
    with engine.store.transaction():
        intent = engine.store.find(parts[1])
        if intent is None or intent["status"] != "requires_action":
            raise invalid_parameter("Nothing waits for its holder here.", "id")
        return_url = (intent["next_action"].get("redirect_to_url") or {}).get("return_url")
        handler = (
            payment_intent_lifecycle.authenticate_intent
            if intent["object"] == "payment_intent"
            else setup_intents.authenticate_setup_intent
        )
        result = handler(
            _call(engine, intent), intent, succeeds=params.get("outcome", "succeeded") == "succeeded"
        )
    if parts[0] == "authenticate" and return_url:
        return {
            "redirect": f"{return_url}{'&' if '?' in return_url else '?'}{result['object']}={result['id']}"
        }
    return result


def _onboard(engine: SandboxEngine, parts: list[str], _params: Object) -> Object:
    with engine.store.transaction():
        account = _get_object(engine, parts[1], "account")
        return accounts.onboard_account(_call(engine, account), account)


def _complete_onboarding(engine: SandboxEngine, parts: list[str], params: Object) -> Object:
    link = engine.store.setting(f"link:{parts[1]}")
    if not link or link["expires_at"] < engine.now():
        return {"redirect": link["refresh_url"]} if link.get("refresh_url") else {"expired": True}
    account = _onboard(engine, ["accounts", link["account"]], params)
    return {"redirect": link["return_url"]} if link["return_url"] else account


def _fail_payout(engine: SandboxEngine, parts: list[str], params: Object) -> Object:
    with engine.store.transaction():
        payout = _get_object(engine, parts[1], "payout")
        return payouts.fail_payout(_call(engine, payout), payout, str(params.get("code", "account_closed")))


def _settings(engine: SandboxEngine, _parts: list[str], params: Object) -> Object:
    with engine.store.transaction():
        engine.store.set("terms", engine.store.setting("terms") | params)
        return engine.store.setting("terms")


def _requests(engine: SandboxEngine, _parts: list[str], _params: Object) -> Object:
    return {"requests": list(engine.log)}


def _clear_requests(engine: SandboxEngine, _parts: list[str], _params: Object) -> Object:
    engine.log.clear()
    return {"requests": []}


def _reset(engine: SandboxEngine, _parts: list[str], params: Object) -> Object:
    engine.reset(frozen=bool(params.get("frozen", False)))
    engine.log.clear()
    return {"reset": True}


def _get_object(engine: SandboxEngine, key: str, kind: str) -> Object:
    stored = engine.store.find(key)
    if stored is None or stored["object"] != kind:
        raise object_not_found(kind, key)
    return stored


def _call(engine: SandboxEngine, thing: Object) -> ApiCall:
    return ApiCall(engine.store, engine.now(), engine.store.owner(thing["id"]) or "")


_HANDLERS: dict[tuple[str, str], AdminHandler] = {
    ("GET", "health"): lambda *_: {"status": "ok"},
    ("GET", "clock"): _clock,
    ("POST", "clock"): _move_clock,
    ("GET", "faults"): _list_faults,
    ("POST", "faults"): lambda engine, _parts, params: faults.add_fault(engine.store, params),
    ("DELETE", "faults"): _clear_faults,
    ("GET", "webhooks"): _list_rules,
    ("POST", "webhooks"): lambda engine, _parts, params: webhook_faults.add_rule(engine.store, params),
    ("DELETE", "webhooks"): _clear_rules,
    ("POST", "webhooks/release"): _release,
    ("POST", "webhooks/deliver"): _deliver,
    ("GET", "webhooks/deliveries"): _deliveries,
    ("POST", "webhook_endpoints"): _register,
    ("POST", "events/*/resend"): _resend,
    ("POST", "disputes"): _open_dispute,
    ("POST", "disputes/*/decide"): _decide_dispute,
    ("POST", "payment_intents/*/authenticate"): _authenticate,
    ("POST", "setup_intents/*/authenticate"): _authenticate,
    ("GET", "authenticate/*"): _authenticate,
    ("GET", "onboarding/*"): _complete_onboarding,
    ("POST", "accounts/*/onboard"): _onboard,
    ("POST", "payouts/*/fail"): _fail_payout,
    ("GET", "books"): lambda engine, _parts, _params: ledger.trial_balance(engine.store),
    ("POST", "settings"): _settings,
    ("GET", "requests"): _requests,
    ("DELETE", "requests"): _clear_requests,
    ("POST", "reset"): _reset,
}
