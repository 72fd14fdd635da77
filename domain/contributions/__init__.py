"""What people give beyond the paid work, and what it earns.

A **contribution** of a **kind** is claimed after the fact, or promised as a **commitment** in answer to a
**call**. Others confirm it by **attestations**; who attests is assigned, never chosen. Confirmed, it earns
**credits** from a pool that is bounded by the market's fees, **hours** between neighbours, and **standing**;
the three never mix. Declining costs nothing, withdrawing is free, and thanks alone is a choice.

Sub-packages, from the top: `referrals`, `explanations`, `integrity` and `standing_inputs` over `claims` and
`valuation` over `attestations` over the modules here.
"""

from domain.contributions.access import (
    get_contribution,
    get_evidence,
    list_contributions_to_decide,
    list_user_contributions,
)
from domain.contributions.kinds import (
    AttestationRole,
    AttestationState,
    CallState,
    CommitmentState,
    ContributionFunder,
    ContributionKind,
    ContributionState,
    ContributionUnit,
    ContributionVerifier,
    RejectionReason,
    SubjectType,
)
from domain.contributions.lifecycle import ATTESTATIONS, CALLS, COMMITMENTS, CONTRIBUTIONS
from domain.contributions.models import Contribution, ContributionEvidence
from domain.contributions.policy import ContributionPolicy, parse_policy, policy_of_version

__all__ = [
    "ATTESTATIONS",
    "CALLS",
    "COMMITMENTS",
    "CONTRIBUTIONS",
    "AttestationRole",
    "AttestationState",
    "CallState",
    "CommitmentState",
    "Contribution",
    "ContributionEvidence",
    "ContributionFunder",
    "ContributionKind",
    "ContributionPolicy",
    "ContributionState",
    "ContributionUnit",
    "ContributionVerifier",
    "RejectionReason",
    "SubjectType",
    "get_contribution",
    "get_evidence",
    "list_contributions_to_decide",
    "list_user_contributions",
    "parse_policy",
    "policy_of_version",
]
