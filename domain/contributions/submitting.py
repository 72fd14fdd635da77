"""Claims: somebody says what they gave, with or without a call, and may take back what is not confirmed."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlmodel import Session

from domain import identity, markets
from domain.contributions import evidence as evidences
from domain.contributions import policy, queries, rules, verifying
from domain.contributions.call_models import Call
from domain.contributions.calls import call
from domain.contributions.commitments import fulfil
from domain.contributions.errors import (
    CallNotFound,
    ContributionNotFound,
    EvidenceKnown,
    KindNotTaken,
    NotCorrectable,
    SubjectClaimed,
    UnitsUnfit,
)
from domain.contributions.events import ContributionSubmitted, ContributionWithdrawn
from domain.contributions.evidence import Evidence
from domain.contributions.kinds import (
    TRAITS,
    ContributionActor,
    ContributionKind,
    ContributionState,
    Funder,
    SubjectType,
    Unit,
)
from domain.contributions.lifecycle import CONTRIBUTIONS
from domain.contributions.models import Contribution, ContributionEvidence
from domain.contributions.policy import KindRules
from domain.contributions.standard import ONE
from domain.contributions.subjects import Asked, Subject, subject_of
from domain.foundation import ids
from domain.identity import Caller
from domain.markets import PolicyVersion

LONGEST_MILLI: Final = 24 * ONE  # nobody helps for longer than a day at a stretch
_TO_CORRECT: Final = frozenset(
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
class Claim:
    """What somebody says they gave. One claim is one piece, or some hours of at most a day."""

    market_id: UUID
    kind: ContributionKind
    title: str
    evidence: Evidence = field(default_factory=Evidence)
    units_milli: int = ONE
    subject_type: SubjectType | None = None
    subject_id: UUID | None = None
    call_id: UUID | None = None
    commitment_id: UUID | None = None
    wants_thanks_only: bool = False
    corrects_id: UUID | None = None


def submit(session: Session, claim: Claim, *, by: Caller, at: datetime) -> Contribution:
    """Claim a contribution after the fact, with or without a call, perhaps for thanks alone.

    Raises `MarketUnknown`, `KindNotTaken`, `UnitsUnfit`, `EvidenceIncomplete`, `CallNotFound`,
    `CommitmentNotFound`, `NotNow`, `SubjectUnfit`, `NotCorrectable`, `EvidenceKnown`, `ContributionLimit`,
    `SubjectClaimed`, `AccountSuspended` and, by the database, `ReferredAlready`.
    """
    identity.require_active_accounts(session, by.user_id)
    market = markets.get_market(session, claim.market_id)
    version = markets.get_policy_at(session, market.id, at)
    kind, subject = _rules_of(session, claim, version, by.user_id, at)
    queries.take_turn(session, by.user_id)
    old = _to_correct(session, claim, by, at)
    answered = _call_of(session, claim, by, at)
    given = Contribution(
        **_told(claim, kind, subject),
        id=ids.new(),
        user_id=by.user_id,
        call_id=None if answered is None else answered.id,
        beneficiary_id=subject.beneficiary_id or _asker(answered, by.user_id),
        evidence_hash=_checked(session, claim, kind, by.user_id, at),
        draw_id=ids.new(),
        policy_version_id=version.id,
        submitted_at=at,
    )
    given.draw_id = (_repeated(session, claim, by.user_id) if old is None else old.draw_id) or given.id
    session.add(given)
    session.flush()
    session.add(ContributionEvidence(contribution_id=given.id, document=claim.evidence.document))
    fact = ContributionSubmitted(**verifying.about(given), corrects_id=claim.corrects_id)
    verifying.tell(session, given, fact, by=by.actor, at=at)
    return given


def withdraw(session: Session, contribution_id: UUID, *, by: Caller, at: datetime) -> Contribution:
    """Take a claim back while it is unconfirmed, for no reason. Doing it twice does no harm.

    Raises `ContributionNotFound` to everybody else, and `NotNow`.
    """
    given = queries.contribution_locked(session, contribution_id)
    if given.user_id != by.user_id:
        raise ContributionNotFound
    if given.state is not ContributionState.WITHDRAWN:
        _withdraw(session, given, by, at)
    return given


def note_deed(
    session: Session, kind: ContributionKind, subject_id: UUID, user_id: UUID, *, at: datetime
) -> None:
    """Remember that the system saw this person do this, so that they can claim it. Twice does no harm."""
    queries.see(session, kind, subject_id, user_id, at)


def _withdraw(session: Session, given: Contribution, by: Caller, at: datetime) -> None:
    given.state = CONTRIBUTIONS.next_state(given.state, "withdraw", ContributionActor.CONTRIBUTOR)
    given.withdrawn_at = at
    verifying.release(session, given, at=at)
    fact = ContributionWithdrawn(**verifying.about(given))
    verifying.tell(session, given, fact, by=by.actor, at=at)


def _rules_of(
    session: Session, claim: Claim, version: PolicyVersion, user_id: UUID, at: datetime
) -> tuple[KindRules, Subject]:
    """What holds for this kind where its subject is, and the subject."""
    rules_of = policy.rules_of(version)
    if rules_of is None or not rules_of.takes(claim.kind):
        raise KindNotTaken(field="kind")
    evidences.check(claim.kind, claim.evidence)
    subject = subject_of(session, _asked(claim, user_id, at))
    kind = rules_of.rules_of(claim.kind, subject.segment)
    if kind is None:
        raise KindNotTaken(field="kind")
    _check_units(claim, kind)
    return kind, subject


def _asked(claim: Claim, user_id: UUID, at: datetime) -> Asked:
    return Asked(claim.market_id, user_id, claim.kind, claim.subject_type, claim.subject_id, at)


def _check_units(claim: Claim, kind: KindRules) -> None:
    if kind.unit is Unit.PIECE and claim.units_milli != ONE:
        raise UnitsUnfit("A claim is about one piece; claim each by itself.", field="units_milli")
    if not 0 < claim.units_milli <= LONGEST_MILLI:
        raise UnitsUnfit("A claim is about a day at most.", field="units_milli")


def _to_correct(session: Session, claim: Claim, by: Caller, at: datetime) -> Contribution | None:
    """The claim that this one takes the place of; one that nobody confirmed yet is taken back at once."""
    if claim.corrects_id is None:
        return None
    old = queries.contribution_locked(session, claim.corrects_id)
    if old.user_id != by.user_id:
        raise ContributionNotFound
    same = (old.kind, old.market_id) == (claim.kind, claim.market_id)
    if not same or old.state not in _TO_CORRECT or queries.is_corrected(session, old.id):
        raise NotCorrectable
    if old.verified_at is None:
        _withdraw(session, old, by, at)
    return old


def _call_of(session: Session, claim: Claim, by: Caller, at: datetime) -> Call | None:
    """The call that is answered, open or closed; a promise that was made is kept by this."""
    if claim.commitment_id is not None:
        answered = fulfil(session, claim.commitment_id, by=by, at=at)
    elif claim.call_id is not None:
        answered = call(session, claim.call_id)
    else:
        return None
    told = answered.id if claim.call_id is None else claim.call_id
    if (answered.id, answered.market_id, answered.kind) != (told, claim.market_id, claim.kind):
        raise CallNotFound("This call asks for something else.", field="call_id")
    return answered


def _checked(session: Session, claim: Claim, kind: KindRules, user_id: UUID, at: datetime) -> bytes:
    """Refuse what was shown or claimed before, or is too much. Returns the evidence's fingerprint."""
    hashed = evidences.fingerprint(claim.evidence, claim.subject_id, user_id)
    if queries.is_known_evidence(session, claim.market_id, hashed, but_for=claim.corrects_id):
        raise EvidenceKnown
    about = None if TRAITS[claim.kind].repeats else claim.subject_id
    old = claim.corrects_id
    if about is not None and queries.has_claimed(session, user_id, claim.kind, about, corrects_id=old):
        raise SubjectClaimed
    _check_limit(session, claim, kind, user_id, at)
    return hashed


def _check_limit(session: Session, claim: Claim, kind: KindRules, user_id: UUID, at: datetime) -> None:
    since, old = at - rules.WINDOW, claim.corrects_id
    earlier = queries.claimed_since(session, claim.market_id, user_id, claim.kind, since, corrects_id=old)
    rules.check_room(earlier, claim.units_milli, kind.most_units_milli, at)


def _repeated(session: Session, claim: Claim, user_id: UUID) -> UUID | None:
    """A claim that is made again is attested by whom it would have been: nobody draws until they like it."""
    return queries.draw_repeated(session, claim.market_id, user_id, claim.kind, claim.subject_id)


def _asker(answered: Call | None, user_id: UUID) -> UUID | None:
    """Who asked for it for themselves, unless they did it themselves in the end."""
    if answered is None or answered.is_of_the_market or answered.asked_by == user_id:
        return None
    return answered.asked_by


def _told(claim: Claim, kind: KindRules, subject: Subject) -> dict[str, Any]:
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
        "wants_thanks_only": claim.wants_thanks_only or kind.funder is Funder.NOBODY,
        "corrects_id": claim.corrects_id,
    }
