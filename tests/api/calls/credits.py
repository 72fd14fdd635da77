"""Calls of credits, hours, pots and patronage."""

from tests.api.calls.call import Call

CALLS: dict[str, Call] = {
    "read_my_credits": Call("aino", "GET", "/credits", also="signed_in"),
    "list_my_credit_postings": Call("aino", "GET", "/credits/postings", also="signed_in"),
    "pay_out_credits": Call(
        "ellen", "POST", "/markets/{market}/credit-payouts", {"credits": 1_000}, also="signed_in"
    ),
    "read_my_hours": Call("aino", "GET", "/hours", also="signed_in"),
    "list_my_hour_postings": Call("aino", "GET", "/hours/postings", also="signed_in"),
    "list_my_hour_transfers": Call("aino", "GET", "/hours/transfers", also="signed_in"),
    "claim_hours": Call(
        "ellen",
        "POST",
        "/hours/transfers",
        {
            "market_id": "{market}",
            "other_id": "{ben}",
            "i_was": "receiver",
            "duration": "PT45M",
            "what": "Cleared the snow.",
        },
        also="signed_in",
    ),
    "read_hour_transfer": Call("aino", "GET", "/hours/transfers/{hours_said}", also="ben"),
    "confirm_hours": Call("aino", "POST", "/hours/transfers/{hours_asked}/confirmation", also="ben"),
    "decline_hours": Call("aino", "POST", "/hours/transfers/{hours_asked}/declination", also="ben"),
    "withdraw_hours": Call("aino", "POST", "/hours/transfers/{hours_said}/withdrawal", also="ben"),
    "open_pot": Call(
        "aino",
        "POST",
        "/pots",
        {"market_id": "{market}", "beneficiary_id": "{farah}", "title": "For Farah's roof"},
        also="signed_in",
    ),
    "list_pots": Call("aino", "GET", "/markets/{market}/pots", also="signed_in"),
    "read_pot": Call("aino", "GET", "/pots/{pot}", also="signed_in"),
    "give_to_pot": Call("aino", "POST", "/pots/{pot}/gifts", {"credits": 250}, also="signed_in"),
    "list_my_gifts": Call("aino", "GET", "/me/gifts", also="signed_in"),
    "close_pot": Call("ben", "POST", "/pots/{pot}/closing", also="otto"),
    "add_pot_recipient": Call("otto", "POST", "/pots/{purpose}/people", {"user_id": "{ben}"}),
    "remove_pot_recipient": Call("otto", "DELETE", "/pots/{purpose}/people/{sulo}"),
    "preview_patronage": Call(
        "otto",
        "GET",
        "/markets/{market}/patronage-preview?starts_at={since}&ends_at={until}&surplus_amount=100",
        others={"olga": 403},
    ),
    "post_patronage": Call(
        "otto",
        "POST",
        "/markets/{market}/patronage-rounds",
        {"starts_at": "{since}", "ends_at": "{until}", "surplus_amount": 100},
        others={"olga": 403},
    ),
    "list_patronage_rounds": Call("aino", "GET", "/markets/{market}/patronage-rounds", also="signed_in"),
    "list_patronage_shares": Call("aino", "GET", "/patronage-rounds/{patronage}/shares", also="ellen otto"),
}
