"""What a machine can tell about a claim, before anybody is asked about it.

Most is refused at the door already; what it is about is looked at once more, for between door and desk a
booking, an offer or a person can go.
"""

from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from domain.contributions import queries, verifying
from domain.contributions.assigning import assign
from domain.contributions.errors import SubjectUnfit
from domain.contributions.events import ContributionChecked
from domain.contributions.kinds import TRAITS, ContributionActor, ContributionState, RejectionReason, Relation
from domain.contributions.lifecycle import CONTRIBUTIONS
from domain.contributions.models import Contribution
from domain.contributions.subjects import Asked, subject_of
from domain.foundation.actors import SYSTEM


def follow(session: Session, contribution_id: UUID, *, at: datetime) -> bool:
    """Check a claim and ask whoever is to confirm it. False where that has been done."""
    given = queries.contribution_locked(session, contribution_id)
    if given.state is ContributionState.SUBMITTED:
        _check(session, given, at)
    if given.state is not ContributionState.CHECKED:
        return False
    assign(session, given, at=at)
    return True


def waiting_to_be_checked(session: Session, *, limit: int) -> list[UUID]:
    """Claims that nobody has looked at, or asked anybody about."""
    found = queries.in_state(session, ContributionState.SUBMITTED, limit=limit)
    return found + queries.in_state(session, ContributionState.CHECKED, limit=limit - len(found))


def _check(session: Session, given: Contribution, at: datetime) -> None:
    try:
        subject_of(session, _asked(given))
    except SubjectUnfit:
        is_seen = TRAITS[given.kind].relation is Relation.DOER
        reason = RejectionReason.NOT_SEEN_BY_THE_SYSTEM if is_seen else RejectionReason.NOT_THEIRS
        verifying.reject(session, given, reason, None, actor=ContributionActor.SYSTEM, by=SYSTEM, at=at)
        return
    given.state = CONTRIBUTIONS.next_state(given.state, "check", ContributionActor.SYSTEM)
    given.checked_at = at
    verifying.tell(session, given, ContributionChecked(**verifying.about(given)), by=SYSTEM, at=at)


def _asked(given: Contribution) -> Asked:
    """As it was claimed: who was new when it was claimed stays new enough."""
    return Asked(
        given.market_id, given.user_id, given.kind, given.subject_type, given.subject_id, given.submitted_at
    )
