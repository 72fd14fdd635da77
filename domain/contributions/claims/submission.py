"""Claims: somebody says what they gave, with or without a call, and may take back what is not confirmed."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlmodel import Session

from domain import identity, markets
from domain.contributions import policy, queries, rules, verification
from domain.contributions.claims import evidence as evidence_checks
from domain.contributions.claims.calls import get_call
from domain.contributions.claims.commitments import fulfil
from domain.contributions.claims.evidence import Evidence
from domain.contributions.claims.subject_validation import ClaimSubject, ResolvedSubject, resolve_subject
from domain.contributions.default_kinds import UNIT_MILLI
from domain.contributions.errors import (
    CallNotFound,
    ContributionNotFound,
    DuplicateEvidence,
    InvalidUnits,
    KindNotAccepted,
    NotCorrectable,
    SubjectAlreadyClaimed,
)
from domain.contributions.events import ContributionSubmitted, ContributionWithdrawn
from domain.contributions.kinds import (
    TRAITS,
    ContributionActor,
    ContributionFunder,
    ContributionKind,
    ContributionState,
    ContributionUnit,
    SubjectType,
)
from domain.contributions.lifecycle import CONTRIBUTIONS
from domain.contributions.models import Call, Contribution, ContributionEvidence
from domain.contributions.policy import KindRules
from domain.foundation import ids
from domain.identity import Caller
from domain.markets import PolicyVersion

MAX_UNITS_MILLI: Final = 24 * UNIT_MILLI  # nobody helps for longer than a day at a stretch
_CORRECTABLE_STATES: Final = frozenset(
    {
        ContributionState.SUBMITTED,
        ContributionState.CHECKED,
        ContributionState.AWAITING_VERIFICATION,
        ContributionState.VERIFIED,
        ContributionState.THANKED,
        ContributionState.VALUED,
        ContributionState.HELD,
        ContributionState.SETTLED,
    }
)


@dataclass(frozen=True, slots=True)
class ClaimDraft:
    """What somebody says they gave. One claim is one piece, or some hours of at most a day."""

    market_id: UUID
    kind: ContributionKind
    title: str
    evidence: Evidence = field(default_factory=Evidence)
    units_milli: int = UNIT_MILLI
    subject_type: SubjectType | None = None
    subject_id: UUID | None = None
    call_id: UUID | None = None
    commitment_id: UUID | None = None
    wants_thanks_only: bool = False
    corrects_id: UUID | None = None


def submit(session: Session, claim: ClaimDraft, *, by: Caller, at: datetime) -> Contribution:
    """Claim a contribution after the fact, with or without a call, perhaps for thanks alone.

    Raises `MarketUnknown`, `KindNotTaken`, `UnitsUnfit`, `EvidenceIncomplete`, `CallNotFound`,
    `CommitmentNotFound`, `NotNow`, `SubjectUnfit`, `NotCorrectable`, `EvidenceKnown`, `ContributionLimit`,
    `SubjectClaimed`, `AccountSuspended` and, by the database, `ReferredAlready`.
    """
    identity.require_active_accounts(session, by.user_id)
    market = markets.get_market(session, claim.market_id)
    version = markets.get_policy_at(session, market.id, at)
    kind, subject = _get_rules_and_subject(session, claim, version, by.user_id, at)
    queries.lock_user(session, by.user_id)
    old = _get_corrected(session, claim, by, at)
    answered = _get_answered_call(session, claim, by, at)
    contribution = Contribution(
        **_claim_columns(claim, kind, subject),
        id=ids.new(),
        user_id=by.user_id,
        call_id=None if answered is None else answered.id,
        beneficiary_id=subject.beneficiary_id or _call_beneficiary(answered, by.user_id),
        evidence_hash=_check_evidence(session, claim, kind, by.user_id, at),
        draw_id=ids.new(),
        policy_version_id=version.id,
        submitted_at=at,
    )
    contribution.draw_id = (
        _repeated_draw_id(session, claim, by.user_id) if old is None else old.draw_id
    ) or contribution.id
    session.add(contribution)
    session.flush()
    session.add(ContributionEvidence(contribution_id=contribution.id, document=claim.evidence.document))
    event = ContributionSubmitted(**verification.event_fields(contribution), corrects_id=claim.corrects_id)
    verification.record_contribution_event(session, contribution, event, by=by.actor, at=at)
    return contribution


def withdraw(session: Session, contribution_id: UUID, *, by: Caller, at: datetime) -> Contribution:
    """Take a claim back while it is unconfirmed, for no reason. Doing it twice does no harm.

    Raises `ContributionNotFound` to everybody else, and `NotNow`.
    """
    contribution = queries.lock_contribution(session, contribution_id)
    if contribution.user_id != by.user_id:
        raise ContributionNotFound
    if contribution.state is not ContributionState.WITHDRAWN:
        _withdraw(session, contribution, by, at)
    return contribution


def record_observed_action(
    session: Session, kind: ContributionKind, subject_id: UUID, user_id: UUID, *, at: datetime
) -> None:
    """Remember that the system saw this person do this, so that they can claim it. Twice does no harm."""
    queries.insert_observed_action(session, kind, subject_id, user_id, at)


def _withdraw(session: Session, contribution: Contribution, by: Caller, at: datetime) -> None:
    contribution.state = CONTRIBUTIONS.next_state(
        contribution.state, "withdraw", ContributionActor.CONTRIBUTOR
    )
    contribution.withdrawn_at = at
    verification.release_open_attestations(session, contribution, at=at)
    event = ContributionWithdrawn(**verification.event_fields(contribution))
    verification.record_contribution_event(session, contribution, event, by=by.actor, at=at)


def _get_rules_and_subject(
    session: Session, claim: ClaimDraft, version: PolicyVersion, user_id: UUID, at: datetime
) -> tuple[KindRules, ResolvedSubject]:
    """What holds for this kind where its subject is, and the subject."""
    market_policy = policy.policy_of_version(version)
    if market_policy is None or not market_policy.accepts(claim.kind):
        raise KindNotAccepted(field="kind")
    evidence_checks.check_evidence(claim.kind, claim.evidence)
    subject = resolve_subject(session, _claim_subject(claim, user_id, at))
    kind = market_policy.kind_rules(claim.kind, subject.segment)
    if kind is None:
        raise KindNotAccepted(field="kind")
    _check_units(claim, kind)
    return kind, subject


def _claim_subject(claim: ClaimDraft, user_id: UUID, at: datetime) -> ClaimSubject:
    return ClaimSubject(claim.market_id, user_id, claim.kind, claim.subject_type, claim.subject_id, at)


def _check_units(claim: ClaimDraft, kind: KindRules) -> None:
    if kind.unit is ContributionUnit.PIECE and claim.units_milli != UNIT_MILLI:
        raise InvalidUnits("A claim is about one piece; claim each by itself.", field="units_milli")
    if not 0 < claim.units_milli <= MAX_UNITS_MILLI:
        raise InvalidUnits("A claim is about a day at most.", field="units_milli")


def _get_corrected(session: Session, claim: ClaimDraft, by: Caller, at: datetime) -> Contribution | None:
    """The claim that this one takes the place of; one that nobody confirmed yet is taken back at once."""
    if claim.corrects_id is None:
        return None
    old = queries.lock_contribution(session, claim.corrects_id)
    if old.user_id != by.user_id:
        raise ContributionNotFound
    same = (old.kind, old.market_id) == (claim.kind, claim.market_id)
    if not same or old.state not in _CORRECTABLE_STATES or queries.is_corrected(session, old.id):
        raise NotCorrectable
    if old.verified_at is None:
        _withdraw(session, old, by, at)
    return old


def _get_answered_call(session: Session, claim: ClaimDraft, by: Caller, at: datetime) -> Call | None:
    """The call that is answered, open or closed; a promise that was made is kept by this."""
    if claim.commitment_id is not None:
        answered = fulfil(session, claim.commitment_id, by=by, at=at)
    elif claim.call_id is not None:
        answered = get_call(session, claim.call_id)
    else:
        return None
    call_id = answered.id if claim.call_id is None else claim.call_id
    if (answered.id, answered.market_id, answered.kind) != (call_id, claim.market_id, claim.kind):
        raise CallNotFound("This call asks for something else.", field="call_id")
    return answered


def _check_evidence(
    session: Session, claim: ClaimDraft, kind: KindRules, user_id: UUID, at: datetime
) -> bytes:
    """Refuse what was shown or claimed before, or is too much. Returns the evidence's fingerprint."""
    hashed = evidence_checks.fingerprint(claim.evidence, claim.subject_id, user_id)
    if queries.is_duplicate_evidence(session, claim.market_id, hashed, but_for=claim.corrects_id):
        raise DuplicateEvidence
    about = None if TRAITS[claim.kind].repeats else claim.subject_id
    old = claim.corrects_id
    if about is not None and queries.has_claimed(session, user_id, claim.kind, about, corrects_id=old):
        raise SubjectAlreadyClaimed
    _check_limit(session, claim, kind, user_id, at)
    return hashed


