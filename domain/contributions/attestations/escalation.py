"""Moderators who are waited for too long: the clock raises an alarm, each week again, and decides nothing.

What only a person can judge is never verified or rejected because nobody looked. So it waits, and those who
run the market hear that it does.
"""

from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from domain.contributions import queries, rules, verification
from domain.contributions.events import ContributionOverdue
from domain.contributions.kinds import ContributionActor, ContributionState, ContributionVerifier
from domain.contributions.lifecycle import CONTRIBUTIONS
from domain.contributions.models import Contribution
from domain.foundation.actors import CLOCK


def escalate(session: Session, contribution_id: UUID, *, at: datetime) -> bool:
    """Raise an alarm about a contribution, or an appeal, that a moderator should have decided by now.

    False where nothing is due. Whose turn it is and what they can say stays as it was.
    """
    contribution = queries.lock_contribution(session, contribution_id)
    since = _waits_since(contribution)
    if since is None or (contribution.verify_by or since) > at:
        return False
    contribution.state = CONTRIBUTIONS.next_state(contribution.state, "escalate", ContributionActor.CLOCK)
    contribution.verify_by = at + rules.MODERATOR_WAIT
    event = ContributionOverdue(**verification.event_fields(contribution), waiting_since=since)
    verification.record_contribution_event(session, contribution, event, by=CLOCK, at=at)
    return True


def list_overdue_contributions(session: Session, *, at: datetime, limit: int) -> list[UUID]:
    """What a moderator should have decided by now, and of which nobody was told for a week."""
    return queries.list_overdue_for_moderators(session, at=at, limit=limit)


def _waits_since(contribution: Contribution) -> datetime | None:
    """Since when a moderator is waited for, at the earliest; None where none is."""
    if contribution.state is ContributionState.APPEALED:
        return contribution.appealed_at
    is_waiting = contribution.state is ContributionState.AWAITING_VERIFICATION
    return (
        contribution.checked_at
        if is_waiting and contribution.verifier is ContributionVerifier.MODERATOR
        else None
    )
