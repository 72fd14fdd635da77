"""Claims: contributions as they are submitted, with evidence; calls and commitments."""

from domain.contributions.claims.calls import (
    CallDraft,
    close_call,
    close_call_when_due,
    get_call,
    list_due_calls,
    list_open_calls,
    open_call,
)
from domain.contributions.claims.commitments import (
    commit_to_call,
    lapse_commitment,
    list_lapsing_commitments,
    list_user_commitments,
    withdraw_commitment,
)
from domain.contributions.claims.evidence import Evidence
from domain.contributions.claims.submission import ClaimDraft, record_observed_action, submit, withdraw
from domain.contributions.claims.submission_checks import check_submission, list_unchecked_submissions
from domain.contributions.models import Call, Commitment

__all__ = [
    "Call",
    "CallDraft",
    "ClaimDraft",
    "Commitment",
    "Evidence",
    "check_submission",
    "close_call",
    "close_call_when_due",
    "commit_to_call",
    "get_call",
    "lapse_commitment",
    "list_due_calls",
    "list_lapsing_commitments",
    "list_open_calls",
    "list_unchecked_submissions",
    "list_user_commitments",
    "open_call",
    "record_observed_action",
    "submit",
    "withdraw",
    "withdraw_commitment",
]