def _check_limit(session: Session, claim: ClaimDraft, kind: KindRules, user_id: UUID, at: datetime) -> None:
    since, old = at - rules.CLAIM_WINDOW, claim.corrects_id
    earlier = queries.list_claimed_units(
        session, claim.market_id, user_id, claim.kind, since, corrects_id=old
    )
    rules.check_unit_limit(earlier, claim.units_milli, kind.most_units_milli, at)


def _repeated_draw_id(session: Session, claim: ClaimDraft, user_id: UUID) -> UUID | None:
    """A claim that is made again is attested by whom it would have been: nobody draws until they like it."""
    return queries.repeated_draw_id(session, claim.market_id, user_id, claim.kind, claim.subject_id)


def _call_beneficiary(answered: Call | None, user_id: UUID) -> UUID | None:
    """Who asked for it for themselves, unless they did it themselves in the end."""
    if answered is None or answered.is_of_the_market or answered.asked_by == user_id:
        return None
    return answered.asked_by


def _claim_columns(claim: ClaimDraft, kind: KindRules, subject: ResolvedSubject) -> dict[str, Any]:
    """The columns that say what was given."""
    return {
        "market_id": claim.market_id,
        "kind": claim.kind,
        "segment": subject.segment,
        "units_milli": claim.units_milli,
        "commitment_id": claim.commitment_id,
        "subject_type": claim.subject_type,
        "subject_id": claim.subject_id,
        "title": claim.title,
        "wants_thanks_only": claim.wants_thanks_only or kind.funder is ContributionFunder.NOBODY,
        "corrects_id": claim.corrects_id,
    }
