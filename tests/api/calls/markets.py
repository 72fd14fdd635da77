"""Calls of a place and its rules, and of its published tariffs."""

from tests.api.calls.call import LATEST, Call

CALLS: dict[str, Call] = {
    "create_market": Call(
        "otto",
        "POST",
        "/markets",
        {
            "slug": "turku",
            "name": "Turku",
            "currency": "EUR",
            "time_zone": "Europe/Helsinki",
            "locale": "fi-FI",
            "country": "FI",
        },
    ),
    "list_markets": Call("nobody", "GET", "/markets", also="anyone"),
    "read_market": Call("nobody", "GET", "/markets/{market}", also="anyone"),
    "read_policy": Call("nobody", "GET", "/markets/{market}/policy", also="anyone"),
    "list_policy_versions": Call("nobody", "GET", "/markets/{market}/policy-versions", also="anyone"),
    "publish_policy": Call(
        "otto",
        "POST",
        "/markets/{market}/policy-versions",
        {"rules": {"service_fee_bp": 600}, "note": "Fees follow the budget."},
        others={"olga": 403},
        headers=LATEST,
    ),
    "publish_tariff": Call(
        "otto",
        "POST",
        "/markets/{market}/tariffs",
        {"effects": [{"name": "Christmas", "factor_bp": 12_500, "dates": ["{date_20}"]}]},
        others={"olga": 403},
    ),
    "list_tariffs": Call("nobody", "GET", "/markets/{market}/tariffs", also="anyone"),
}
