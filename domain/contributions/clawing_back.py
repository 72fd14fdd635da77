"""Taking credits back: by a person's decision, by a refund, or because a better claim took their place.

What is taken comes from what is pending, then from what is available; what is spent already is owed, and paid
off by what comes in next. Whoever lost credits reads why and may appeal for 183 days (`restoring.py`). A
refund takes back only what the booking can no longer bear, from all that earned with it alike.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from domain.foundation import ids
from domain.foundation.actors import SYSTEM, Actor
from domain.identity import Caller

from . import booking_fees, giving_hours, periods, queries, wallet
from .errors import ContributionNotFound
from .kinds import ContributionActor, ContributionState
from .lifecycle import CONTRIBUTIONS
from .models import Contribution
from .policy import rules_of
from .settling import POSTED, still_given
from .value_errors import NobodyDecides
from .value_events import CreditsClawedBack
from .value_kinds import WITHOUT_DECISION, ClawBackReason
from .value_models import CreditClawBack
from .valuing import shares
from .verifying import about, tell
from .worth import part

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

    Refuses `ContributionNotFound` to who may not decide, `NotNow` where nothing was confirmed or it is done,
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
    """Take back what a booking can no longer bear. Answers how many thousandths of a credit.

    Everything that earned with this booking gives the same part of it. Doing it twice does no harm.
    """
    rows = session.execute(_ABOUT_BOOKING, {"booking_id": booking_id}).all()
    if not rows:
        return 0
    periods.take_turn(session, rows[0].market_id)
    about_it = [queries.contribution_locked(session, row.contribution_id) for row in rows]
    version = periods.latest_version(session, rows[0].market_id)
    rules = rules_of(version)
    bound = booking_fees.bounds(session, [booking_id], rules.credits if rules else None)[booking_id]
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


def _end(
    session: Session, given: Contribution, taken: CreditClawBack, actor: ContributionActor, *, by: Actor
) -> CreditClawBack:
    """Take credits back and let the contribution count no longer."""
    state = CONTRIBUTIONS.step(given.state, "claw_back", actor)
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
