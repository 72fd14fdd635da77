"""The control interface under `/_sandbox/`: what no provider would let you do, in JSON and without a key.

It is for developers and tests: the clock, faults, the post, disputes, the holder's bank, onboarding, the
books.
"""

import json
from collections.abc import Callable
from urllib.parse import parse_qs

from sandbox import (
    accounts,
    books,
    clock,
    disputes,
    faults,
    intents,
    misdelivery,
    payouts,
    setup_intents,
    webhook_endpoints,
)
from sandbox.desk import Call
from sandbox.engine import Engine, Reply, Request
from sandbox.errors import ApiError, invalid, missing
from sandbox.wire import Object

Verb = Callable[[Engine, list[str], Object], Object]


def answer(engine: Engine, request: Request) -> Reply:
    """Answer one control request."""
    parts = request.path.removeprefix("/_sandbox/").strip("/").split("/")
    try:
        engine.pass_time()
        wish: Object = json.loads(request.body or b"{}")
        query = {name: values[-1] for name, values in parse_qs(request.query).items()}
        body = _verb(request.method, parts)(engine, parts, wish | query)
    except ApiError as error:
        return Reply(error.status, error.body())
    engine.courier.nudge()
    if "redirect" in body:
        return Reply(303, body, {"location": body["redirect"]})
    return Reply(200, body)


def _verb(method: str, parts: list[str]) -> Verb:
    named = [part if index != 1 else "*" for index, part in enumerate(parts)]
    verb = _VERBS.get((method, "/".join(parts))) or _VERBS.get((method, "/".join(named)))
    if verb is None:
        raise ApiError(f"There is no {method} /_sandbox/{'/'.join(parts)}.", status=404)
    return verb


def _clock(engine: Engine, _parts: list[str], _wish: Object) -> Object:
    setting = engine.store.setting("clock")
    return {"now": engine.now(), "frozen": "frozen" in setting, "offset": setting.get("offset", 0)}


def _move_clock(engine: Engine, parts: list[str], wish: Object) -> Object:
    clock.move(engine.store, engine.source, wish)
    engine.pass_time()
    return _clock(engine, parts, wish)


def _faults(engine: Engine, _parts: list[str], _wish: Object) -> Object:
    return {"faults": faults.armed(engine.store)}


def _clear_faults(engine: Engine, parts: list[str], wish: Object) -> Object:
    faults.clear(engine.store)
    return _faults(engine, parts, wish)


def _rules(engine: Engine, _parts: list[str], _wish: Object) -> Object:
    return {"rules": misdelivery.rules(engine.store)}


def _clear_rules(engine: Engine, parts: list[str], wish: Object) -> Object:
    misdelivery.clear(engine.store)
    return _rules(engine, parts, wish)


def _release(engine: Engine, _parts: list[str], wish: Object) -> Object:
    return {"released": misdelivery.release(engine.store, engine.now(), wish.get("order", "as_sent"))}


def _deliver(engine: Engine, _parts: list[str], _wish: Object) -> Object:
    return {"attempts": engine.courier.carry()}


def _deliveries(engine: Engine, _parts: list[str], _wish: Object) -> Object:
    rows = engine.store.rows(
        "SELECT event, endpoint, state, attempts, due_at, json_extract(body, '$.type') FROM deliveries"
        " LEFT JOIN objects ON objects.id = event ORDER BY rank"
    )
    names = ("event", "endpoint", "state", "attempts", "due_at", "type")
    return {"deliveries": [dict(zip(names, row, strict=True)) for row in rows]}


def _resend(engine: Engine, parts: list[str], _wish: Object) -> Object:
    event = _object(engine, parts[1], "event")
    again = "UPDATE deliveries SET state = 'pending', due_at = ?, attempts = 0 WHERE event = ?"
    engine.store.rows(again, engine.now(), event["id"])
    return event


def _register(engine: Engine, _parts: list[str], wish: Object) -> Object:
    with engine.store.transaction():
        return webhook_endpoints.register(engine.store, engine.now(), str(wish["url"]), str(wish["secret"]))


def _open_dispute(engine: Engine, _parts: list[str], wish: Object) -> Object:
    with engine.store.transaction():
        key = (
            wish.get("charge")
            or _object(engine, str(wish.get("payment_intent")), "payment_intent")["latest_charge"]
        )
        charge = _object(engine, str(key), "charge")
        amount = int(wish.get("amount", charge["amount"] - charge["amount_refunded"]))
        reason, inquiry = str(wish.get("reason", "general")), bool(wish.get("inquiry"))
        return disputes.open_for(_call(engine, charge), charge, amount=amount, reason=reason, inquiry=inquiry)


