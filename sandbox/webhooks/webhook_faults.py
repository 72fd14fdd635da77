"""Faults of webhook delivery on request: rules that duplicate, drop, delay, hold or swap deliveries.

A rule is `{"action", "events", "count", "seconds", "copies"}`: the action, the event names (a pattern such as
`payment_intent.*`), how many more events it applies to (null: no limit), and the delay. The first rule that
matches is used.
"""

from fnmatch import fnmatchcase

from sandbox.protocol.errors import invalid_parameter
from sandbox.protocol.wire import Object
from sandbox.store import SandboxStore, Value

RULE_ACTIONS = ("duplicate", "drop", "delay", "hold", "reorder")
_WAIT_FOR_NEXT = 5
"""Seconds a swapped delivery waits for the next one to overtake it, before it goes out alone."""


def add_rule(store: SandboxStore, rule: Object) -> Object:
    """Put a rule in force; returns it with its defaults."""
    if rule.get("action") not in RULE_ACTIONS:
        raise invalid_parameter(f"Unknown action: must be one of {', '.join(RULE_ACTIONS)}", "action")
    full = {"events": "*", "count": None, "seconds": 0, "copies": 1} | rule
    store.set("misdelivery", {"rules": [*list_rules(store), full]})
    return full


def list_rules(store: SandboxStore) -> list[Object]:
    """The rules in force, oldest first."""
    rules: list[Object] = store.setting("misdelivery").get("rules", [])
    return rules


def clear_rules(store: SandboxStore) -> None:
    """Let the post behave again; what is held stays held until it is released."""
    store.set("misdelivery", {})


def queue_event(store: SandboxStore, event: Object, endpoint: str, at: int) -> None:
    """Queue an event for an endpoint, well or badly as the rules in force say."""
    rule = _matching_rule(store, str(event["type"]))
    action, seconds = rule.get("action"), int(rule.get("seconds", 0))
    copies = 1 + (int(rule["copies"]) if action == "duplicate" else 0)
    state = {"drop": "dropped", "hold": "held"}.get(str(action), "pending")
    wait = seconds if action in ("delay", "duplicate") else 0
    _release_swapped(store, endpoint, at)
    for copy in range(copies):
        seq = _queue(store, event, endpoint, at + (wait if copy or action == "delay" else 0), state)
        if action == "reorder":
            overtaken = "UPDATE deliveries SET state = 'swapped', rank = rank + 1.5, due_at = ? WHERE seq = ?"
            store.rows(overtaken, at + (seconds or _WAIT_FOR_NEXT), seq)


def release_held(store: SandboxStore, at: int, order: str = "as_sent") -> int:
    """Send what was held, `as_sent`, `reversed` or `shuffled`; returns how many."""
    held = [row[0] for row in store.rows("SELECT seq FROM deliveries WHERE state = 'held' ORDER BY rank")]
    direction = {"as_sent": "rank", "reversed": "-rank", "shuffled": "random() / 9e18"}
    if order not in direction:
        raise invalid_parameter(f"Invalid order: must be one of {', '.join(direction)}", "order")
    changed = (
        f"UPDATE deliveries SET state = 'pending', due_at = ?, rank = {direction[order]} WHERE state = 'held'"  # noqa: S608  one of three constants
    )
    store.rows(changed, at)
    return len(held)


def _matching_rule(store: SandboxStore, name: str) -> Object:
    rules = list_rules(store)
    for rule in rules:
        if fnmatchcase(name, rule["events"]) and rule["count"] != 0:
            if rule["count"] is not None:
                rule["count"] -= 1
                store.set("misdelivery", {"rules": rules})
            return rule
    return {}


def _queue(store: SandboxStore, event: Object, endpoint: str, due_at: int, state: str) -> Value:
    """Queue behind all others; returns the number in the queue, which is also the rank."""
    queued = store.rows(
        "INSERT INTO deliveries (event, endpoint, due_at, state, rank) VALUES (?, ?, ?, ?, 0) RETURNING seq",
        event["id"], endpoint, due_at, state,
    )  # fmt: skip
    store.rows("UPDATE deliveries SET rank = seq WHERE seq = ?", queued[0][0])
    return queued[0][0]


def _release_swapped(store: SandboxStore, endpoint: str, at: int) -> None:
    waiting = "UPDATE deliveries SET state = 'pending', due_at = ? WHERE state = 'swapped' AND endpoint = ?"
    store.rows(waiting, at, endpoint)
