"""Calls of an application, the profile that comes of it, and being there."""

from tests.api.calls.call import OURS, PROFILE, Call

CALLS: dict[str, Call] = {
    "apply_as_provider": Call(
        "aino", "POST", PROFILE, {"market_id": "{market}", "display_name": "Aino"}, also="signed_in"
    ),
    "read_provider": Call("nobody", "GET", PROFILE + "/{ellens_profile}", also="anyone"),
    "list_my_profiles": Call("ellen", "GET", "/me/provider-profiles", also="signed_in"),
    "list_applications": Call(
        "mira", "GET", "/markets/{market}/applications", also="otto", others={"olga": 403}
    ),
    "read_application": Call("ellen", "GET", PROFILE + "/{ellens_profile}/application", also="mira otto"),
    "change_profile": Call("ellen", "PATCH", PROFILE + "/{ellens_profile}", {"about": "I iron, and mend."}),
    "record_business": Call(
        "otto",
        "PUT",
        PROFILE + "/{ellens_profile}/business",
        {"organisation_id": "FI-1234567-8", "payout_account_id": "acct_1", "segment": None},
    ),
    "be_present": Call(
        "ellen",
        "PUT",
        PROFILE + "/{ellens_profile}/presence",
        {"latitude": 60.17938, "longitude": 24.95152},
    ),
    "leave": Call("ellen", "DELETE", PROFILE + "/{ellens_profile}/presence"),
    "review_application": Call("mira", "POST", PROFILE + "/{applied}/review", OURS, also="otto"),
    "request_changes": Call("mira", "POST", PROFILE + "/{in_review}/change-request", OURS, also="otto"),
    "resubmit_application": Call(
        "carl", "POST", PROFILE + "/{changes_requested}/resubmission", OURS, also="mira otto"
    ),
    "approve_application": Call("mira", "POST", PROFILE + "/{in_review}/approval", OURS, also="otto"),
    "suspend_provider": Call("mira", "POST", PROFILE + "/{ellens_profile}/suspension", OURS, also="otto"),
    "reinstate_provider": Call(
        "mira", "POST", PROFILE + "/{suspended_profile}/reinstatement", OURS, also="otto"
    ),
    "close_profile": Call("ellen", "POST", PROFILE + "/{ellens_profile}/closure", OURS, also="mira otto"),
}
