"""Attestations: who is assigned to confirm a contribution, what they answer, and appeals."""

from domain.contributions.access import get_attestation, list_user_attestations
from domain.contributions.attestations.answers import (
    AttestationAnswer,
    AttestationVerdict,
    attest,
    process_due_attestation,
    verify_as_moderator,
)
from domain.contributions.attestations.appeals import (
    answer_appeal,
    appeal_rejection,
    finalize_rejection,
    list_expired_rejections,
)
from domain.contributions.attestations.escalation import escalate, list_overdue_contributions
from domain.contributions.models import Attestation, ContributionDraw
from domain.contributions.queries import list_due_attestations

__all__ = [
    "Attestation",
    "AttestationAnswer",
    "AttestationVerdict",
    "ContributionDraw",
    "answer_appeal",
    "appeal_rejection",
    "attest",
    "escalate",
    "finalize_rejection",
    "get_attestation",
    "list_due_attestations",
    "list_expired_rejections",
    "list_overdue_contributions",
    "list_user_attestations",
    "process_due_attestation",
    "verify_as_moderator",
]
