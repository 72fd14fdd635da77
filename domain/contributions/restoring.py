"""Appeals against taking credits back: somebody else looks, and what was wrong is restored.

Restored credits are as far on their way as they were: held where their hold had not ended, else to be spent
at once. They pay off first what taking them back left owed. What came back by itself, because the refund that
had taken it did, is nothing to appeal against any more.
"""

from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, select

from domain import markets, pricing
from domain.contributions import assigning, giving_hours, queries, rules, wallet
from domain.contributions.kinds import ContributionActor, ContributionState
from domain.contributions.lifecycle import CONTRIBUTIONS
from domain.contributions.models import Contribution
from domain.contributions.settling import CONTRIBUTION, POSTED
from domain.contributions.value_errors import (
    ClawBackNotAppealable,
    ClawBackNotFound,
    NoClawBackAppeal,
    SomebodyElseMustLook,
)
from domain.contributions.value_events import ClawBackAppealed, ClawBackUpheld, CreditsRestored
from domain.contributions.value_kinds import ClawBackOutcome, ClawBackReason
from domain.contributions.value_models import CreditClawBack
from domain.contributions.verifying import about, tell
from domain.foundation.actors import Actor
from domain.identity import Caller


def appeal(
    session: Session, claw_back_id: UUID, statement: str, *, by: Caller, at: datetime
) -> CreditClawBack:
    """Ask somebody else to look at what was taken back, within 183 days.

    Raises `ClawBackNotFound` to all but the contributor, and `ClawBackNotAppealable`.
    """
    taken, given = _locked(session, claw_back_id)
    if given.user_id != by.user_id:
        raise ClawBackNotFound
    is_over = at >= taken.decided_at + rules.APPEAL_WINDOW
    is_done = taken.appealed_at is not None or taken.restored_at is not None
    if is_done or taken.reason is ClawBackReason.CORRECTED or is_over:
        raise ClawBackNotAppealable
    taken.appealed_at, taken.appeal_statement = at, statement
    tell(session, given, ClawBackAppealed(**about(given), claw_back_id=taken.id), by=by.actor, at=at)
    return taken


def answer(
    session: Session,
    claw_back_id: UUID,
    outcome: ClawBackOutcome,
    *,
    statement: str,
    by: Caller,
    at: datetime,
) -> CreditClawBack:
    """Answer an appeal, as a moderator who did not take the credits back; a granted one restores them.

    Raises `ClawBackNotFound`, `NoClawBackAppeal` and `SomebodyElseMustLook`; and, where hours would pass
    again, `BalanceTooLow` and `BalanceTooHigh`.
    """
    taken, given = _locked(session, claw_back_id)
    if not by.is_moderator(given.market_id) or by.user_id == given.user_id:
        raise ClawBackNotFound
    if taken.appealed_at is None or taken.appeal_decided_at is not None or taken.restored_at is not None:
        raise NoClawBackAppeal
    if taken.decided_by == by.user_id or not assigning.may_attest(session, given, by.user_id):
        raise SomebodyElseMustLook
    taken.appeal_decided_at, taken.appeal_decided_by = at, by.user_id
    taken.appeal_outcome, taken.appeal_answer = outcome, statement
    actor = by.actor_in(given.market_id)
    if outcome is ClawBackOutcome.RESTORED:
        restore(session, given, taken, by=actor, at=at)
    else:
        tell(session, given, ClawBackUpheld(**about(given), claw_back_id=taken.id), by=actor, at=at)
    return taken


def claw_backs(session: Session, contribution_id: UUID) -> list[CreditClawBack]:
    """What was taken back of a contribution, in order."""
    wanted = select(CreditClawBack).where(CreditClawBack.contribution_id == contribution_id)
    return list(session.exec(wanted.order_by(col(CreditClawBack.id))).all())


def restore(session: Session, given: Contribution, taken: CreditClawBack, *, by: Actor, at: datetime) -> None:
    """Give back what was taken of a locked contribution, and let it count again if it had been ended."""
    taken.restored_at = at
    if given.state is ContributionState.CLAWED_BACK and taken.reason is not ClawBackReason.REFUNDED:
        _let_count_again(given, at)
        giving_hours.pass_again(session, given, by=by, at=at)
    if taken.credits and (taken.entry_id is not None or given.state in POSTED):
        terms = pricing.credit_rules(markets.get_policy_version(session, given.policy_version_id))
        taken.restored_entry_id = wallet.grant(
            session,
            given.user_id,
            taken.credits,
            key=f"restoration:{taken.id}",
            subject_id=given.id,
            hold=given.state is ContributionState.HELD,
            by=by,
            at=at,
            kind=CONTRIBUTION,
            policy_version_id=given.policy_version_id,
            expiry_days=terms.expiry_days if terms else None,
        ).id
    fact = CreditsRestored(
        **about(given), user_id=given.user_id, claw_back_id=taken.id, credits=taken.credits
    )
    tell(session, given, fact, by=by, at=at)


def _let_count_again(given: Contribution, at: datetime) -> None:
    """Back to where it was on its way: what was not valued yet will be, or is thanked once more."""
    step = "restore_unvalued" if given.valued_at is None else "restore"
    given.state = CONTRIBUTIONS.next_state(given.state, step, ContributionActor.MODERATOR)
    given.clawed_back_at, given.clawed_back_reason = None, None
    if given.thanked_at is not None:
        given.state = CONTRIBUTIONS.next_state(given.state, "thank", ContributionActor.SYSTEM)
    if given.settled_at is not None:
        given.state = CONTRIBUTIONS.next_state(given.state, "settle", ContributionActor.CLOCK)
    elif given.state is ContributionState.HELD and given.hold_until is None:
        given.hold_until = at


def _locked(session: Session, claw_back_id: UUID) -> tuple[CreditClawBack, Contribution]:
    """What was taken back and its contribution, locked from above. Raises `ClawBackNotFound`."""
    found = session.get(CreditClawBack, claw_back_id)
    if found is None:
        raise ClawBackNotFound
    given = queries.contribution_locked(session, found.contribution_id)
    session.refresh(found, with_for_update=True)
    return found, given
