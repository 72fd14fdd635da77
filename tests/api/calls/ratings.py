"""Calls of reviews, of what is decided about them, and of reputation."""

from tests.api.calls.call import BOOKING, PROFILE, SIDES, Call

REVIEW = {"stars": 5, "dimensions": {"quality": 4}, "text": "Crisp.", "note_to_other": "Thank you."}

CALLS: dict[str, Call] = {
    "submit_review": Call("aino", "POST", BOOKING + "/{reviewable}/review", REVIEW, also="ellen"),
    "edit_review": Call("aino", "PUT", BOOKING + "/{half_reviewed}/review", REVIEW),
    "read_own_review": Call("aino", "GET", BOOKING + "/{half_reviewed}/review"),
    "read_booking_reviews": Call("aino", "GET", BOOKING + "/{half_reviewed}/reviews", also=SIDES),
    "hold_reviews": Call(
        "otto", "POST", BOOKING + "/{half_reviewed}/review-hold", {"reason_code": "dispute"}
    ),
    "release_reviews": Call("otto", "DELETE", BOOKING + "/{waiting}/review-hold"),
    "list_provider_reviews": Call("nobody", "GET", PROFILE + "/{ellens_profile}/reviews", also="anyone"),
    "list_customer_reviews": Call("ellen", "GET", "/users/{aino}/reviews", also="signed_in"),
    "reply_to_review": Call("ellen", "POST", "/reviews/{review}/reply", {"text": "Thank you!"}),
    "decide_about_review": Call(
        "mira",
        "POST",
        "/reviews/{review}/decisions",
        {"kind": "remove", "reason_code": "personal_data", "statement": "It names a street."},
        also="otto",
    ),
    "list_review_decisions": Call("aino", "GET", "/reviews/{review}/decisions", also="mira otto"),
    "appeal_review_decision": Call(
        "aino", "POST", "/review-decisions/{decision}/appeal", {"statement": "It is the sign's."}
    ),
    "answer_review_appeal": Call(
        "mira",
        "POST",
        "/review-decisions/{appealed}/appeal-answer",
        {"outcome": "overturned", "statement": "It is on their sign."},
        also="otto",
    ),
    "read_provider_reputation": Call(
        "nobody", "GET", PROFILE + "/{ellens_profile}/reputation", also="anyone"
    ),
    "read_customer_reputation": Call("ellen", "GET", "/users/{aino}/reputation", also="signed_in"),
    "preview_tier": Call("ellen", "GET", PROFILE + "/{ellens_profile}/tier-preview", also="otto"),
    "read_review_methodology": Call("nobody", "GET", "/reviews/methodology", also="anyone"),
    "export_my_reputation": Call("aino", "GET", "/me/reputation/export", also="signed_in"),
    "verify_reputation_export": Call(
        "nobody",
        "POST",
        "/reputation-verifications",
        {"document": "As it was handed on.", "signature": "made-up"},
        also="anyone",
    ),
}