def _decide(engine: Engine, parts: list[str], wish: Object) -> Object:
    with engine.store.transaction():
        dispute = _object(engine, parts[1], "dispute")
        return disputes.decide(_call(engine, dispute), dispute, str(wish.get("outcome")), wish.get("amount"))


def _authenticate(engine: Engine, parts: list[str], wish: Object) -> Object:
    """The holder confirms (or fails to) at their bank.

    A browser that came by the link is sent on to `return_url`.
    """
    with engine.store.transaction():
        intent = engine.store.find(parts[1])
        if intent is None or intent["status"] != "requires_action":
            raise invalid("Nothing waits for its holder here.", "id")
        back = (intent["next_action"].get("redirect_to_url") or {}).get("return_url")
        verb = intents.authenticate if intent["object"] == "payment_intent" else setup_intents.authenticate
        done = verb(_call(engine, intent), intent, succeeds=wish.get("outcome", "succeeded") == "succeeded")
    if parts[0] == "authenticate" and back:
        return {"redirect": f"{back}{'&' if '?' in back else '?'}{done['object']}={done['id']}"}
    return done


def _onboard(engine: Engine, parts: list[str], _wish: Object) -> Object:
    with engine.store.transaction():
        account = _object(engine, parts[1], "account")
        return accounts.onboard(_call(engine, account), account)


def _follow_link(engine: Engine, parts: list[str], wish: Object) -> Object:
    link = engine.store.setting(f"link:{parts[1]}")
    if not link or link["expires_at"] < engine.now():
        return {"redirect": link["refresh_url"]} if link.get("refresh_url") else {"expired": True}
    account = _onboard(engine, ["accounts", link["account"]], wish)
    return {"redirect": link["return_url"]} if link["return_url"] else account


def _fail_payout(engine: Engine, parts: list[str], wish: Object) -> Object:
    with engine.store.transaction():
        payout = _object(engine, parts[1], "payout")
        return payouts.fail(_call(engine, payout), payout, str(wish.get("code", "account_closed")))


def _settings(engine: Engine, _parts: list[str], wish: Object) -> Object:
    with engine.store.transaction():
        engine.store.set("terms", engine.store.setting("terms") | wish)
        return engine.store.setting("terms")


def _requests(engine: Engine, _parts: list[str], _wish: Object) -> Object:
    return {"requests": list(engine.log)}


def _forget_requests(engine: Engine, _parts: list[str], _wish: Object) -> Object:
    engine.log.clear()
    return {"requests": []}


def _reset(engine: Engine, _parts: list[str], wish: Object) -> Object:
    engine.reset(frozen=bool(wish.get("frozen", False)))
    engine.log.clear()
    return {"reset": True}


def _object(engine: Engine, key: str, kind: str) -> Object:
    found = engine.store.find(key)
    if found is None or found["object"] != kind:
        raise missing(kind, key)
    return found


def _call(engine: Engine, thing: Object) -> Call:
    return Call(engine.store, engine.now(), engine.store.owner(thing["id"]) or "")


_VERBS: dict[tuple[str, str], Verb] = {
    ("GET", "health"): lambda *_: {"status": "ok"},
    ("GET", "clock"): _clock,
    ("POST", "clock"): _move_clock,
    ("GET", "faults"): _faults,
    ("POST", "faults"): lambda engine, _parts, wish: faults.add(engine.store, wish),
    ("DELETE", "faults"): _clear_faults,
    ("GET", "webhooks"): _rules,
    ("POST", "webhooks"): lambda engine, _parts, wish: misdelivery.add(engine.store, wish),
    ("DELETE", "webhooks"): _clear_rules,
    ("POST", "webhooks/release"): _release,
    ("POST", "webhooks/deliver"): _deliver,
    ("GET", "webhooks/deliveries"): _deliveries,
    ("POST", "webhook_endpoints"): _register,
    ("POST", "events/*/resend"): _resend,
    ("POST", "disputes"): _open_dispute,
    ("POST", "disputes/*/decide"): _decide,
    ("POST", "payment_intents/*/authenticate"): _authenticate,
    ("POST", "setup_intents/*/authenticate"): _authenticate,
    ("GET", "authenticate/*"): _authenticate,
    ("GET", "onboarding/*"): _follow_link,
    ("POST", "accounts/*/onboard"): _onboard,
    ("POST", "payouts/*/fail"): _fail_payout,
    ("GET", "books"): lambda engine, _parts, _wish: books.trial_balance(engine.store),
    ("POST", "settings"): _settings,
    ("GET", "requests"): _requests,
    ("DELETE", "requests"): _forget_requests,
    ("POST", "reset"): _reset,
}
