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
from domain.contributions import explaining_books as books
from domain.contributions import queries, restoring
from domain.contributions.explaining_books import Line
from domain.contributions.explaining_cuts import cut_of
from domain.contributions.explaining_totals import Total, total_of
from domain.contributions.kinds import AttestationRole, AttestationState
from domain.contributions.models import Contribution
from domain.contributions.pots_models import ContributionPot
from domain.contributions.value_errors import PostingNotExplained
from domain.contributions.value_kinds import ClawBackOutcome, ClawBackReason
from domain.identity import Caller
from domain.ledger import AccountKind

_OWN = frozenset({AccountKind.CREDITS, AccountKind.CREDITS_PENDING, AccountKind.CREDITS_OWED})
_CONFIRMED = (AttestationState.CONFIRMED, AttestationState.CONFIRMED_BY_SILENCE)


@dataclass(frozen=True, slots=True)
class Voice:
    """What those of one role said: how many, and the qualities of who confirmed, in order."""

    role: AttestationRole
    confirmed: int
    by_silence: int
    rejected: int
    qualities_milli: Sequence[int]


@dataclass(frozen=True, slots=True)
class Correction:
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
class Given:
    """The contribution behind a posting, without what shows it: that stays with its fingerprint."""

    contribution_id: UUID
    kind: str
    segment: str | None
    units_milli: int
    quality_milli: int
    evidence_hash: str
    verified_at: datetime | None
    hold_until: datetime | None
    quorum: Sequence[Voice]
    corrections: Sequence[Correction]


@dataclass(frozen=True, slots=True)
class Explanation:
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
    contribution: Given | None
    document: dict[str, Any]


def explain(session: Session, posting_id: UUID, *, by: Caller) -> Explanation:
    """Why this posting moved what it moved, for whose credits it moved and for operators.

    Raises `PostingNotExplained` to everybody else.
    """
    found = books.line(session, posting_id)
    if found is None:
        raise PostingNotExplained
    whole = _total(session, found)
    if not _may_see(session, found, whole, by):
        raise PostingNotExplained
    number = None
    if whole.policy_version_id is not None:
        number = markets.get_policy_version(session, whole.policy_version_id).number
    return Explanation(
        posting_id=found.id,
        entry_id=found.entry_id,
        kind=found.kind,
        recorded_at=found.recorded_at,
        amount=found.amount,
        moved_from=found.debit,
        moved_to=found.credit,
        because=whole.because,
        event_type=whole.event[0],
        event_id=whole.event[1],
        policy_version_id=whole.policy_version_id,
        policy_number=number,
        contribution=None if whole.contribution is None else _given(session, whole.contribution),
        document=document_of(session, found, whole),
    )


def document_of(session: Session, found: Line, whole: Total | None = None) -> dict[str, Any]:
    """The document from which `recounting.recount` counts the posting's amount."""
    whole = whole or _total(session, found)
    return {
        "rule": whole.rule,
        "factors": whole.factors,
        "cut": {"rule": "whole"} if whole.rule == "correction" else cut_of(session, found, whole.factors),
    }


def _total(session: Session, found: Line) -> Total:
    """A correction moves back what it corrects, posting by posting."""
    if found.corrects_id is None:
        return total_of(session, found)
    mirrored = next(
        one
        for one in books.of_entry(session, found.corrects_id)
        if (one.debit, one.debit_owner, one.credit, one.credit_owner)
        == (found.credit, found.credit_owner, found.debit, found.debit_owner)
    )
    whole = _total(session, mirrored)
    factors = {"corrects": document_of(session, mirrored, whole)}
    told = whole.event, whole.policy_version_id, whole.contribution, whole.booking
    return Total("correction", factors, *told, because="What was posted was wrong and is moved back.")


def _may_see(session: Session, found: Line, whole: Total, by: Caller) -> bool:
    """Whose credits moved, whose booking they paid, and operators of where it happened."""
    sides = ((found.debit, found.debit_owner), (found.credit, found.credit_owner))
    owners = {owner for kind, owner in sides if kind in _OWN}
    if whole.booking is not None:
        owners.add(whole.booking.customer_id)
    return by.user_id in owners or by.is_operator(_market_of(session, found, whole))


def _market_of(session: Session, found: Line, whole: Total) -> UUID | None:
    if whole.contribution is not None:
        return whole.contribution.market_id
    if whole.booking is not None:
        return whole.booking.market_id
    pot = session.get(ContributionPot, found.subject_id)
    return None if pot is None else pot.market_id


def _given(session: Session, given: Contribution) -> Given:
    return Given(
        contribution_id=given.id,
        kind=given.kind,
        segment=given.segment,
        units_milli=given.verified_units_milli or 0,
        quality_milli=given.quality_milli or 0,
        evidence_hash=given.evidence_hash.hex(),
        verified_at=given.verified_at,
        hold_until=given.hold_until,
        quorum=list(quorum_of(session, given.id)),
        corrections=corrections_of(session, given.id),
    )


def quorum_of(session: Session, contribution_id: UUID) -> Iterable[Voice]:
    """Who said what about a contribution, by role; nobody is named."""
    said = queries.attestations(session, contribution_id)
    for role in AttestationRole:
        states = [one.state for one in said if one.role is role]
        qualities = sorted(one.quality_milli for one in said if one.role is role and one.quality_milli)
        if states:
            yield Voice(
                role=role,
                confirmed=sum(state in _CONFIRMED for state in states),
                by_silence=states.count(AttestationState.CONFIRMED_BY_SILENCE),
                rejected=states.count(AttestationState.REJECTED),
                qualities_milli=qualities,
            )


def corrections_of(session: Session, contribution_id: UUID) -> list[Correction]:
    """What was taken back of a contribution, and what became of appeals."""
    return [
        Correction(
            claw_back_id=one.id,
            credits=one.credits,
            reason=one.reason,
            statement=one.statement,
            decided_at=one.decided_at,
            appealed_at=one.appealed_at,
            outcome=one.appeal_outcome,
            restored_at=one.restored_at,
        )
        for one in restoring.claw_backs(session, contribution_id)
    ]
