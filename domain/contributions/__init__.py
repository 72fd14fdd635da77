"""What people give beyond the paid work, and what it earns.

A **contribution** of a **kind** is claimed after the fact, or promised as a **commitment** in answer to a
**call**. Others confirm it by **attestations**; who attests is assigned, never chosen. Confirmed, it earns
**credits** from a pool that is bounded by the market's fees, **hours** between neighbours, and **standing**;
the three never mix. Declining costs nothing, withdrawing is free, and thanks alone is a choice.
"""

from domain.contributions import standing, valuing, worth
from domain.contributions.appealing import answer_appeal, appeal, let_stand, standing_rejections
from domain.contributions.attestation_models import Attestation, ContributionDraw
from domain.contributions.attesting import Said, Verdict, attest, verify
from domain.contributions.attesting import act as act_on_attestation
from domain.contributions.booking_fees import bound_of, note_reviewed
from domain.contributions.call_models import Call, Commitment
from domain.contributions.calls import Asking, call, calls_due, close_call, open_call, open_calls
from domain.contributions.calls import close_when_due as close_call_when_due
from domain.contributions.checking import follow as follow_submission
from domain.contributions.checking import waiting_to_be_checked
from domain.contributions.clawing_back import (
    claw_back,
    follow_correction,
    follow_failed_refund,
    follow_refund,
)
from domain.contributions.closing import close as close_period
from domain.contributions.commitments import (
    commit,
    commitments_lapsing,
    lapse_commitment,
    own_commitments,
    withdraw_commitment,
)
from domain.contributions.escalating import escalate, overdue
from domain.contributions.evidence import Evidence
from domain.contributions.expiring import expire as expire_credits
from domain.contributions.expiring import perhaps_due as perhaps_expiring
from domain.contributions.explaining import Explanation
from domain.contributions.explaining import explain as explain_posting
from domain.contributions.hours import claim_hours, confirm_hours, decline_hours, lapse_hours, withdraw_hours
from domain.contributions.hours_lifecycle import HOUR_TRANSFERS
from domain.contributions.hours_models import HourSide, HourTransfer, HourTransferState
from domain.contributions.hours_queries import (
    HoursStanding,
    due_hour_transfers,
    hour_transfer,
    hour_transfers,
    hours_of,
)
from domain.contributions.integrity import look_at as look_at_signal
from domain.contributions.integrity import scan as scan_integrity
from domain.contributions.integrity import signals as integrity_signals
from domain.contributions.kinds import (
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
from domain.contributions.level_appeals import answer as answer_level_appeal
from domain.contributions.level_appeals import appeal as appeal_level_loss
from domain.contributions.levelling import Published, decided_again, may
from domain.contributions.levelling import decide as decide_levels
from domain.contributions.levelling import published as published_levels
from domain.contributions.levelling import to_be_asked as levels_to_be_asked
from domain.contributions.levels import LevelAppealOutcome, LevelOutcome, Missing, Season
from domain.contributions.lifecycle import ATTESTATIONS, CALLS, COMMITMENTS, CONTRIBUTIONS
from domain.contributions.looking import (
    asked_of,
    evidence_of,
    own_attestations,
    own_contributions,
    seen,
    waiting_for_moderators,
)
from domain.contributions.looking_at_standing import HOW as HOW_LEVELS_ARE_COUNTED
from domain.contributions.looking_at_standing import Numbers, Own, Standing
from domain.contributions.looking_at_standing import decision as level_decision
from domain.contributions.looking_at_standing import of_user as standing_of_user
from domain.contributions.looking_at_standing import open_appeals as open_level_appeals
from domain.contributions.looking_at_standing import own_decisions as own_level_decisions
from domain.contributions.models import Contribution, ContributionEvidence
from domain.contributions.nights import count as count_standing
from domain.contributions.nights import keep as keep_standing
from domain.contributions.nights import markets_with_contributions
from domain.contributions.nights import recount as recount_standing
from domain.contributions.patronage import Plan as PatronagePlan
from domain.contributions.patronage import credit_share, post_patronage, preview_patronage
from domain.contributions.patronage_models import PatronageRound
from domain.contributions.patronage_queries import ShareSeen, waiting_shares
from domain.contributions.patronage_queries import rounds as patronage_rounds
from domain.contributions.patronage_queries import shares as patronage_shares
from domain.contributions.patronage_rules import Share as PatronageReckoning
from domain.contributions.periods import closed as closed_periods
from domain.contributions.periods import pool_of
from domain.contributions.periods import with_contributions as markets_with_periods
from domain.contributions.policy import ContributionPolicy
from domain.contributions.policy import read as read_policy
from domain.contributions.policy import rules_of as policy_of
from domain.contributions.pots import close_pot, end_promise_from_pot, feed_pot, open_pot, promise_from_pot
from domain.contributions.pots_models import ContributionPot, PotGift
from domain.contributions.pots_queries import PotSeen, gifts_by, pot, pot_seen, pots
from domain.contributions.privileges import LEVELS, Level, Privilege
from domain.contributions.queries import attestations_due
from domain.contributions.recounting import recount
from domain.contributions.referrals import code_of as referral_code
from domain.contributions.referrals import follow_completion, referrals_by, use_code
from domain.contributions.restoring import answer as answer_claw_back_appeal
from domain.contributions.restoring import appeal as appeal_claw_back
from domain.contributions.settling import hold as hold_credits
from domain.contributions.settling import settle as settle_credits
from domain.contributions.settling import to_hold, to_settle
from domain.contributions.standing_models import LevelDecision, LevelState, StandingSnapshot
from domain.contributions.submitting import Claim, note_deed, submit, withdraw
from domain.contributions.tracing import Trace, trace
from domain.contributions.value_kinds import ClawBackOutcome, ClawBackReason, ReferralEnd, Watch, WatchOutcome
from domain.contributions.value_models import ContributionPeriod
from domain.contributions.wallet_looking import (
    CreditLine,
    CreditPlace,
    CreditsSeen,
    MarketPays,
    credit_statement,
    credits_of,
    hours_statement,
)
from domain.contributions.wallet_payout import pay_out as pay_out_credits
from domain.contributions.watch_models import ContributionSignal

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
