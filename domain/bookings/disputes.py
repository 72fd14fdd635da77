"""When the two sides disagree: about what was delivered, or about who came.

One side opens, the other answers, an operator resolves. Whoever lets their clock run out has spoken by it.
The money is settled by the same arithmetic as a cancellation; only the share is named by the operator.
"""

from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from domain.bookings import endings, guards, queries, rules
from domain.bookings.cancellation import Share
from domain.bookings.errors import ResolutionImpossible
from domain.bookings.events import BookingDisputed, DisputeAnswered, DisputeResolved
from domain.bookings.kinds import Ground, ReasonCode, State, Step
from domain.bookings.models import Booking, Dispute
from domain.bookings.steps import By, Standing, allow, move, record, standing
from domain.foundation.money import BASIS_POINTS

_STEPS = {State.COMPLETED: Step.RESOLVE_AS_COMPLETED, State.CANCELLED: Step.RESOLVE_AS_CANCELLED}


def dispute(
    session: Session,
    booking_id: UUID,
    *,
    by: By,
    at: datetime,
    reason_code: ReasonCode,
    statement: str,
    if_match: int | None = None,
) -> Booking:
    """Object to what was delivered, before it counts as completed. Raises `NotNow`."""
    here = standing(session, booking_id, by=by, at=at, if_match=if_match)
    _open(session, here, Step.DISPUTE, reason_code, statement)
    return here.booking


def contest_no_show(
    session: Session,
    booking_id: UUID,
    *,
    by: By,
    at: datetime,
    statement: str,
    if_match: int | None = None,
) -> Booking:
    """Deny that one did not come; nothing is charged until it is resolved.

    Raises `NotNow`, and `NotYoursToAnswer` to the side that reported it.
    """
    here = standing(session, booking_id, by=by, at=at, if_match=if_match)
    guards.check(session, here, Step.CONTEST_NO_SHOW)
    _open(session, here, Step.CONTEST_NO_SHOW, ReasonCode.NO_SHOW, statement)
    return here.booking


def answer(
    session: Session,
    booking_id: UUID,
    *,
    by: By,
    at: datetime,
    statement: str,
    if_match: int | None = None,
) -> Booking:
    """Say one's side of a dispute the other opened, once.

    Raises `NotNow`, `TooLate`, `NotYoursToAnswer` and `DisputeAnsweredAlready`.
    """
    here = standing(session, booking_id, by=by, at=at, if_match=if_match)
    guards.check(session, here, Step.ANSWER_DISPUTE)
    told = queries.dispute(session, booking_id)
    told.answer, told.answered_at = statement, at
    decide_by = at + rules.DISPUTE_DECISION
    move(session, here, Step.ANSWER_DISPUTE, due_at=decide_by)
    record(session, here, DisputeAnswered(booking_id=booking_id, decide_by=decide_by))
    return here.booking


def resolve(
    session: Session,
    booking_id: UUID,
    *,
    by: By,
    at: datetime,
    outcome: State,
    refund_bp: int,
    decision: str,
    if_match: int | None = None,
) -> Booking:
    """Decide a dispute: completed or cancelled, and which share of everything goes back to the customer.

    The share is one of what tasks left undone are worth, too; a task still in dispute counts for the
    customer, so decide about it first. Raises `NotNow` to
    everybody but the market's operators, and `ResolutionImpossible` for a completed booking that gives
    everything back or a cancelled one that gives nothing back.
    """
    here = standing(session, booking_id, by=by, at=at, if_match=if_match)
    allow(here, _STEPS[outcome])
    if refund_bp == (BASIS_POINTS if outcome is State.COMPLETED else 0):
        raise ResolutionImpossible(
            "A completed booking keeps something, a cancelled one gives something back.",
            field="refund_basis_points",
        )
    _resolve(session, here, outcome, refund_bp, decision)
    return here.booking


def lapse(session: Session, here: Standing) -> None:
    """A clock of the dispute ran out: whoever stayed silent has spoken by it."""
    told = queries.dispute(session, here.booking.id)
    outcome = rules.when_nobody_answers(told.opened_by, answered=told.answered_at is not None)
    refund_bp = BASIS_POINTS if outcome is State.CANCELLED else 0
    _resolve(session, here, outcome, refund_bp, None)


def _open(session: Session, here: Standing, step: Step, reason_code: ReasonCode, statement: str) -> None:
    booking = here.booking
    answer_by = here.at + rules.DISPUTE_ANSWER
    move(session, here, step, due_at=answer_by)
    opened = Dispute(
        booking_id=booking.id,
        opened_by=here.side,
        opened_at=here.at,
        reason_code=reason_code,
        statement=statement,
    )
    session.add(opened)
    fact = BookingDisputed(
        booking_id=booking.id, opened_by=here.side, reason_code=reason_code, answer_by=answer_by
    )
    record(session, here, fact)


def _resolve(session: Session, here: Standing, outcome: State, refund_bp: int, decision: str | None) -> None:
    booking = here.booking
    told = queries.dispute(session, booking.id)
    told.decided_by, told.decided_at = here.side, here.at
    told.decision, told.refund_bp = decision, refund_bp
    fact = DisputeResolved(booking_id=booking.id, outcome=outcome, refund_bp=refund_bp)
    record(session, here, fact)
    share = Share(refund_bp, refund_bp, Ground.DISPUTE)
    endings.end(session, here, _STEPS[outcome], share, reason_code=ReasonCode.DISPUTE_RESOLVED)
