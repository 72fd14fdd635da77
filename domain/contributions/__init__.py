"""What people give beyond the paid work, and what it earns.

A **contribution** of a **kind** is claimed after the fact, or promised as a **commitment** in answer to a
**call**. Others confirm it by **attestations**; who attests is assigned, never chosen. Confirmed, it earns
**credits** from a pool that is bounded by the market's fees, **hours** between neighbours, and **standing**;
the three never mix. Declining costs nothing, withdrawing is free, and thanks alone is a choice.
"""

from . import standing, valuing, worth
from .appealing import answer_appeal, appeal, let_stand, standing_rejections
from .attestation_models import Attestation, ContributionDraw
from .attesting import Said, Verdict, attest, verify
from .attesting import act as act_on_attestation
from .booking_fees import bound_of, note_reviewed
from .call_models import Call, Commitment
from .calls import Asking, call, calls_due, close_call, open_call, open_calls
from .calls import close_when_due as close_call_when_due
from .checking import follow as follow_submission
from .checking import waiting_to_be_checked
from .clawing_back import claw_back, follow_correction, follow_failed_refund, follow_refund
from .closing import close as close_period
from .commitments import commit, commitments_lapsing, lapse_commitment, own_commitments, withdraw_commitment
from .escalating import escalate, overdue
from .evidence import Evidence
from .expiring import expire as expire_credits
from .expiring import perhaps_due as perhaps_expiring
from .explaining import Explanation
from .explaining import explain as explain_posting
from .hours import claim_hours, confirm_hours, decline_hours, lapse_hours, withdraw_hours
from .hours_lifecycle import HOUR_TRANSFERS
from .hours_models import HourSide, HourTransfer, HourTransferState
from .hours_queries import HoursStanding, due_hour_transfers, hour_transfer, hour_transfers, hours_of
from .integrity import look_at as look_at_signal
from .integrity import scan as scan_integrity
from .integrity import signals as integrity_signals
from .kinds import (
    AttestationRole,
    AttestationState,
    CallState,
    CommitmentState,
    ContributionKind,
    ContributionState,
    Funder,
    RejectionReason,
    SubjectType,
    Unit,
    Verifier,
)
from .level_appeals import answer as answer_level_appeal
from .level_appeals import appeal as appeal_level_loss
from .levelling import Published, decided_again, may
from .levelling import decide as decide_levels
from .levelling import published as published_levels
from .levelling import to_be_asked as levels_to_be_asked
from .levels import LevelAppealOutcome, LevelOutcome, Missing, Season
from .lifecycle import ATTESTATIONS, CALLS, COMMITMENTS, CONTRIBUTIONS
from .looking import (
    asked_of,
    evidence_of,
    own_attestations,
    own_contributions,
    seen,
    waiting_for_moderators,
)
from .looking_at_standing import HOW as HOW_LEVELS_ARE_COUNTED
from .looking_at_standing import Numbers, Own, Standing
from .looking_at_standing import decision as level_decision
from .looking_at_standing import of_user as standing_of_user
from .looking_at_standing import open_appeals as open_level_appeals
from .looking_at_standing import own_decisions as own_level_decisions
from .models import Contribution, ContributionEvidence
from .nights import count as count_standing
from .nights import keep as keep_standing
from .nights import markets_with_contributions
from .nights import recount as recount_standing
from .patronage import Plan as PatronagePlan
from .patronage import credit_share, post_patronage, preview_patronage
from .patronage_models import PatronageRound
from .patronage_queries import ShareSeen, waiting_shares
from .patronage_queries import rounds as patronage_rounds
from .patronage_queries import shares as patronage_shares
from .patronage_rules import Share as PatronageReckoning
from .periods import closed as closed_periods
from .periods import pool_of
from .periods import with_contributions as markets_with_periods
from .policy import ContributionPolicy
from .policy import read as read_policy
from .policy import rules_of as policy_of
from .pots import close_pot, end_promise_from_pot, feed_pot, open_pot, promise_from_pot
from .pots_models import ContributionPot, PotGift
from .pots_queries import PotSeen, gifts_by, pot, pot_seen, pots
from .privileges import LEVELS, Level, Privilege
from .queries import attestations_due
from .recounting import recount
from .referrals import code_of as referral_code
from .referrals import follow_completion, referrals_by, use_code
from .restoring import answer as answer_claw_back_appeal
from .restoring import appeal as appeal_claw_back
from .settling import hold as hold_credits
from .settling import settle as settle_credits
from .settling import to_hold, to_settle
from .standing_models import LevelDecision, LevelState, StandingSnapshot
from .submitting import Claim, note_deed, submit, withdraw
from .tracing import Trace, trace
from .value_kinds import ClawBackOutcome, ClawBackReason, ReferralEnd, Watch, WatchOutcome
from .value_models import ContributionPeriod
from .wallet_looking import (
    CreditLine,
    CreditPlace,
    CreditsSeen,
    MarketPays,
    credit_statement,
    credits_of,
    hours_statement,
)
from .wallet_payout import pay_out as pay_out_credits
from .watch_models import ContributionSignal

