"""Calls of standing and levels, and of appeals against the loss of one."""

from tests.api.calls.call import Call

CALLS: dict[str, Call] = {
    "read_standing": Call("ellen", "GET", "/users/{aino}/standing?market_id={market}", also="signed_in"),
    "read_levels": Call("nobody", "GET", "/markets/{market}/levels", also="anyone"),
    "list_my_level_decisions": Call("aino", "GET", "/markets/{market}/level-decisions", also="signed_in"),
    "read_level_decision": Call("aino", "GET", "/level-decisions/{level_lost}", also="mira otto"),
    "appeal_level_decision": Call(
        "aino", "POST", "/level-decisions/{level_lost}/appeal", {"statement": "I was ill."}
    ),
    "list_level_appeals": Call(
        "mira",
        "GET",
        "/markets/{market}/level-appeals",
        also="otto",
        others={"olga": 403},  # markets are no secret
    ),
    "answer_level_appeal": Call(
        "mira",
        "POST",
        "/level-decisions/{level_appealed}/appeal-answer",
        {"outcome": "overturned", "statement": "Get well soon."},
        also="otto",
    ),
}
