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
DOING = "/bookings/{helped}/tasks"
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
REVIEW = {"stars": 5, "dimensions": {"quality": 4}, "text": "Crisp.", "note_to_other": "Thank you."}
OPTION = {"title": "Folding", "price_amount": 500, "per": "unit", "duration": "PT15M", "most": 2}
TASK = {"kind": "prepares", "title": "Clearing the table", "saving_amount": 400}

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
    "list_tasks": Call("nobody", "GET", "/offers/{offer}/tasks", also="anyone"),
    "add_task": Call("ellen", "POST", "/offers/{offer}/tasks", TASK),
    "edit_task": Call("ellen", "PUT", "/offers/{offer}/tasks/{clearing}", TASK),
    "retire_task": Call("ellen", "DELETE", "/offers/{offer}/tasks/{clearing}"),
    "say_task_savings": Call(
        "ellen",
        "PUT",
        "/offers/{offer}/task-savings",
        {"savings": [{"tasks": ["{clearing}", "{soap}"], "saving_amount": 900}]},
    ),
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
    "explain_quote": Call("aino", "GET", "/quotes/{quote}/explanation"),
    "draw_curve": Call("nobody", "GET", "/prices/curve?offer_id={offer}&" + NEXT_WEEK, also="anyone"),
    # surge
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
    "perform_task": Call("aino", "POST", DOING + "/{to_do}/performance", also=SIDES),
    "confirm_task": Call("ellen", "POST", DOING + "/{to_do}/confirmation", also=SIDES),
    "report_task_omission": Call(
        "ellen", "POST", DOING + "/{to_do}/omission", {"reason": "The table was full."}, also=SIDES
    ),
    "report_task_block": Call(
        "aino", "POST", DOING + "/{to_do}/block", {"reason": "She was early."}, also=SIDES
    ),
    "object_to_task": Call(
        "aino", "POST", DOING + "/{undone}/objection", {"statement": "It was under the sink."}, also=SIDES
    ),
    "decide_task": Call(
        "otto",
        "POST",
        BOOKING + "/{differed}/tasks/{differing}/decision",
        {"outcome": "confirmed", "decision": "The photo shows it."},
    ),
    "propose_change": Call(
        "aino", "POST", BOOKING + "/{confirmed}/proposals", {"start": "{day_26}"}, also=SIDES
    ),
    "accept_proposal": Call("ellen", "POST", PROPOSAL + "/acceptance", also=SIDES),
    "decline_proposal": Call("ellen", "POST", PROPOSAL + "/declination", also=SIDES),
    "withdraw_proposal": Call("aino", "POST", PROPOSAL + "/withdrawal", also=SIDES),
    # reviews
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
    # reputation
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
    # contributions
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
    "list_own_commitments": Call("aino", "GET", "/me/commitments", also="signed_in"),
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
    "list_own_contributions": Call("aino", "GET", "/me/contributions", also="signed_in"),
    "read_contribution": Call("aino", "GET", "/contributions/{confirmable}", also="ellen mira otto"),
    "read_evidence": Call("aino", "GET", "/contributions/{to_verify}/evidence", also="mira otto"),
    "withdraw_contribution": Call("aino", "DELETE", "/contributions/{claimed}"),
    "appeal_rejection": Call(
        "aino", "POST", "/contributions/{rejected}/appeal", {"statement": "It did happen."}
    ),
    "list_own_attestations": Call("ellen", "GET", "/me/attestations", also="signed_in"),
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
    # standing and levels
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
    "make_referral_code": Call("aino", "POST", "/markets/{market}/referral-code", also="signed_in"),
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
    # credits, hours, pots and patronage
    "explain_credit_posting": Call("aino", "GET", "/credits/postings/{posting}/explanation", also="otto"),
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
        {"market_id": "{market}", "beneficiary_id": "{sulo}", "title": "For Sulo's roof"},
        also="signed_in",
    ),
    "list_pots": Call("aino", "GET", "/markets/{market}/pots", also="signed_in"),
    "read_pot": Call("aino", "GET", "/pots/{pot}", also="signed_in"),
    "feed_pot": Call("aino", "POST", "/pots/{pot}/gifts", {"credits": 250}, also="signed_in"),
    "list_my_gifts": Call("aino", "GET", "/me/gifts", also="signed_in"),
    "close_pot": Call("ben", "POST", "/pots/{pot}/closing", also="otto"),
    "promise_from_pot": Call("otto", "POST", "/pots/{purpose}/people", {"user_id": "{ben}"}),
    "end_promise_from_pot": Call("otto", "DELETE", "/pots/{purpose}/people/{sulo}"),
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
