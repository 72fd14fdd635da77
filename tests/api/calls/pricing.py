"""Calls of quotes and prices."""

from tests.api.calls.call import NEXT_WEEK, Call

CALLS: dict[str, Call] = {
    "ask_for_quote": Call(
        "aino",
        "POST",
        "/quotes",
        {"offer_id": "{offer}", "start": "{day_25}", "end": "{day_25_later}"},
        also="ben farah mira otto olga",
        others={"ellen": 403},  # nobody books their own offer
    ),
    "read_quote": Call("aino", "GET", "/quotes/{quote}"),
    "explain_quote": Call("aino", "GET", "/quotes/{quote}/explanation"),
    "draw_curve": Call("nobody", "GET", "/prices/curve?offer_id={offer}&" + NEXT_WEEK, also="anyone"),
}
