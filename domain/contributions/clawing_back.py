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

from domain.contributions import booking_fees, giving_hours, periods, queries, restoring, wallet
from domain.contributions.booking_fees import Bound
from domain.contributions.errors import ContributionNotFound
from domain.contributions.kinds import ContributionActor, ContributionState
from domain.contributions.lifecycle import CONTRIBUTIONS
from domain.contributions.models import Contribution
from domain.contributions.policy import rules_of
from domain.contributions.settling import POSTED, still_given
from domain.contributions.value_errors import NobodyDecides
from domain.contributions.value_events import CreditsClawedBack
from domain.contributions.value_kinds import WITHOUT_DECISION, ClawBackReason
from domain.contributions.value_models import CreditClawBack
from domain.contributions.valuing import shares
from domain.contributions.verifying import about, tell
from domain.contributions.worth import part
from domain.foundation import ids
from domain.foundation.actors import SYSTEM, Actor
from domain.identity import Caller

_ABOUT_BOOKING = text("""
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
    if reason in WITHOUT_DECISION:
        raise NobodyDecides(field="reason")
    given = queries.contribution_locked(session, contribution_id)
    if not by.is_moderator(given.market_id) or by.user_id == given.user_id:
        raise ContributionNotFound
    actor = by.actor_in(given.market_id)
    taken = CreditClawBack(
        contribution_id=given.id,
        credits=still_given(session, given),
        reason=reason,
        statement=statement,
        decided_by=by.user_id,
        decided_at=at,
    )
    return _end(session, given, taken, ContributionActor.MODERATOR, by=actor)


def follow_correction(session: Session, contribution_id: UUID, *, at: datetime) -> bool:
    """Take back what a claim earned whose place a better one took. False where that is done."""
    given = queries.contribution_locked(session, contribution_id)
    if given.state is ContributionState.CLAWED_BACK:
        return False
    taken = CreditClawBack(
        contribution_id=given.id,
        credits=still_given(session, given),
        reason=ClawBackReason.CORRECTED,
        decided_at=at,
    )
    _end(session, given, taken, ContributionActor.SYSTEM, by=SYSTEM)
    return True


def follow_refund(session: Session, booking_id: UUID, *, at: datetime) -> int:
    """Take back what a booking can no longer bear. Returns how many thousandths of a credit.

    Everything that earned with this booking gives the same part of it. Doing it twice does no harm.
    """
    about_it = _about_booking_locked(session, booking_id)
    if not about_it:
        return 0
    bound = _bound(session, booking_id, about_it[0].market_id)
    over = bound.fee.given - bound.most
    if over <= 0:
        return 0
    given = [still_given(session, one) for one in about_it]
    for one, own, share in zip(about_it, given, shares(over, given), strict=True):
        taken = CreditClawBack(
            contribution_id=one.id,
            credits=part(over, own, share.weight, share),
            reason=ClawBackReason.REFUNDED,
            booking_id=booking_id,
            fee=bound.told | {"own": own, "rank": share.rank, "left_over": share.left_over},
            decided_at=at,
        )
        if taken.credits:
            _take(session, one, taken, by=SYSTEM)
    return over


def follow_failed_refund(session: Session, booking_id: UUID, *, at: datetime) -> int:
    """Restore what refunds had taken, where one came back and the booking can bear more again.

    What was taken is restored whole, and what the refunds that did arrive leave too much is taken again, so
    that everybody has what they would have had without the one that failed. What a person took back stays
    taken. Returns how many thousandths of a credit are given more; doing it twice does no harm.
    """
    about_it = {one.id: one for one in _about_booking_locked(session, booking_id)}
    taken = _taken_by_refunds(session, booking_id, about_it)
    if not taken:
        return 0
    bound = _bound(session, booking_id, about_it[taken[0].contribution_id].market_id)
    if bound.fee.given >= bound.most:
        return 0
    for each in taken:
        restoring.restore(session, about_it[each.contribution_id], each, by=SYSTEM, at=at)
    session.flush()
    return sum(each.credits for each in taken) - follow_refund(session, booking_id, at=at)


def _about_booking_locked(session: Session, booking_id: UUID) -> list[Contribution]:
    """What earned with this booking and still counts, alone with it in its market."""
    rows = session.execute(_ABOUT_BOOKING, {"booking_id": booking_id}).all()
    if not rows:
        return []
    periods.take_turn(session, rows[0].market_id)
    return [queries.contribution_locked(session, row.contribution_id) for row in rows]


def _taken_by_refunds(
    session: Session, booking_id: UUID, about_it: Mapping[UUID, Contribution]
) -> Sequence[CreditClawBack]:
    wanted = select(CreditClawBack).where(
        CreditClawBack.booking_id == booking_id,
        col(CreditClawBack.contribution_id).in_(about_it),
        col(CreditClawBack.restored_at).is_(None),
    )
    return session.exec(wanted.order_by(col(CreditClawBack.id))).all()


def _bound(session: Session, booking_id: UUID, market_id: UUID) -> Bound:
    rules = rules_of(periods.latest_version(session, market_id))
    return booking_fees.bounds(session, [booking_id], rules.credits if rules else None)[booking_id]


def _end(
    session: Session, given: Contribution, taken: CreditClawBack, actor: ContributionActor, *, by: Actor
) -> CreditClawBack:
    """Take credits back and let the contribution count no longer."""
    state = CONTRIBUTIONS.next_state(given.state, "claw_back", actor)
    _take(session, given, taken, by=by)
    giving_hours.give_back(session, given, by=by, at=taken.decided_at)
    given.state, given.clawed_back_at, given.clawed_back_reason = state, taken.decided_at, taken.reason.value
    session.flush()
    return taken


def _take(session: Session, given: Contribution, taken: CreditClawBack, *, by: Actor) -> None:
    """Post it where there is anything in the books to take, and write down why."""
    taken.id = ids.new()
    if taken.credits and given.state in POSTED:
        taken.entry_id = wallet.claw_back(
            session,
            given.user_id,
            taken.credits,
            key=f"claw_back:{taken.id}",
            subject_id=given.id,
            by=by,
            at=taken.decided_at,
        ).id
    session.add(taken)
    fact = CreditsClawedBack(
        **about(given),
        user_id=given.user_id,
        claw_back_id=taken.id,
        credits=taken.credits,
        reason=taken.reason,
    )
    tell(session, given, fact, by=by, at=taken.decided_at)
