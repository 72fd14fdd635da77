"""What a machine can tell about a claim, before anybody is asked about it.

Most is refused at the door already; what it is about is looked at once more, for between door and desk a
booking, an offer or a person can go.
"""

from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from domain.contributions import queries, verification
from domain.contributions.attestations.assignment import assign_verifier
from domain.contributions.claims.subject_validation import ClaimSubject, resolve_subject
from domain.contributions.errors import InvalidSubject
from domain.contributions.events import ContributionChecked
from domain.contributions.kinds import (
    TRAITS,
    ContributionActor,
    ContributionState,
    RejectionReason,
    SubjectRelation,
)
from domain.contributions.lifecycle import CONTRIBUTIONS
from domain.contributions.models import Contribution
from domain.foundation.actors import SYSTEM


def check_submission(session: Session, contribution_id: UUID, *, at: datetime) -> bool:
    """Check a claim and ask whoever is to confirm it. False where that has been done."""
    contribution = queries.lock_contribution(session, contribution_id)
    if contribution.state is ContributionState.SUBMITTED:
        _check(session, contribution, at)
    if contribution.state is not ContributionState.CHECKED:
        return False
    assign_verifier(session, contribution, at=at)
    return True


def list_unchecked_submissions(session: Session, *, limit: int) -> list[UUID]:
    """Claims that nobody has looked at, or asked anybody about."""
    submitted_ids = queries.list_in_state(session, ContributionState.SUBMITTED, limit=limit)
    return submitted_ids + queries.list_in_state(
        session, ContributionState.CHECKED, limit=limit - len(submitted_ids)
    )


def _check(session: Session, contribution: Contribution, at: datetime) -> None:
    try:
        resolve_subject(session, _claim_subject(contribution))
    except InvalidSubject:
        is_seen = TRAITS[contribution.kind].relation is SubjectRelation.DOER
        reason = RejectionReason.NOT_SEEN_BY_THE_SYSTEM if is_seen else RejectionReason.NOT_THEIRS
        verification.reject(
            session, contribution, reason, None, actor=ContributionActor.SYSTEM, by=SYSTEM, at=at
        )
        return
    contribution.state = CONTRIBUTIONS.next_state(contribution.state, "check", ContributionActor.SYSTEM)
    contribution.checked_at = at
    verification.record_contribution_event(
        session,
        contribution,
        ContributionChecked(**verification.event_fields(contribution)),
        by=SYSTEM,
        at=at,
    )


def _claim_subject(contribution: Contribution) -> ClaimSubject:
    """As it was claimed: who was new when it was claimed stays new enough."""
    return ClaimSubject(
        contribution.market_id,
        contribution.user_id,
        contribution.kind,
        contribution.subject_type,
        contribution.subject_id,
        contribution.submitted_at,
    )
