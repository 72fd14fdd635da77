"""Calls of what is given beyond the paid work: asked for, promised, claimed, confirmed, decided."""

from tests.api.calls.call import Call

CALLS: dict[str, Call] = {
    "read_contribution_policy": Call("nobody", "GET", "/markets/{market}/contributions", also="anyone"),
    "list_calls": Call("nobody", "GET", "/markets/{market}/calls", also="anyone"),
    "read_call": Call("nobody", "GET", "/calls/{call}", also="anyone"),
    "open_call": Call(
        "aino",
        "POST",
        "/calls",
        {"market_id": "{market}", "kind": "answer", "title": "Which bus?", "text": "To the sauna."},
        also="signed_in",
    ),
    "close_call": Call("ben", "POST", "/calls/{call}/closing", also="mira otto"),
    "commit_to_call": Call("ellen", "POST", "/calls/{call}/commitments", {}, also="signed_in"),
    "list_my_commitments": Call("aino", "GET", "/me/commitments", also="signed_in"),
    "withdraw_commitment": Call("aino", "DELETE", "/commitments/{commitment}"),
    "submit_contribution": Call(
        "aino",
        "POST",
        "/contributions",
        {
            "market_id": "{market}",
            "kind": "defect_report",
            "title": "The map turns over",
            "evidence": {"statement": "Turn the map twice to the left, then once to the right. " * 2},
        },
        also="signed_in",
    ),
    "list_my_contributions": Call("aino", "GET", "/me/contributions", also="signed_in"),
    "read_contribution": Call("aino", "GET", "/contributions/{confirmable}", also="ellen mira otto"),
    "read_evidence": Call("aino", "GET", "/contributions/{to_verify}/evidence", also="mira otto"),
    "withdraw_contribution": Call("aino", "DELETE", "/contributions/{claimed}"),
    "appeal_rejection": Call(
        "aino", "POST", "/contributions/{rejected}/appeal", {"statement": "It did happen."}
    ),
    "list_my_attestations": Call("ellen", "GET", "/me/attestations", also="signed_in"),
    "read_attestation": Call("ellen", "GET", "/attestations/{asked}"),
    "answer_attestation": Call(
        "ellen", "PUT", "/attestations/{asked}/answer", {"verdict": "confirm", "quality_milli": 1_200}
    ),
    "list_contributions_to_decide": Call(
        "mira",
        "GET",
        "/markets/{market}/contributions-to-decide",
        also="otto",
        others={"olga": 403},
    ),
    "verify_contribution": Call(
        "mira", "POST", "/contributions/{to_verify}/verification", {"verdict": "confirm"}, also="otto"
    ),
    "answer_contribution_appeal": Call(
        "mira",
        "POST",
        "/contributions/{appealed_claim}/appeal-answer",
        {"verdict": "reject", "reason": "not_done", "statement": "The diary says otherwise."},
        also="otto",
    ),
}
