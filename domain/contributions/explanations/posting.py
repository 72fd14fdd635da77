"""Why a posting of credits moved what it moved: event, evidence, policy version, factors, hold, corrections.

`GET /credits/postings/{id}/explanation` shows this, and `recounting.recount` counts the same integer from its
document alone. What shows a contribution is named by its fingerprint and not told; attesters are counted by
role and never named.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session

from domain import markets
from domain.contributions import queries
from domain.contributions.explanations import ledger_lines
from domain.contributions.explanations.entry_totals import EntryTotal, explain_total
from domain.contributions.explanations.errors import PostingNotFound
from domain.contributions.explanations.ledger_lines import CreditLedgerLine
from domain.contributions.explanations.posting_parts import explain_part
from domain.contributions.kinds import AttestationRole, AttestationState
from domain.contributions.models import Contribution
from domain.contributions.valuation import claw_back_appeals
from domain.contributions.valuation.kinds import ClawBackOutcome, ClawBackReason
from domain.credits.pots import ContributionPot
from domain.identity import Caller
from domain.ledger import AccountKind

_USER_ACCOUNTS = frozenset({AccountKind.CREDITS, AccountKind.CREDITS_PENDING, AccountKind.CREDITS_OWED})
_CONFIRMED = (AttestationState.CONFIRMED, AttestationState.CONFIRMED_BY_SILENCE)


@dataclass(frozen=True, slots=True)
class RoleAnswers:
    """What those of one role said: how many, and the qualities of who confirmed, in order."""

    role: AttestationRole
    confirmed: int
    by_silence: int
    rejected: int
    qualities_milli: Sequence[int]


@dataclass(frozen=True, slots=True)
class CreditCorrection:
    """Credits that were taken back of a contribution, why, and whether they came back."""

    claw_back_id: UUID
    credits: int
    reason: ClawBackReason
    statement: str | None
    decided_at: datetime
    appealed_at: datetime | None
    outcome: ClawBackOutcome | None
    restored_at: datetime | None


@dataclass(frozen=True, slots=True)
class ExplainedContribution:
    """The contribution behind a posting, without what shows it: that stays with its fingerprint."""

    contribution_id: UUID
    kind: str
    segment: str | None
    units_milli: int
    quality_milli: int
    evidence_hash: str
    verified_at: datetime | None
    hold_until: datetime | None
    quorum: Sequence[RoleAnswers]
    corrections: Sequence[CreditCorrection]


@dataclass(frozen=True, slots=True)
class PostingExplanation:
    """A posting of credits with everything by which it is counted again."""

    posting_id: UUID
    entry_id: UUID
    kind: str
    recorded_at: datetime
    amount: int
    moved_from: AccountKind
    moved_to: AccountKind
    because: str
    event_type: str
    event_id: UUID
    policy_version_id: UUID | None
    policy_number: int | None
    contribution: ExplainedContribution | None
    document: dict[str, Any]


def explain_posting(session: Session, posting_id: UUID, *, by: Caller) -> PostingExplanation:
    """Why this posting moved what it moved, for whose credits it moved and for operators.

    Raises `PostingNotExplained` to everybody else.
    """
    line = ledger_lines.get_line(session, posting_id)
    if line is None:
        raise PostingNotFound
    whole = _total(session, line)
    if not _may_see(session, line, whole, by):
        raise PostingNotFound
    number = None
    if whole.policy_version_id is not None:
        number = markets.get_policy_version(session, whole.policy_version_id).number
    return PostingExplanation(
        posting_id=line.id,
        entry_id=line.entry_id,
        kind=line.kind,
        recorded_at=line.recorded_at,
        amount=line.amount,
        moved_from=line.debit,
        moved_to=line.credit,
        because=whole.because,
        event_type=whole.event[0],
        event_id=whole.event[1],
        policy_version_id=whole.policy_version_id,
        policy_number=number,
        contribution=None
        if whole.contribution is None
        else _explained_contribution(session, whole.contribution),
        document=explanation_document(session, line, whole),
    )


def explanation_document(
    session: Session, line: CreditLedgerLine, whole: EntryTotal | None = None
) -> dict[str, Any]:
    """The document from which `recounting.recount` counts the posting's amount."""
    whole = whole or _total(session, line)
    return {
        "rule": whole.rule,
        "factors": whole.factors,
        "cut": {"rule": "whole"}
        if whole.rule == "correction"
        else explain_part(session, line, whole.factors),
    }


