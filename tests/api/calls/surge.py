"""Calls of the live factor: its map, its emergencies, and what operators see of it."""

from tests.api.calls.call import Call

CALLS: dict[str, Call] = {
    "draw_surge_map": Call(
        "nobody", "GET", "/surge/map?market=helsinki&category=hourly-service", also="anyone"
    ),
    "declare_emergency": Call(
        "otto",
        "POST",
        "/markets/{market}/surge-emergencies",
        {"rule": "plus_ten_percent", "reason": "A storm."},
        others={"olga": 403},
    ),
    "list_emergencies": Call("otto", "GET", "/markets/{market}/surge-emergencies", others={"olga": 403}),
    "lift_emergency": Call("otto", "POST", "/surge-emergencies/{emergency}/lifting", others={"olga": 403}),
    "list_snapshots": Call("otto", "GET", "/markets/{market}/surge-snapshots", others={"olga": 403}),
    "recount_snapshot": Call("otto", "GET", "/surge-snapshots/{snapshot}/recount", others={"olga": 403}),
    "list_audits": Call("otto", "GET", "/markets/{market}/surge-audits", others={"olga": 403}),
    "try_surge": Call(
        "otto",
        "POST",
        "/markets/{market}/surge-what-if",
        {"surge": {"live": {"hourly-service": {"cap_bp": 14_000}}}},
        others={"olga": 403},
    ),
}
