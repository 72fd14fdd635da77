"""Taking credits back: by a person's decision, by a refund, or because a better claim took their place.

What is taken comes from what is pending, then from what is available; what is spent already is owed, and paid
off by what comes in next. Whoever lost credits reads why and may appeal for 183 days (`restoring.py`). A
refund takes back only what the booking can no longer bear, from all that earned with it alike. A refund that
did not arrive, which may be known weeks later, took nothing: then what the booking bears again is restored.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session, col, select

from domain import credits
from domain.contributions import contribution_hours, queries
from domain.contributions.errors import ContributionNotFound
from domain.contributions.kinds import ContributionActor, ContributionState
from domain.contributions.lifecycle import CONTRIBUTIONS
from domain.contributions.models import Contribution
from domain.contributions.policy import policy_of_version
from domain.contributions.valuation import booking_fees, claw_back_appeals, periods
from domain.contributions.valuation.booking_fees import BookingCreditLimit
from domain.contributions.valuation.credit_settlement import POSTED_STATES, remaining_credits
from domain.contributions.valuation.errors import AutomaticClawBackReason
from domain.contributions.valuation.events import CreditsClawedBack
from domain.contributions.valuation.formula import proportional_part
from domain.contributions.valuation.kinds import AUTOMATIC_REASONS, ClawBackReason
from domain.contributions.valuation.models import CreditClawBack
from domain.contributions.valuation.period_valuation import proportional_shares
from domain.contributions.verification import event_fields, record_contribution_event
from domain.foundation import ids
from domain.foundation.actors import SYSTEM, Actor
from domain.identity import Caller

_VALUED_BY_BOOKING = text("""
    SELECT v.contribution_id, c.market_id
    FROM contribution_valuations v JOIN contributions c ON c.id = v.contribution_id
    WHERE v.booking_id = :booking_id AND c.state <> 'clawed_back' ORDER BY v.contribution_id