__all__ = [
    "ATTESTATIONS",
    "CALLS",
    "COMMITMENTS",
    "CONTRIBUTIONS",
    "HOUR_TRANSFERS",
    "HOW_LEVELS_ARE_COUNTED",
    "LEVELS",
    "Asking",
    "Attestation",
    "AttestationRole",
    "AttestationState",
    "Call",
    "CallState",
    "Claim",
    "ClawBackOutcome",
    "ClawBackReason",
    "Commitment",
    "CommitmentState",
    "Contribution",
    "ContributionDraw",
    "ContributionEvidence",
    "ContributionKind",
    "ContributionPeriod",
    "ContributionPolicy",
    "ContributionPot",
    "ContributionSignal",
    "ContributionState",
    "CreditLine",
    "CreditPlace",
    "CreditsSeen",
    "Evidence",
    "Explanation",
    "Funder",
    "HourSide",
    "HourTransfer",
    "HourTransferState",
    "HoursStanding",
    "Level",
    "LevelAppealOutcome",
    "LevelDecision",
    "LevelOutcome",
    "LevelState",
    "MarketPays",
    "Missing",
    "Numbers",
    "Own",
    "PatronagePlan",
    "PatronageReckoning",
    "PatronageRound",
    "PotGift",
    "PotSeen",
    "Privilege",
    "Published",
    "ReferralEnd",
    "RejectionReason",
    "Said",
    "Season",
    "ShareSeen",
    "Standing",
    "StandingSnapshot",
    "SubjectType",
    "Trace",
    "Unit",
    "Verdict",
    "Verifier",
    "Watch",
    "WatchOutcome",
    "act_on_attestation",
    "answer_appeal",
    "answer_claw_back_appeal",
    "answer_level_appeal",
    "appeal",
    "appeal_claw_back",
    "appeal_level_loss",
    "asked_of",
    "attest",
    "attestations_due",
    "bound_of",
    "call",
    "calls_due",
    "claim_hours",
    "claw_back",
    "close_call",
    "close_call_when_due",
    "close_period",
    "close_pot",
    "closed_periods",
    "commit",
    "commitments_lapsing",
    "confirm_hours",
    "count_standing",
    "credit_share",
    "credit_statement",
    "credits_of",
    "decide_levels",
    "decided_again",
    "decline_hours",
    "due_hour_transfers",
    "end_promise_from_pot",
    "escalate",
    "evidence_of",
    "expire_credits",
    "explain_posting",
    "feed_pot",
    "follow_completion",
    "follow_correction",
    "follow_failed_refund",
    "follow_refund",
    "follow_submission",
    "gifts_by",
    "hold_credits",
    "hour_transfer",
    "hour_transfers",
    "hours_of",
    "hours_statement",
    "integrity_signals",
    "keep_standing",
    "lapse_commitment",
    "lapse_hours",
    "let_stand",
    "level_decision",
    "levels_to_be_asked",
    "look_at_signal",
    "markets_with_contributions",
    "markets_with_periods",
    "may",
    "note_deed",
    "note_reviewed",
    "open_call",
    "open_calls",
    "open_level_appeals",
    "open_pot",
    "overdue",
    "own_attestations",
    "own_commitments",
    "own_contributions",
    "own_level_decisions",
    "patronage_rounds",
    "patronage_shares",
    "pay_out_credits",
    "perhaps_expiring",
    "policy_of",
    "pool_of",
    "post_patronage",
    "pot",
    "pot_seen",
    "pots",
    "preview_patronage",
    "promise_from_pot",
    "published_levels",
    "read_policy",
    "recount",
    "recount_standing",
    "referral_code",
    "referrals_by",
    "scan_integrity",
    "seen",
    "settle_credits",
    "standing",
    "standing_of_user",
    "standing_rejections",
    "submit",
    "to_hold",
    "to_settle",
    "trace",
    "use_code",
    "valuing",
    "verify",
    "waiting_for_moderators",
    "waiting_shares",
    "waiting_to_be_checked",
    "withdraw",
    "withdraw_commitment",
    "withdraw_hours",
    "worth",
]
