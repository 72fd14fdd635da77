"""Appeals against taking credits back: somebody else looks, and what was wrong is restored.

Restored credits are as far on their way as they were: held where their hold had not ended, else to be spent
at once. They pay off first what taking them back left owed. What came back by itself, because the refund that
had taken it did, is nothing to appeal against any more.
"""

from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, select

from domain import credits, markets, pricing
from domain.contributions import contribution_hours, queries, rules
from domain.contributions.attestations import assignment
from domain.contributions.kinds import ContributionActor, ContributionState
from domain.contributions.lifecycle import CONTRIBUTIONS
from domain.contributions.models import Contribution
from domain.contributions.valuation.credit_settlement import CONTRIBUTION_ENTRY, POSTED_STATES
from domain.contributions.valuation.errors import (
    ClawBackNotAppealable,
    ClawBackNotFound,
    DifferentModeratorRequired,
    NoOpenClawBackAppeal,
)
from domain.contributions.valuation.events import ClawBackAppealed, ClawBackUpheld, CreditsRestored
from domain.contributions.valuation.kinds import ClawBackOutcome, ClawBackReason
from domain.contributions.valuation.models import CreditClawBack
from domain.contributions.verification import event_fields, record_contribution_event
from domain.foundation.actors import Actor
from domain.identity import Caller


def appeal_claw_back(
    session: Session, claw_back_id: UUID, statement: str, *, by: Caller, at: datetime
) -> CreditClawBack:
    """Ask somebody else to look at what was taken back, within 183 days.

    Raises `ClawBackNotFound` to all but the contributor, and `ClawBackNotAppealable`.
    """
    claw_back, contribution = _locked(session, claw_back_id)
    if contribution.user_id != by.user_id:
        raise ClawBackNotFound
    is_over = at >= claw_back.decided_at + rules.APPEAL_WINDOW
    is_done = claw_back.appealed_at is not None or claw_back.restored_at is not None
    if is_done or claw_back.reason is ClawBackReason.CORRECTED or is_over:
        raise ClawBackNotAppealable
    claw_back.appealed_at, claw_back.appeal_statement = at, statement
    record_contribution_event(
        session,
        contribution,
        ClawBackAppealed(**event_fields(contribution), claw_back_id=claw_back.id),
        by=by.actor,
        at=at,
    )
    return claw_back


def answer_claw_back_appeal(
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
    claw_back, contribution = _locked(session, claw_back_id)
    if not by.is_moderator(contribution.market_id) or by.user_id == contribution.user_id:
        raise ClawBackNotFound
    if (
        claw_back.appealed_at is None
        or claw_back.appeal_decided_at is not None
        or claw_back.restored_at is not None
    ):
        raise NoOpenClawBackAppeal
    if claw_back.decided_by == by.user_id or not assignment.is_independent(session, contribution, by.user_id):
        raise DifferentModeratorRequired
    claw_back.appeal_decided_at, claw_back.appeal_decided_by = at, by.user_id
    claw_back.appeal_outcome, claw_back.appeal_answer = outcome, statement
    actor = by.actor_in(contribution.market_id)
    if outcome is ClawBackOutcome.RESTORED:
        restore_credits(session, contribution, claw_back, by=actor, at=at)
    else:
        record_contribution_event(
            session,
            contribution,
            ClawBackUpheld(**event_fields(contribution), claw_back_id=claw_back.id),
            by=actor,
            at=at,
        )
    return claw_back


def list_claw_backs(session: Session, contribution_id: UUID) -> list[CreditClawBack]:
    """What was taken back of a contribution, in order."""
    query = select(CreditClawBack).where(CreditClawBack.contribution_id == contribution_id)
    return list(session.exec(query.order_by(col(CreditClawBack.id))).all())


def restore_credits(
    session: Session, contribution: Contribution, claw_back: CreditClawBack, *, by: Actor, at: datetime
) -> None:
    """Give back what was taken of a locked contribution, and let it count again if it had been ended."""
    claw_back.restored_at = at
    if (
        contribution.state is ContributionState.CLAWED_BACK
        and claw_back.reason is not ClawBackReason.REFUNDED
    ):
        _restore_state(contribution, at)
        contribution_hours.transfer_hours_again(session, contribution, by=by, at=at)
    if claw_back.credits and (claw_back.entry_id is not None or contribution.state in POSTED_STATES):
        terms = pricing.credit_rules(markets.get_policy_version(session, contribution.policy_version_id))
        claw_back.restored_entry_id = credits.grant(
            session,
            contribution.user_id,
            claw_back.credits,
            key=f"restoration:{claw_back.id}",
            subject_id=contribution.id,
            hold=contribution.state is ContributionState.HELD,
            by=by,
            at=at,
            kind=CONTRIBUTION_ENTRY,
            policy_version_id=contribution.policy_version_id,
            expiry_days=terms.expiry_days if terms else None,
        ).id
    event = CreditsRestored(
        **event_fields(contribution),
        user_id=contribution.user_id,
        claw_back_id=claw_back.id,
        credits=claw_back.credits,
    )
    record_contribution_event(session, contribution, event, by=by, at=at)


def _restore_state(contribution: Contribution, at: datetime) -> None:
    """Back to where it was on its way: what was not valued yet will be, or is thanked once more."""
    step = "restore_unvalued" if contribution.valued_at is None else "restore"
    contribution.state = CONTRIBUTIONS.next_state(contribution.state, step, ContributionActor.MODERATOR)
    contribution.clawed_back_at, contribution.clawed_back_reason = None, None
    if contribution.thanked_at is not None:
        contribution.state = CONTRIBUTIONS.next_state(contribution.state, "thank", ContributionActor.SYSTEM)
    if contribution.settled_at is not None:
        contribution.state = CONTRIBUTIONS.next_state(contribution.state, "settle", ContributionActor.CLOCK)
    elif contribution.state is ContributionState.HELD and contribution.hold_until is None:
        contribution.hold_until = at


def _locked(session: Session, claw_back_id: UUID) -> tuple[CreditClawBack, Contribution]:
    """What was taken back and its contribution, locked from above. Raises `ClawBackNotFound`."""
    claw_back = session.get(CreditClawBack, claw_back_id)
    if claw_back is None:
        raise ClawBackNotFound
    contribution = queries.lock_contribution(session, claw_back.contribution_id)
    session.refresh(claw_back, with_for_update=True)
    return claw_back, contribution
