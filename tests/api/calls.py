"""A call of every route that succeeds on the stage: who makes it, where, with what, and who else is let in.

`{words}` are names of the stage. `also` are those besides `by` to whom the route opens; what it then tells
them (a conflict, mostly: it is not their turn) is the noun's own affair. `others` are answers to particular
people where the rule of the route's permission says less than the noun knows. "signed_in" stands for all who
are signed in, and "anyone" for all.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

EVERYBODY = frozenset({"aino", "ben", "ellen", "farah", "mira", "otto", "olga"})


@dataclass(frozen=True)
class Call:
    """One call; `raw` names bytes of the stage that are sent as they are."""

    by: str
    method: str
    path: str
    body: Mapping[str, Any] | None = None
    also: str = ""
    others: Mapping[str, int] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    raw: str = ""

    @property
    def let_in(self) -> frozenset[str]:
        """Everybody to whom the route opens."""
        named = frozenset(self.also.split())
        if "anyone" in named:
            return EVERYBODY | {"nobody", self.by}
        return (EVERYBODY if "signed_in" in named else named) | {self.by}


LATEST = {"if-match": "*"}
OURS = {"reason_code": "known", "reason": "We looked."}  # why staff decided
BOOKING, PROPOSAL = "/bookings", "/bookings/{proposed}/proposals/{proposal}"
PROFILE = "/provider-profiles"
NEXT_WEEK = "from={day_7}&to={day_8}"
SIDES = "aino ellen otto"  # both sides of a booking, and who operates its market
OFFER = {
    "title": "Ironing, two baskets an hour",
    "attributes": {"languages": ["fi", "sv"]},
    "price_amount": 2_800,
    "minimum_duration": "PT1H",
    "maximum_duration": "PT4H",
    "latitude": 60.17938,
    "longitude": 24.95152,
}
OPTION = {"title": "Folding", "price_amount": 500, "per": "unit", "duration": "PT15M", "most": 2}

CALLS: dict[str, Call] = {
    # identity
    "sign_up": Call(
        "nobody",
        "POST",
        "/users",
        {"email": "nea@example.org", "password": "correct horse battery", "name": "Nea"},
        also="anyone",
    ),
    "sign_in": Call(
        "nobody",
        "POST",
        "/sessions",
        {"email": "aino@example.org", "password": "correct horse battery"},
        also="anyone",
    ),
    "renew_session": Call(
        "nobody", "POST", "/session-renewals", {"refresh_token": "{refresh_token}"}, also="anyone"
    ),
    "list_my_sessions": Call("aino", "GET", "/me/sessions", also="signed_in"),
    "end_my_session": Call("aino", "DELETE", "/me/sessions/{session}"),
    "list_issuers": Call("nobody", "GET", "/oidc/issuers", also="anyone"),
    "begin_oidc": Call(
        "nobody",
        "POST",
        "/oidc/attempts",
        {"issuer": "{issuer}", "redirect_uri": "https://app.example.org/signed-in"},
        also="anyone",
    ),
    "finish_oidc": Call(
        "nobody",
        "POST",
        "/oidc/attempts/completion",
        {"state": "{oidc_state}", "secret": "{oidc_secret}", "code": "{oidc_code}"},
        also="anyone",
    ),
    "read_me": Call("aino", "GET", "/me", also="signed_in"),
    "change_me": Call("aino", "PATCH", "/me", {"name": "Aino Mäkelä"}, also="signed_in"),
    "read_my_permissions": Call("aino", "GET", "/me/permissions", also="signed_in"),
    "suspend_user": Call("otto", "POST", "/users/{ben}/suspension", OURS),
    "reinstate_user": Call("otto", "POST", "/users/{sulo}/reinstatement", OURS),
    "list_role_grants": Call("otto", "GET", "/users/{ben}/role-grants", also="olga"),
    "grant_role": Call(
        "otto",
        "POST",
        "/users/{ben}/role-grants",
        {"role": "moderator", "market_id": "{market}"},
        others={"olga": 403},  # markets are no secret
    ),
    "revoke_role": Call("otto", "DELETE", "/role-grants/{grant}", also="olga"),
    # markets
    "open_market": Call(
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
    # providers
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
    # availability
    "list_slots": Call("nobody", "GET", "/offers/{offer}/slots?" + NEXT_WEEK, also="anyone"),
    "open_calendar": Call("sanni", "POST", PROFILE + "/{suspended_profile}/calendar"),
    "add_thing": Call("ellen", "POST", PROFILE + "/{ellens_profile}/resources", {"name": "The cellar"}),
    "list_resources": Call("ellen", "GET", PROFILE + "/{ellens_profile}/resources"),
    "read_needs": Call("ellen", "GET", "/offers/{offer}/resources"),
    "set_needs": Call("ellen", "PUT", "/offers/{offer}/resources", {"resource_ids": ["{sauna}"]}),
    "set_option_needs": Call(
        "ellen", "PUT", "/offers/{offer}/options/{option}/resources", {"resource_ids": ["{sauna}"]}
    ),
    "read_schedule": Call("ellen", "GET", "/resources/{calendar}/schedule"),
    "set_schedule": Call(
        "ellen",
        "PUT",
        "/resources/{calendar}/schedule",
        {"rules": [{"weekday": 0, "opens": "09:00", "closes": "17:00"}]},
    ),
    "add_exception": Call(
        "ellen",
        "POST",
        "/resources/{calendar}/exceptions",
        {"kind": "closed", "first_on": "{date_30}", "last_on": "{date_31}"},
    ),
    "list_exceptions": Call("ellen", "GET", "/resources/{calendar}/exceptions"),
    "remove_exception": Call("ellen", "DELETE", "/resources/{calendar}/exceptions/{exception}"),
    "list_holds": Call("ellen", "GET", "/resources/{calendar}/holds?" + NEXT_WEEK),
    "block_time": Call(
        "ellen",
        "POST",
        "/resources/{calendar}/blocks",
        {"start": "{day_40}", "end": "{day_40_later}", "note": "Dentist"},
    ),
    "unblock_time": Call("ellen", "DELETE", "/resources/{calendar}/blocks/{block}"),
    # offers
    "define_category": Call(
        "otto",
        "POST",
        "/categories",
        {
            "slug": "berth",
            "name": "A berth for a boat",
            "unit": "night",
            "granularity": "P1D",
            "claim": "exclusive",
            "place": "provider",
            "attributes_schema": {"type": "object", "properties": {"metres": {"type": "number"}}},
        },
    ),
    "list_categories": Call("nobody", "GET", "/categories", also="anyone"),
    "read_category": Call("nobody", "GET", "/categories/{category}", also="anyone"),
    "find_offers": Call("nobody", "GET", "/offers?market=helsinki&words=ironing", also="anyone"),
    "read_offer": Call("nobody", "GET", "/offers/{offer}", also="anyone"),
    "list_own_offers": Call("ellen", "GET", "/me/offers", also="signed_in"),
    "read_own_offer": Call("ellen", "GET", "/me/offers/{draft}"),
    "draft_offer": Call(
        "ellen",
        "POST",
        "/offers",
        {"profile_id": "{ellens_profile}", "category_id": "{category}", **OFFER},
    ),
    "edit_offer": Call("ellen", "PUT", "/offers/{offer}", OFFER, headers=LATEST),
    "publish_offer": Call("ellen", "POST", "/offers/{draft}/publication"),
    "pause_offer": Call("ellen", "POST", "/offers/{offer}/pause"),
    "archive_offer": Call("ellen", "POST", "/offers/{offer}/archival"),
    "add_option": Call("ellen", "POST", "/offers/{offer}/options", OPTION),
    "edit_option": Call("ellen", "PUT", "/offers/{offer}/options/{option}", OPTION),
    "retire_option": Call("ellen", "DELETE", "/offers/{offer}/options/{option}"),
    "hide_offer": Call(
        "mira",
        "POST",
        "/offers/{offer}/hiding",
        {"reason": "It shows another flat."},
        also="otto",
        others={"olga": 403},
    ),
    "unhide_offer": Call("mira", "DELETE", "/offers/{hidden}/hiding", also="otto", others={"olga": 403}),
    # pricing
    "ask_for_quote": Call(
        "aino",
        "POST",
        "/quotes",
        {"offer_id": "{offer}", "start": "{day_25}", "end": "{day_25_later}"},
        also="ben farah mira otto olga",
        others={"ellen": 403},  # nobody books their own offer
    ),
    "read_quote": Call("aino", "GET", "/quotes/{quote}"),
    # bookings
    "request_booking": Call("aino", "POST", BOOKING, {"quote_id": "{quote}"}),
    "list_bookings": Call("aino", "GET", BOOKING, also="signed_in"),
    "read_booking": Call("aino", "GET", BOOKING + "/{confirmed}", also=SIDES),
    "read_booking_timeline": Call("aino", "GET", BOOKING + "/{confirmed}/timeline", also=SIDES),
    "pay_booking": Call(
        "aino", "POST", BOOKING + "/{pending}/payment", {"payment_method": "pm_card_visa"}, also=SIDES
    ),
    "accept_booking": Call("ellen", "POST", BOOKING + "/{requested}/acceptance", also=SIDES),
    "decline_booking": Call(
        "ellen", "POST", BOOKING + "/{requested}/declination", {"reason_code": "unavailable"}, also=SIDES
    ),
    "withdraw_booking": Call("aino", "POST", BOOKING + "/{requested}/withdrawal", {}, also=SIDES),
    "preview_cancellation": Call("aino", "GET", BOOKING + "/{confirmed}/cancellation-preview", also=SIDES),
    "cancel_booking": Call(
        "aino", "POST", BOOKING + "/{confirmed}/cancellation", {"reason_code": "illness"}, also=SIDES
    ),
    "start_booking": Call("ellen", "POST", BOOKING + "/{starting}/start", also=SIDES),
    "deliver_booking": Call("ellen", "POST", BOOKING + "/{running}/delivery", also=SIDES),
    "complete_booking": Call("aino", "POST", BOOKING + "/{delivered}/completion", also=SIDES),
    "report_no_show": Call("ellen", "POST", BOOKING + "/{starting}/no-show", also=SIDES),
    "contest_no_show": Call(
        "aino", "POST", BOOKING + "/{no_show}/no-show-contest", {"statement": "I was there."}, also=SIDES
    ),
    "dispute_booking": Call(
        "aino",
        "POST",
        BOOKING + "/{delivered}/dispute",
        {"reason_code": "not_as_agreed", "statement": "Two shirts were not ironed."},
        also=SIDES,
    ),
    "answer_dispute": Call(
        "ellen", "POST", BOOKING + "/{disputed}/dispute-answer", {"statement": "They were."}, also=SIDES
    ),
    "resolve_dispute": Call(
        "otto",
        "POST",
        BOOKING + "/{answered}/resolution",
        {"outcome": "completed", "refund_basis_points": 4_000, "decision": "Two of five were not done."},
    ),
    "propose_change": Call(
        "aino", "POST", BOOKING + "/{confirmed}/proposals", {"start": "{day_26}"}, also=SIDES
    ),
    "accept_proposal": Call("ellen", "POST", PROPOSAL + "/acceptance", also=SIDES),
    "decline_proposal": Call("ellen", "POST", PROPOSAL + "/declination", also=SIDES),
    "withdraw_proposal": Call("aino", "POST", PROPOSAL + "/withdrawal", also=SIDES),
    # payments and the ledger
    "receive_payment_webhook": Call(
        "nobody",
        "POST",
        "/payments/webhook",
        also="anyone",
        headers={"stripe-signature": "{webhook_signature}"},
        raw="webhook",
    ),
    "read_payment": Call("aino", "GET", "/payments/{payment}", also="otto"),
    "list_refunds": Call("aino", "GET", "/payments/{payment}/refunds", also="otto"),
    "refund_payment": Call(
        "otto",
        "POST",
        "/payments/{payment}/refunds",
        {"amount": 1_500, "liable": "provider", "reason_code": "complaint", "reason": "Both sides agree."},
    ),
    "settle_payment": Call("otto", "POST", "/payments/{unsettled}/settlement"),
    "reconcile_payments": Call(
        "otto", "POST", "/reconciliations", {"since": "2026-11-20T00:00:00Z", "until": "2026-11-21T00:00:00Z"}
    ),
    "list_ledger_accounts": Call("otto", "GET", "/ledger/accounts"),
    "list_ledger_entries": Call("otto", "GET", "/ledger/entries"),
}
