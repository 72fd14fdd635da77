"""From a value to credits that can be spent: they are held for as long as their kind says, then settled.

Each step is one contribution in one transaction, and its key in the books is the contribution's own, so a
crash in between loses nothing and a second worker posts nothing twice. What was taken back meanwhile is not
settled. Who wanted thanks alone never comes here.
"""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from domain import identity, markets, pricing
from domain.contributions import queries, wallet
from domain.contributions.kinds import ContributionActor, ContributionState
from domain.contributions.lifecycle import CONTRIBUTIONS
from domain.contributions.models import Contribution
from domain.contributions.value_events import CreditsHeld, CreditsSettled
from domain.contributions.verifying import about, rules_for, tell
from domain.foundation.actors import CLOCK

CONTRIBUTION = "contribution"  # the kind of the entry by which its credits come
POSTED = frozenset({ContributionState.HELD, ContributionState.SETTLED})  # its credits stand in the books

_TO_HOLD = text("SELECT id FROM contributions WHERE state = 'valued' ORDER BY id LIMIT :limit")
_TO_SETTLE = text(f"""
    SELECT contributions.id FROM contributions JOIN users ON users.id = contributions.user_id
    WHERE contributions.state = 'held' AND contributions.hold_until <= :at AND {identity.ACTIVE_ACCOUNT_SQL}
    ORDER BY contributions.hold_until, contributions.id LIMIT :limit
""")  # noqa: S608 -- our own condition
_TAKEN = text("""
    SELECT coalesce(sum(credits), 0) FROM credit_claw_backs
    WHERE contribution_id = :id AND restored_at IS NULL
""")


def to_hold(session: Session, *, limit: int) -> list[UUID]:
    """Contributions that are valued, and whose credits nobody has posted yet."""
    return list(session.scalars(_TO_HOLD, {"limit": limit}))


def to_settle(session: Session, *, at: datetime, limit: int) -> list[UUID]:
    """Contributions whose hold is over and whose contributor is active, the longest over first."""
    return list(session.scalars(_TO_SETTLE, {"at": at, "limit": limit}))


def hold(session: Session, contribution_id: UUID, *, at: datetime) -> bool:
    """Post a contribution's credits as pending. False where that is done, or nothing is to be done."""
    given = queries.contribution_locked(session, contribution_id)
    if given.state is not ContributionState.VALUED:
        return False
    given.state = CONTRIBUTIONS.next_state(given.state, "hold", ContributionActor.CLOCK)
    days = rules_for(session, given)[1].hold_days
    given.hold_until = at + timedelta(days=days)
    if owed := still_given(session, given):
        post(session, given, owed, key=f"contribution:{given.id}", at=at)
    fact = CreditsHeld(**about(given), user_id=given.user_id, credits=owed, hold_until=given.hold_until)
    tell(session, given, fact, by=CLOCK, at=at)
    return True


def settle(session: Session, contribution_id: UUID, *, at: datetime) -> bool:
    """Let a contribution's credits be spent, once its hold is over. False where nothing is to be done."""
    given = queries.contribution_locked(session, contribution_id)
    if given.state is not ContributionState.HELD or given.hold_until is None or given.hold_until > at:
        return False
    if identity.inactive_accounts(session, [given.user_id]):
        return False
    given.state = CONTRIBUTIONS.next_state(given.state, "settle", ContributionActor.CLOCK)
    given.settled_at = at
    if credits_ := still_given(session, given):
        key = f"contribution_release:{given.id}"
        wallet.release(session, given.user_id, credits_, key=key, subject_id=given.id, by=CLOCK, at=at)
    fact = CreditsSettled(**about(given), user_id=given.user_id, credits=credits_)
    tell(session, given, fact, by=CLOCK, at=at)
    return True


def post(session: Session, given: Contribution, credits_: int, *, key: str, at: datetime) -> UUID:
    """Give a contribution's credits, to be held; returns the entry. They last as its policy version says."""
    terms = pricing.credit_rules(markets.get_policy_version(session, given.policy_version_id))
    entry = wallet.grant(
        session,
        given.user_id,
        credits_,
        key=key,
        subject_id=given.id,
        hold=True,
        by=CLOCK,
        at=at,
        kind=CONTRIBUTION,
        policy_version_id=given.policy_version_id,
        expiry_days=terms.expiry_days if terms else None,
    )
    return entry.id


def still_given(session: Session, given: Contribution) -> int:
    """What a contribution is worth, less what was taken back of it, in thousandths of a credit."""
    return (given.credits or 0) - int(session.execute(_TAKEN, {"id": given.id}).scalar_one())