def _total(session: Session, line: CreditLedgerLine) -> EntryTotal:
    """A correction moves back what it corrects, posting by posting."""
    if line.corrects_id is None:
        return explain_total(session, line)
    mirrored = next(
        candidate
        for candidate in ledger_lines.list_entry_lines(session, line.corrects_id)
        if (candidate.debit, candidate.debit_owner, candidate.credit, candidate.credit_owner)
        == (line.credit, line.credit_owner, line.debit, line.debit_owner)
    )
    whole = _total(session, mirrored)
    factors = {"corrects": explanation_document(session, mirrored, whole)}
    origin = whole.event, whole.policy_version_id, whole.contribution, whole.booking
    return EntryTotal("correction", factors, *origin, because="What was posted was wrong and is moved back.")


def _may_see(session: Session, line: CreditLedgerLine, whole: EntryTotal, by: Caller) -> bool:
    """Whose credits moved, whose booking they paid, and operators of where it happened."""
    sides = ((line.debit, line.debit_owner), (line.credit, line.credit_owner))
    owners = {owner for kind, owner in sides if kind in _USER_ACCOUNTS}
    if whole.booking is not None:
        owners.add(whole.booking.customer_id)
    return by.user_id in owners or by.is_operator(_market_of(session, line, whole))


def _market_of(session: Session, line: CreditLedgerLine, whole: EntryTotal) -> UUID | None:
    if whole.contribution is not None:
        return whole.contribution.market_id
    if whole.booking is not None:
        return whole.booking.market_id
    pot = session.get(ContributionPot, line.subject_id)
    return None if pot is None else pot.market_id


def _explained_contribution(session: Session, contribution: Contribution) -> ExplainedContribution:
    return ExplainedContribution(
        contribution_id=contribution.id,
        kind=contribution.kind,
        segment=contribution.segment,
        units_milli=contribution.verified_units_milli or 0,
        quality_milli=contribution.quality_milli or 0,
        evidence_hash=contribution.evidence_hash.hex(),
        verified_at=contribution.verified_at,
        hold_until=contribution.hold_until,
        quorum=list(summarize_attestations(session, contribution.id)),
        corrections=list_corrections(session, contribution.id),
    )


def summarize_attestations(session: Session, contribution_id: UUID) -> Iterable[RoleAnswers]:
    """Who said what about a contribution, by role; nobody is named."""
    attestations = queries.list_attestations(session, contribution_id)
    for role in AttestationRole:
        states = [attestation.state for attestation in attestations if attestation.role is role]
        qualities = sorted(
            attestation.quality_milli
            for attestation in attestations
            if attestation.role is role and attestation.quality_milli
        )
        if states:
            yield RoleAnswers(
                role=role,
                confirmed=sum(state in _CONFIRMED for state in states),
                by_silence=states.count(AttestationState.CONFIRMED_BY_SILENCE),
                rejected=states.count(AttestationState.REJECTED),
                qualities_milli=qualities,
            )


def list_corrections(session: Session, contribution_id: UUID) -> list[CreditCorrection]:
    """What was taken back of a contribution, and what became of appeals."""
    return [
        CreditCorrection(
            claw_back_id=claw_back.id,
            credits=claw_back.credits,
            reason=claw_back.reason,
            statement=claw_back.statement,
            decided_at=claw_back.decided_at,
            appealed_at=claw_back.appealed_at,
            outcome=claw_back.appeal_outcome,
            restored_at=claw_back.restored_at,
        )
        for claw_back in claw_back_appeals.list_claw_backs(session, contribution_id)
    ]
