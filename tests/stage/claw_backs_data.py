"""What the stage's contributions came to: one that can be taken back, two that were, one thing to look at."""

from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from domain import markets
from domain.contributions import (
    AttestationRole,
    AttestationState,
    Contribution,
    ContributionEvidence,
    ContributionKind,
    ContributionState,
    referrals,
    valuation,
)
from domain.contributions.attestations import Attestation
from domain.contributions.integrity import ContributionSignal, ContributionSignalKind
from domain.contributions.valuation import ClawBackReason
from domain.foundation import ids
from domain.identity import Caller

PREFIXES = {
    "gathered": "ctr", "taken_back": "clw", "taken_appealed": "clw", "signal": "csg", "posting": "pst",
}  # fmt: skip
HOUR = timedelta(hours=1)


def create_claw_backs(
    session: Session,
    market_id: UUID,
    caller: Callable[[str], Caller],
    mira: Caller,
    named: Callable[[str, UUID], None],
    at: datetime,
) -> str:
    """Aino gave three things that were confirmed; two were taken back. Answers Otto's code to hand on."""
    aino = caller("aino")
    named("gathered", _confirmed(session, market_id, aino, at))
    for word in ("taken_back", "taken_appealed"):
        contribution = _confirmed(session, market_id, aino, at)
        arguments = {"reason": ClawBackReason.COPIED, "statement": "It is a copy.", "at": at - HOUR}
        named(word, valuation.claw_back(session, contribution, by=mira, **arguments).id)
    valuation.appeal_claw_back(
        session, claw_back_id_of(session, contribution), "It is mine.", by=aino, at=at - HOUR
    )
    noticed = ContributionSignal(
        market_id=market_id,
        watch=ContributionSignalKind.BURST,
        user_id=aino.user_id,
        strength=5.0,
        why="9 claims on one day, where 0.2 are usual for the same person.",
        evidence={"claims": 9, "usual": 0.2},
        noticed_at=at - HOUR,
    )
    session.add(noticed)
    session.flush()
    named("signal", noticed.id)
    named("posting", session.scalar(text(_FIRST_OF_AINO), {"user_id": aino.user_id}))
    return referrals.get_referral_code(session, market_id, by=caller("otto"), at=at).code


def claw_back_id_of(session: Session, contribution_id: UUID) -> UUID:
    claw_back_id: UUID = session.scalar(
        text("SELECT id FROM credit_claw_backs WHERE contribution_id = :id"), {"id": contribution_id}
    )
    return claw_back_id


_FIRST_OF_AINO = """
    SELECT p.id FROM ledger_postings p JOIN ledger_accounts a ON a.id = p.credit_account_id
    WHERE a.kind = 'credits' AND a.owner_id = :user_id ORDER BY p.id LIMIT 1
"""


def _confirmed(session: Session, market_id: UUID, aino: Caller, at: datetime) -> UUID:
    contribution = Contribution(
        market_id=market_id,
        user_id=aino.user_id,
        kind=ContributionKind.GUIDE,
        units_milli=1_000,
        title="A guide to the harbour",
        evidence_hash=sha256(ids.new().bytes).digest(),
        draw_id=ids.new(),
        policy_version_id=markets.get_policy_at(session, market_id, at).id,
        wants_thanks_only=False,
        state=ContributionState.VERIFIED,
        submitted_at=at - 3 * HOUR,
        verified_at=at - 2 * HOUR,
        verified_units_milli=1_000,
        quality_milli=1_000,
    )
    session.add(contribution)
    session.flush()
    session.add(
        ContributionEvidence(contribution_id=contribution.id, document={"statement": "Where to moor."})
    )
    session.add(
        Attestation(
            contribution_id=contribution.id,
            contributor_id=contribution.user_id,
            role=AttestationRole.SYSTEM,
            state=AttestationState.CONFIRMED,
            quality_milli=1_000,
            units_milli=1_000,
            assigned_at=at - 2 * HOUR,
            answered_at=at - 2 * HOUR,
        )
    )
    session.flush()
    return contribution.id
