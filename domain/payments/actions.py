"""The verbs of payments that stay at home: they decide and write down; a worker brings the provider there."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from domain.foundation import events, ids, payable_amounts
from domain.foundation.actors import CLOCK, Actor
from domain.payments import books, queries
from domain.payments.errors import (
    CardDisputeOpen,
    KeepTooMuch,
    MoneyDistributed,
    PaymentNotAuthorized,
    RefundTooLarge,
)
from domain.payments.events import OutcomeOverdue, PaymentTargetChanged, RefundPlanned
from domain.payments.kinds import Liable, OpKind, PaymentState, RefundCause
from domain.payments.models import Payment, ProviderOp, Refund


def open(  # noqa: A001 -- read as `payments.open(…)`
    session: Session,
    *,
    subject_id: UUID,
    market_id: UUID,
    customer_id: UUID,
    amount: int,
    currency: str,
    by: Actor,  # noqa: ARG001 -- the subject's own fact says who; an event of ours would cost every booking a trip
    at: datetime,
) -> Payment:
    """A payment of `amount` minor units for a subject, usually a booking; nothing is asked of anybody yet.

    A subject has one payment: a second one is a bug and violates a constraint.

    Raises AmountNotPayable if no card can pay it.
    """
    payable_amounts.check_payable(amount, currency)
    payment = Payment(
        subject_id=subject_id,
        market_id=market_id,
        customer_id=customer_id,
        amount=amount,
        currency=currency,
        created_at=at,
    )
    session.add(payment)
    session.flush()
    return payment


def keep(session: Session, subject_id: UUID, amount: int, *, by: Actor, at: datetime) -> Payment:
    """Decide that `amount` of the subject's payment shall be kept in the end, and no more.

    Whatever it takes follows: an authorization is captured to that amount or let go, what was captured above
    it is refunded out of what is held. Goodwill refunds stand beside it and do not count. Deciding the same
    again changes nothing, unless trying had been given up: then it is tried again. Raises
    `PaymentNotAuthorized`, `KeepTooMuch` and `MoneyDistributed`.
    """
    payment = queries.of_locked(session, subject_id)
    if payment.keep_amount == amount and payment.parked_at is None:
        return payment
    _check_keep(session, payment, amount)
    payment.keep_amount, payment.target_at = amount, at
    payment.settled_at, payment.parked_at, payment.due_at = None, None, at
    payment.version += 1
    fact = PaymentTargetChanged(payment.id, amount, payment.currency)
    events.record_event(session, fact, subject=("booking", subject_id), by=by, at=at)
    return payment


def refund(
    session: Session,
    subject_id: UUID,
    amount: int,
    *,
    liable: Liable,
    reason_code: str,
    reason: str,
    by: Actor,
    at: datetime,
) -> Refund:
    """Give `amount` back to the customer beyond what `keep` decides, borne by `liable`; a worker sends it.

    It stands beside what `keep` gives back, before and after it; what `keep` has promised and not sent yet
    cannot be given a second time. The books show it on its way at once. Raises `RefundTooLarge`,
    `AmountNotPayable` for an amount finer than cards are given back, `MoneyDistributed`, `NobodyWasPaid`, and
    `CardDisputeOpen` while the provider refuses refunds.
    """
    payment = queries.of_locked(session, subject_id)
    payable_amounts.check_refundable(amount, payment.currency)
    standing = queries.standing(session, payment)
    if standing.refunds_wait:
        raise CardDisputeOpen("The customer's bank holds this payment; refund it when the dispute is closed.")
    left = standing.left - standing.owed
    if not 0 < amount <= left:
        raise RefundTooLarge(f"At most {left} can be given back.", field="amount", refundable_amount=left)
    made = plan_refund(
        session,
        payment,
        amount,
        cause=RefundCause.GOODWILL,
        liable=liable,
        reason_code=reason_code,
        reason=reason,
        by=by,
        at=at,
    )
    fact = RefundPlanned(payment.id, made.id, amount, payment.currency, liable, reason_code)
    events.record_event(session, fact, subject=("booking", subject_id), by=by, at=at)
    return made


def plan_refund(
    session: Session,
    payment: Payment,
    amount: int,
    *,
    cause: RefundCause,
    liable: Liable,
    reason_code: str,
    reason: str,
    by: Actor,
    at: datetime,
) -> Refund:
    """A refund of a locked payment, its call to the provider, and its entry in the books, all planned."""
    refund_id = ids.new()
    op = plan_op(session, payment, OpKind.REFUND, {"amount": amount, "refund_id": str(refund_id)}, at=at)
    made = Refund(
        id=refund_id,
        payment_id=payment.id,
        op_id=op.id,
        amount=amount,
        cause=cause,
        liable=liable,
        reason_code=reason_code,
        reason=reason,
        planned_entry_id=books.refund_planned(session, payment, refund_id, amount, liable, by=by, at=at),
        created_at=at,
    )
    session.add(made)
    session.flush()
    return made


def plan_op(
    session: Session, payment: Payment, kind: OpKind, parameters: dict[str, object], *, at: datetime
) -> ProviderOp:
    """A call to the provider, written down before it is made. Its key is made from its own row's id."""
    op_id = ids.new()
    common = {"reference": payment.provider_reference, "currency": payment.currency}
    op = ProviderOp(
        id=op_id,
        payment_id=payment.id,
        kind=kind,
        parameters=common | parameters,
        key=f"{kind}:{op_id}",
        planned_at=at,
    )
    session.add(op)
    session.flush()
    return op


def _check_keep(session: Session, payment: Payment, amount: int) -> None:
    captured = payment.state is PaymentState.CAPTURED
    if amount and not captured and payment.state is not PaymentState.AUTHORIZED:
        raise PaymentNotAuthorized(state=payment.state.value)
    if not captured:
        most = payment.authorized_amount if payment.state is PaymentState.AUTHORIZED else 0
        if amount > most:
            raise KeepTooMuch(f"At most {most} can be kept.", keepable_amount=most)
        return
    standing = queries.standing(session, payment)
    most = payment.captured_amount - standing.counted
    is_lowered = payment.keep_amount is not None and amount < payment.keep_amount
    if amount > most and not is_lowered:
        raise KeepTooMuch(f"At most {most} can be kept.", keepable_amount=most)
    due = standing.refund_due(amount)
    if due and books.still_held(session, payment) < due:
        raise MoneyDistributed("What was paid went to its parties; refund it with the party that bears it.")


def raise_overdue(session: Session, at: datetime) -> int:
    """Raise an alarm, once each, for calls whose end nobody has known for too long; returns how many."""
    overdue = queries.overdue_locked(session, at)
    for op in overdue:
        op.alerted_at = at
        subject = queries.payment(session, op.payment_id).subject_id
        fact = OutcomeOverdue(op.payment_id, op.id, op.kind)
        events.record_event(session, fact, subject=("booking", subject), by=CLOCK, at=at)
    return len(overdue)
