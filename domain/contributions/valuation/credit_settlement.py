"""From a value to credits that can be spent: they are held for as long as their kind says, then settled.

Each step is one contribution in one transaction, and its key in the books is the contribution's own, so a
crash in between loses nothing and a second worker posts nothing twice. What was taken back meanwhile is not
settled. Who wanted thanks alone never comes here.
"""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from domain import credits, identity, markets, pricing
from domain.contributions import queries
from domain.contributions.kinds import ContributionActor, ContributionState
from domain.contributions.lifecycle import CONTRIBUTIONS
from domain.contributions.models import Contribution
from domain.contributions.valuation.events import CreditsHeld, CreditsSettled
from domain.contributions.verification import event_fields, get_rules, record_contribution_event
from domain.foundation.actors import CLOCK

CONTRIBUTION_ENTRY = "contribution"  # the kind of the entry by which its credits come
POSTED_STATES = frozenset(
    {ContributionState.HELD, ContributionState.SETTLED}
)  # its credits stand in the books

_TO_HOLD = text("SELECT id FROM contributions WHERE state = 'valued' ORDER BY id LIMIT :limit")
_TO_SETTLE = text(f"""
    SELECT contributions.id FROM contributions JOIN users ON users.id = contributions.user_id
    WHERE contributions.state = 'held' AND contributions.hold_until <= :at AND {identity.ACTIVE_ACCOUNT_SQL}
    ORDER BY contributions.hold_until, contributions.id LIMIT :limit
""")  # noqa: S608 -- our own condition
_CLAWED_BACK = text("""
    SELECT coalesce(sum(credits), 0) FROM credit_claw_backs
    WHERE contribution_id = :id AND restored_at IS NULL
""")


def list_contributions_to_hold(session: Session, *, limit: int) -> list[UUID]:
    """Contributions that are valued, and whose credits nobody has posted yet."""
    return list(session.scalars(_TO_HOLD, {"limit": limit}))


def list_contributions_to_settle(session: Session, *, at: datetime, limit: int) -> list[UUID]:
    """Contributions whose hold is over and whose contributor is active, the longest over first."""
    return list(session.scalars(_TO_SETTLE, {"at": at, "limit": limit}))


def hold_credits(session: Session, contribution_id: UUID, *, at: datetime) -> bool:
    """Post a contribution's credits as pending. False where that is done, or nothing is to be done."""
    contribution = queries.lock_contribution(session, contribution_id)
    if contribution.state is not ContributionState.VALUED:
        return False
    contribution.state = CONTRIBUTIONS.next_state(contribution.state, "hold", ContributionActor.CLOCK)
    days = get_rules(session, contribution)[1].hold_days
    contribution.hold_until = at + timedelta(days=days)
    if owed := remaining_credits(session, contribution):
        post_credits(session, contribution, owed, key=f"contribution:{contribution.id}", at=at)
    event = CreditsHeld(
        **event_fields(contribution),
        user_id=contribution.user_id,
        credits=owed,
        hold_until=contribution.hold_until,
    )
    record_contribution_event(session, contribution, event, by=CLOCK, at=at)
    return True


def settle_credits(session: Session, contribution_id: UUID, *, at: datetime) -> bool:
    """Let a contribution's credits be spent, once its hold is over. False where nothing is to be done."""
    contribution = queries.lock_contribution(session, contribution_id)
    if (
        contribution.state is not ContributionState.HELD
        or contribution.hold_until is None
        or contribution.hold_until > at
    ):
        return False
    if identity.inactive_accounts(session, [contribution.user_id]):
        return False
    contribution.state = CONTRIBUTIONS.next_state(contribution.state, "settle", ContributionActor.CLOCK)
    contribution.settled_at = at
    if credits_ := remaining_credits(session, contribution):
        key = f"contribution_release:{contribution.id}"
        credits.release(
            session, contribution.user_id, credits_, key=key, subject_id=contribution.id, by=CLOCK, at=at
        )
    event = CreditsSettled(**event_fields(contribution), user_id=contribution.user_id, credits=credits_)
    record_contribution_event(session, contribution, event, by=CLOCK, at=at)
    return True


def post_credits(
    session: Session, contribution: Contribution, credits_: int, *, key: str, at: datetime
) -> UUID:
    """Give a contribution's credits, to be held; returns the entry. They last as its policy version says."""
    terms = pricing.credit_rules(markets.get_policy_version(session, contribution.policy_version_id))
    entry = credits.grant(
        session,
        contribution.user_id,
        credits_,
        key=key,
        subject_id=contribution.id,
        hold=True,
        by=CLOCK,
        at=at,
        kind=CONTRIBUTION_ENTRY,
        policy_version_id=contribution.policy_version_id,
        expiry_days=terms.expiry_days if terms else None,
    )
    return entry.id


def remaining_credits(session: Session, contribution: Contribution) -> int:
    """What a contribution is worth, less what was taken back of it, in thousandths of a credit."""
    return (contribution.credits or 0) - int(
        session.execute(_CLAWED_BACK, {"id": contribution.id}).scalar_one()
    )
