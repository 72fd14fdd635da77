"""Moderators who are waited for too long: the clock raises an alarm, each week again, and decides nothing.

What only a person can judge is never verified or rejected because nobody looked. So it waits, and those who
run the market hear that it does.
"""

from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from domain.contributions import queries, rules, verifying
from domain.contributions.events import ContributionOverdue
from domain.contributions.kinds import ContributionActor, ContributionState, Verifier
from domain.contributions.lifecycle import CONTRIBUTIONS
from domain.contributions.models import Contribution
from domain.foundation.actors import CLOCK


def escalate(session: Session, contribution_id: UUID, *, at: datetime) -> bool:
    """Raise an alarm about a contribution, or an appeal, that a moderator should have decided by now.

    False where nothing is due. Whose turn it is and what they can say stays as it was.
    """
    given = queries.contribution_locked(session, contribution_id)
    since = _waits_since(given)
    if since is None or (given.verify_by or since) > at:
        return False
    given.state = CONTRIBUTIONS.next_state(given.state, "escalate", ContributionActor.CLOCK)
    given.verify_by = at + rules.MODERATOR_WAIT
    fact = ContributionOverdue(**verifying.about(given), waiting_since=since)
    verifying.tell(session, given, fact, by=CLOCK, at=at)
    return True


def overdue(session: Session, *, at: datetime, limit: int) -> list[UUID]:
    """What a moderator should have decided by now, and of which nobody was told for a week."""
    return queries.overdue_for_moderators(session, at=at, limit=limit)


def _waits_since(given: Contribution) -> datetime | None:
    """Since when a moderator is waited for, at the earliest; None where none is."""
    if given.state is ContributionState.APPEALED:
        return given.appealed_at
    is_waiting = given.state is ContributionState.AWAITING_VERIFICATION
    return given.checked_at if is_waiting and given.verifier is Verifier.MODERATOR else None
