"""The verbs of payments that stay at home: they decide and write down; a worker brings the provider there."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from domain.foundation import events, ids, payable_amounts
from domain.foundation.actors import CLOCK, Actor
from domain.payments import ledger_entries, queries
from domain.payments.errors import (
    AlreadyPaidOut,
    CaptureTargetTooHigh,
    CardDisputeOpen,
    PaymentNotAuthorized,
    RefundTooLarge,
)
from domain.payments.events import PaymentTargetChanged, ProviderCallOverdue, RefundPlanned
from domain.payments.kinds import LiableParty, PaymentState, ProviderCallKind, RefundCause
from domain.payments.models import Payment, ProviderCall, Refund


def create_payment(
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


def set_capture_target(
    session: Session, subject_id: UUID, amount: int, *, by: Actor, at: datetime
) -> Payment:
    """Decide that `amount` of the subject's payment shall be kept in the end, and no more.

    Whatever it takes follows: an authorization is captured to that amount or let go, what was captured above
    it is refunded out of what is held. Goodwill refunds stand beside it and do not count. Deciding the same
    again changes nothing, unless trying had been given up: then it is tried again. Raises
    `PaymentNotAuthorized`, `CaptureTargetTooHigh` and `AlreadyPaidOut`.
    """
    payment = queries.lock_payment_of_subject(session, subject_id)
    if payment.keep_amount == amount and payment.parked_at is None:
        return payment
    _check_capture_target(session, payment, amount)
    payment.keep_amount, payment.target_at = amount, at
    payment.settled_at, payment.parked_at, payment.due_at = None, None, at
    payment.version += 1
    event = PaymentTargetChanged(payment.id, amount, payment.currency)
    events.record_event(session, event, subject=("booking", subject_id), by=by, at=at)
    return payment


def create_refund(
    session: Session,
    subject_id: UUID,
    amount: int,
    *,
    liable: LiableParty,
    reason_code: str,
    reason: str,
    by: Actor,
    at: datetime,
) -> Refund:
    """Give `amount` back to the customer beyond what `keep` decides, borne by `liable`; a worker sends it.

    It stands beside what `keep` gives back, before and after it; what `keep` has promised and not sent yet
    cannot be given a second time. The books show it on its way at once. Raises `RefundTooLarge`,
    `AmountNotPayable` for an amount finer than cards are given back, `AlreadyPaidOut`, `NoPayee`, and
    `CardDisputeOpen` while the provider refuses refunds.
    """
    payment = queries.lock_payment_of_subject(session, subject_id)
    payable_amounts.check_refundable(amount, payment.currency)
    progress = queries.load_progress(session, payment)
    if progress.refunds_blocked:
        raise CardDisputeOpen("The customer's bank holds this payment; refund it when the dispute is closed.")
    refundable = progress.retained_amount - progress.refund_owed
    if not 0 < amount <= refundable:
        raise RefundTooLarge(
            f"At most {refundable} can be given back.", field="amount", refundable_amount=refundable
        )
    refund = plan_refund(
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
    event = RefundPlanned(payment.id, refund.id, amount, payment.currency, liable, reason_code)
    events.record_event(session, event, subject=("booking", subject_id), by=by, at=at)
    return refund


def plan_refund(
    session: Session,
    payment: Payment,
    amount: int,
    *,
    cause: RefundCause,
    liable: LiableParty,
    reason_code: str,
    reason: str,
    by: Actor,
    at: datetime,
) -> Refund:
    """A refund of a locked payment, its call to the provider, and its entry in the books, all planned."""
    refund_id = ids.new()
    call = plan_provider_call(
        session, payment, ProviderCallKind.REFUND, {"amount": amount, "refund_id": str(refund_id)}, at=at
    )
    refund = Refund(
        id=refund_id,
        payment_id=payment.id,
        op_id=call.id,
        amount=amount,
        cause=cause,
        liable=liable,
        reason_code=reason_code,
        reason=reason,
        planned_entry_id=ledger_entries.post_planned_refund(
            session, payment, refund_id, amount, liable, by=by, at=at
        ),
        created_at=at,
    )
    session.add(refund)
    session.flush()
    return refund


def plan_provider_call(
    session: Session, payment: Payment, kind: ProviderCallKind, parameters: dict[str, object], *, at: datetime
) -> ProviderCall:
    """A call to the provider, written down before it is made. Its key is made from its own row's id."""
    op_id = ids.new()
    common = {"reference": payment.provider_reference, "currency": payment.currency}
    call = ProviderCall(
        id=op_id,
        payment_id=payment.id,
        kind=kind,
        parameters=common | parameters,
        key=f"{kind}:{op_id}",
        planned_at=at,
    )
    session.add(call)
    session.flush()
    return call


def _check_capture_target(session: Session, payment: Payment, amount: int) -> None:
    captured = payment.state is PaymentState.CAPTURED
    if amount and not captured and payment.state is not PaymentState.AUTHORIZED:
        raise PaymentNotAuthorized(state=payment.state.value)
    if not captured:
        most = payment.authorized_amount if payment.state is PaymentState.AUTHORIZED else 0
        if amount > most:
            raise CaptureTargetTooHigh(f"At most {most} can be kept.", max_target_amount=most)
        return
    progress = queries.load_progress(session, payment)
    most = payment.captured_amount - progress.counted_refunds
    is_lowered = payment.keep_amount is not None and amount < payment.keep_amount
    if amount > most and not is_lowered:
        raise CaptureTargetTooHigh(f"At most {most} can be kept.", max_target_amount=most)
    due = progress.refund_due(amount)
    if due and ledger_entries.lock_held_balance(session, payment) < due:
        raise AlreadyPaidOut("What was paid went to its parties; refund it with the party that bears it.")


def alert_overdue_calls(session: Session, at: datetime) -> int:
    """Raise an alarm, once each, for calls whose end nobody has known for too long; returns how many."""
    overdue = queries.lock_overdue_calls(session, at)
    for call in overdue:
        call.alerted_at = at
        subject = queries.get_payment(session, call.payment_id).subject_id
        event = ProviderCallOverdue(call.payment_id, call.id, call.kind)
        events.record_event(session, event, subject=("booking", subject), by=CLOCK, at=at)
    return len(overdue)
