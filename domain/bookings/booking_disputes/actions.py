"""When the two sides disagree: about what was delivered, or about who came.

One side opens, the other answers, an operator resolves. Whoever lets their clock run out has spoken by it.
The money is settled by the same arithmetic as a cancellation; only the share is named by the operator.
"""

from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from domain.bookings import guards, queries, rules
from domain.bookings.cancellations import finalize
from domain.bookings.cancellations.final_amounts import RefundShare
from domain.bookings.errors import ResolutionImpossible
from domain.bookings.events import BookingDisputed, DisputeAnswered, DisputeResolved
from domain.bookings.kinds import BookingReasonCode, BookingState, BookingTransition, RefundGround
from domain.bookings.models import Booking, BookingDispute
from domain.bookings.transition import (
    ActionContext,
    CallerOrActor,
    apply_transition,
    check_transition,
    load_context,
    record_event,
)
from domain.foundation.money import BASIS_POINTS

_RESOLUTIONS = {
    BookingState.COMPLETED: BookingTransition.RESOLVE_AS_COMPLETED,
    BookingState.CANCELLED: BookingTransition.RESOLVE_AS_CANCELLED,
}


def open_dispute(
    session: Session,
    booking_id: UUID,
    *,
    by: CallerOrActor,
    at: datetime,
    reason_code: BookingReasonCode,
    statement: str,
    if_match: int | None = None,
) -> Booking:
    """Object to what was delivered, before it counts as completed. Raises `NotNow`."""
    context = load_context(session, booking_id, by=by, at=at, if_match=if_match)
    _open(session, context, BookingTransition.DISPUTE, reason_code, statement)
    return context.booking


def contest_no_show(
    session: Session,
    booking_id: UUID,
    *,
    by: CallerOrActor,
    at: datetime,
    statement: str,
    if_match: int | None = None,
) -> Booking:
    """Deny that one did not come; nothing is charged until it is resolved.

    Raises `NotNow`, and `NotYoursToAnswer` to the side that reported it.
    """
    context = load_context(session, booking_id, by=by, at=at, if_match=if_match)
    guards.check_allowed(session, context, BookingTransition.CONTEST_NO_SHOW)
    _open(session, context, BookingTransition.CONTEST_NO_SHOW, BookingReasonCode.NO_SHOW, statement)
    return context.booking


def answer_dispute(
    session: Session,
    booking_id: UUID,
    *,
    by: CallerOrActor,
    at: datetime,
    statement: str,
    if_match: int | None = None,
) -> Booking:
    """Say one's side of a dispute the other opened, once.

    Raises `NotNow`, `TooLate`, `NotYoursToAnswer` and `DisputeAnsweredAlready`.
    """
    context = load_context(session, booking_id, by=by, at=at, if_match=if_match)
    guards.check_allowed(session, context, BookingTransition.ANSWER_DISPUTE)
    dispute = queries.get_dispute(session, booking_id)
    dispute.answer, dispute.answered_at = statement, at
    decide_by = at + rules.DISPUTE_DECISION
    apply_transition(session, context, BookingTransition.ANSWER_DISPUTE, due_at=decide_by)
    record_event(session, context, DisputeAnswered(booking_id=booking_id, decide_by=decide_by))
    return context.booking


def resolve_dispute(
    session: Session,
    booking_id: UUID,
    *,
    by: CallerOrActor,
    at: datetime,
    outcome: BookingState,
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
    context = load_context(session, booking_id, by=by, at=at, if_match=if_match)
    check_transition(context, _RESOLUTIONS[outcome])
    if refund_bp == (BASIS_POINTS if outcome is BookingState.COMPLETED else 0):
        raise ResolutionImpossible(
            "A completed booking keeps something, a cancelled one gives something back.",
            field="refund_bp",
        )
    _resolve(session, context, outcome, refund_bp, decision)
    return context.booking


def resolve_unanswered_dispute(session: Session, context: ActionContext) -> None:
    """A clock of the dispute ran out: whoever stayed silent has spoken by it."""
    dispute = queries.get_dispute(session, context.booking.id)
    outcome = rules.outcome_without_answer(dispute.opened_by, answered=dispute.answered_at is not None)
    refund_bp = BASIS_POINTS if outcome is BookingState.CANCELLED else 0
    _resolve(session, context, outcome, refund_bp, None)


def _open(
    session: Session,
    context: ActionContext,
    transition: BookingTransition,
    reason_code: BookingReasonCode,
    statement: str,
) -> None:
    booking = context.booking
    answer_by = context.at + rules.DISPUTE_ANSWER
    apply_transition(session, context, transition, due_at=answer_by)
    dispute = BookingDispute(
        booking_id=booking.id,
        opened_by=context.party,
        opened_at=context.at,
        reason_code=reason_code,
        statement=statement,
    )
    session.add(dispute)
    event = BookingDisputed(
        booking_id=booking.id, opened_by=context.party, reason_code=reason_code, answer_by=answer_by
    )
    record_event(session, context, event)


def _resolve(
    session: Session, context: ActionContext, outcome: BookingState, refund_bp: int, decision: str | None
) -> None:
    booking = context.booking
    dispute = queries.get_dispute(session, booking.id)
    dispute.decided_by, dispute.decided_at = context.party, context.at
    dispute.decision, dispute.refund_bp = decision, refund_bp
    event = DisputeResolved(booking_id=booking.id, outcome=outcome, refund_bp=refund_bp)
    record_event(session, context, event)
    share = RefundShare(refund_bp, refund_bp, RefundGround.DISPUTE)
    finalize.end_booking(
        session, context, _RESOLUTIONS[outcome], share, reason_code=BookingReasonCode.DISPUTE_RESOLVED
    )