""")


def claw_back(
    session: Session,
    contribution_id: UUID,
    *,
    by: Caller,
    reason: ClawBackReason,
    statement: str,
    at: datetime,
) -> CreditClawBack:
    """Take back all of a contribution's credits and what it counts for: a moderator's decision.

    Raises `ContributionNotFound` to who may not decide, `NotNow` where nothing was confirmed or it is done,
    and `NobodyDecides` for a reason that is no person's.
    """
    if reason in AUTOMATIC_REASONS:
        raise AutomaticClawBackReason(field="reason")
    contribution = queries.lock_contribution(session, contribution_id)
    if not by.is_moderator(contribution.market_id) or by.user_id == contribution.user_id:
        raise ContributionNotFound
    actor = by.actor_in(contribution.market_id)
    taken = CreditClawBack(
        contribution_id=contribution.id,
        credits=remaining_credits(session, contribution),
        reason=reason,
        statement=statement,
        decided_by=by.user_id,
        decided_at=at,
    )
    return _end_contribution(session, contribution, taken, ContributionActor.MODERATOR, by=actor)


def claw_back_corrected(session: Session, contribution_id: UUID, *, at: datetime) -> bool:
    """Take back what a claim earned whose place a better one took. False where that is done."""
    contribution = queries.lock_contribution(session, contribution_id)
    if contribution.state is ContributionState.CLAWED_BACK:
        return False
    taken = CreditClawBack(
        contribution_id=contribution.id,
        credits=remaining_credits(session, contribution),
        reason=ClawBackReason.CORRECTED,
        decided_at=at,
    )
    _end_contribution(session, contribution, taken, ContributionActor.SYSTEM, by=SYSTEM)
    return True


def claw_back_refunded(session: Session, booking_id: UUID, *, at: datetime) -> int:
    """Take back what a booking can no longer bear. Returns how many thousandths of a credit.

    Everything that earned with this booking gives the same part of it. Doing it twice does no harm.
    """
    about_it = _lock_contributions_of_booking(session, booking_id)
    if not about_it:
        return 0
    bound = _credit_limit(session, booking_id, about_it[0].market_id)
    over = bound.fee.credits_granted - bound.limit
    if over <= 0:
        return 0
    remaining = [remaining_credits(session, contribution) for contribution in about_it]
    for contribution, own, share in zip(
        about_it, remaining, proportional_shares(over, remaining), strict=True
    ):
        taken = CreditClawBack(
            contribution_id=contribution.id,
            credits=proportional_part(over, own, share.weight, share),
            reason=ClawBackReason.REFUNDED,
            booking_id=booking_id,
            fee=bound.document | {"own": own, "rank": share.rank, "left_over": share.left_over},
            decided_at=at,
        )
        if taken.credits:
            _post_claw_back(session, contribution, taken, by=SYSTEM)
    return over


def restore_after_failed_refund(session: Session, booking_id: UUID, *, at: datetime) -> int:
    """Restore what refunds had taken, where one came back and the booking can bear more again.

    What was taken is restored whole, and what the refunds that did arrive leave too much is taken again, so
    that everybody has what they would have had without the one that failed. What a person took back stays
    taken. Returns how many thousandths of a credit are given more; doing it twice does no harm.
    """
    about_it = {
        contribution.id: contribution for contribution in _lock_contributions_of_booking(session, booking_id)
    }
    taken = _list_refund_claw_backs(session, booking_id, about_it)
    if not taken:
        return 0
    bound = _credit_limit(session, booking_id, about_it[taken[0].contribution_id].market_id)
    if bound.fee.credits_granted >= bound.limit:
        return 0
    for claw_back in taken:
        claw_back_appeals.restore_credits(
            session, about_it[claw_back.contribution_id], claw_back, by=SYSTEM, at=at
        )
    session.flush()
    return sum(claw_back.credits for claw_back in taken) - claw_back_refunded(session, booking_id, at=at)


def _lock_contributions_of_booking(session: Session, booking_id: UUID) -> list[Contribution]:
    """What earned with this booking and still counts, alone with it in its market."""
    rows = session.execute(_VALUED_BY_BOOKING, {"booking_id": booking_id}).all()
    if not rows:
        return []
    periods.lock_market_valuation(session, rows[0].market_id)
    return [queries.lock_contribution(session, row.contribution_id) for row in rows]


def _list_refund_claw_backs(
    session: Session, booking_id: UUID, about_it: Mapping[UUID, Contribution]
) -> Sequence[CreditClawBack]:
    query = select(CreditClawBack).where(
        CreditClawBack.booking_id == booking_id,
        col(CreditClawBack.contribution_id).in_(about_it),
        col(CreditClawBack.restored_at).is_(None),
    )
    return session.exec(query.order_by(col(CreditClawBack.id))).all()


def _credit_limit(session: Session, booking_id: UUID, market_id: UUID) -> BookingCreditLimit:
    rules = policy_of_version(periods.latest_policy_version(session, market_id))
    return booking_fees.load_credit_limits(session, [booking_id], rules.credits if rules else None)[
        booking_id
    ]


def _end_contribution(
    session: Session,
    contribution: Contribution,
    taken: CreditClawBack,
    actor: ContributionActor,
    *,
    by: Actor,
) -> CreditClawBack:
    """Take credits back and let the contribution count no longer."""
    state = CONTRIBUTIONS.next_state(contribution.state, "claw_back", actor)
    _post_claw_back(session, contribution, taken, by=by)
    contribution_hours.return_hours(session, contribution, by=by, at=taken.decided_at)
    contribution.state, contribution.clawed_back_at, contribution.clawed_back_reason = (
        state,
        taken.decided_at,
        taken.reason.value,
    )
    session.flush()
    return taken


def _post_claw_back(
    session: Session, contribution: Contribution, taken: CreditClawBack, *, by: Actor
) -> None:
    """Post it where there is anything in the books to take, and write down why."""
    taken.id = ids.new()
    if taken.credits and contribution.state in POSTED_STATES:
        taken.entry_id = credits.claw_back(
            session,
            contribution.user_id,
            taken.credits,
            key=f"claw_back:{taken.id}",
            subject_id=contribution.id,
            by=by,
            at=taken.decided_at,
        ).id
    session.add(taken)
    event = CreditsClawedBack(
        **event_fields(contribution),
        user_id=contribution.user_id,
        claw_back_id=taken.id,
        credits=taken.credits,
        reason=taken.reason,
    )
    record_contribution_event(session, contribution, event, by=by, at=taken.decided_at)
