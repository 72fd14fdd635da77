"""Calls of what a contribution came to: its trace, taking it back, referrals and signals."""

from tests.api.calls.call import Call

CALLS: dict[str, Call] = {
    "trace_contribution": Call("aino", "GET", "/contributions/{gathered}/trace", also="mira otto"),
    "list_contribution_periods": Call(
        "nobody", "GET", "/markets/{market}/contribution-periods", also="anyone"
    ),
    "claw_back_contribution": Call(
        "mira",
        "POST",
        "/contributions/{gathered}/claw-back",
        {"reason": "copied", "statement": "It is the harbour office's."},
        also="otto",
    ),
    "appeal_claw_back": Call("aino", "POST", "/claw-backs/{taken_back}/appeal", {"statement": "I wrote it."}),
    "answer_claw_back_appeal": Call(
        "otto",
        "POST",
        "/claw-backs/{taken_appealed}/appeal-answer",
        {"outcome": "restored", "statement": "You did write it."},
        also="mira",
    ),
    "get_referral_code": Call("aino", "POST", "/markets/{market}/referral-code", also="signed_in"),
    "use_referral_code": Call("olga", "POST", "/referrals", {"code": "{code}"}, also="signed_in"),
    "list_my_referrals": Call("aino", "GET", "/me/referrals", also="signed_in"),
    "list_contribution_signals": Call("mira", "GET", "/markets/{market}/contribution-signals", also="otto"),
    "assess_contribution_signal": Call(
        "mira",
        "POST",
        "/contribution-signals/{signal}/assessment",
        {"outcome": "harmless", "note": "A busy Sunday."},
        also="otto",
    ),
    "explain_credit_posting": Call("aino", "GET", "/credits/postings/{posting}/explanation", also="otto"),
}
