"""Bringing the provider to what was decided, one call at a time, each in three phases.

(1) A transaction locks the payment, decides, and writes the call down as sent. (2) No transaction is open
while the call is made (`calls`). (3) A transaction records the outcome, the books and the facts. Whoever
comes later, after a crash or a lost answer, takes up the call that is open before planning another.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from uuid import UUID

from sqlmodel import Session

from domain.foundation import events
from domain.foundation.actors import SYSTEM
from domain.foundation.persistence.database import Transactions
from domain.identity import Caller
from domain.payments import actions, books, calls, queries, readers, rules
from domain.payments.calls import Outcome, Sent
from domain.payments.errors import PaymentOutcomeUnknown, ProviderAnswerUnfit
from domain.payments.events import PaymentCancelled, PaymentParked, PaymentSettled, PaymentTargetChanged
from domain.payments.following import fail_refund, follow, follow_refund, tell
from domain.payments.gateway import (
    AnswerUnreadableError,
    CallNotMadeError,
    CallRefusedError,
    CallUnknownError,
    Gateway,
    PaymentSeen,
)
from domain.payments.kinds import Liable, OpKind, OpState, PaymentState, RefundCause
from domain.payments.models import Payment, ProviderOp

MOST_CALLS = 10  # in one go; a payment with more refunds than that waiting goes on with the next sweep
MOST_LOOKS = 3  # at a payment that others change while we look


def settle(transactions: Transactions, gateway: Gateway, payment_id: UUID, *, at: datetime) -> Payment:
    """Bring the provider to what was decided for a payment, as far as it goes now; returns the payment.

    Finishes calls whose end is unknown, makes the ones that wait, and plans what is missing until what shall
    be kept is what is kept. Idempotent and safe beside itself. Raises `PaymentUnknown`.
    """
    for _ in range(MOST_CALLS):
        sent = transactions.run(partial(_take_up, payment_id=payment_id, at=at))
        if sent is None or carry_out(transactions, gateway, sent, at=at).state is not OpState.SUCCEEDED:
            break
    with transactions() as session:
        return queries.payment(session, payment_id)


def settle_anew(
    transactions: Transactions, gateway: Gateway, payment_id: UUID, *, caller: Caller, at: datetime
) -> Payment:
    """Settle now what waits for its hour or was given up, because an operator says so; returns the payment.

    Raises `PaymentUnknown`, `ProviderAnswerUnfit`, and `PaymentOutcomeUnknown` while it does not answer.
    """
    transactions.run(partial(_decide_anew, payment_id=payment_id, caller=caller, at=at))
    bring(transactions, gateway, payment_id, at=at)
    return settle(transactions, gateway, payment_id, at=at)


def bring(transactions: Transactions, gateway: Gateway, payment_id: UUID, *, at: datetime) -> Payment:
    """Bring our payment up to what the provider says now; returns it.

    A view that others overtook while we looked is thrown away, so an older one never follows a newer.
    Raises `PaymentOutcomeUnknown` while the provider does not answer, and `ProviderAnswerUnfit`.
    """
    for _ in range(MOST_LOOKS):
        with transactions() as session:
            payment = queries.payment(session, payment_id)
            customer = queries.customer_reference(session, payment.customer_id)
        seen = _seen_now(gateway, payment, customer)
        if seen is None:
            return payment
        if transactions.run(partial(_follow_unless_overtaken, payment=payment, seen=seen, at=at)):
            with transactions() as session:
                return queries.payment(session, payment_id)
    raise PaymentOutcomeUnknown(retry_after=5)


@dataclass(frozen=True, slots=True)
class CallResult:
    """How a provider call ended, with the stored payment and call after it."""

    state: OpState
    payment: Payment
    op: ProviderOp


def carry_out(transactions: Transactions, gateway: Gateway, sent: Sent, *, at: datetime) -> CallResult:
    """Make a provider call that is stored as sent, store its outcome, and return both."""
    outcome = calls.make(gateway, sent)
    recorded = transactions.run(partial(_record, sent=sent, outcome=outcome, at=at))
    if not recorded.was_overtaken or outcome.seen is None:
        return CallResult(outcome.state, recorded.payment, recorded.op)
    payment = bring(transactions, gateway, sent.payment_id, at=at)
    with transactions() as session:
        return CallResult(outcome.state, payment, session.get_one(ProviderOp, sent.op_id))


def send(session: Session, payment: Payment, op: ProviderOp, *, at: datetime) -> Sent:
    """Write down that a call is made now."""
    op.state, op.sent_at, op.attempts = OpState.SENT, at, op.attempts + 1
    session.flush()
    return Sent(
        op_id=op.id,
        payment_id=payment.id,
        subject_id=payment.subject_id,
        kind=op.kind,
        key=op.key,
        parameters=op.parameters,
        attempts=op.attempts,
        version=payment.version,
    )


def _decide_anew(session: Session, *, payment_id: UUID, caller: Caller, at: datetime) -> None:
    readers.payment_operated_by(session, payment_id, caller)
    payment = queries.payment_locked(session, payment_id)
    if payment.keep_amount is None or payment.settled_at is not None:
        return
    payment.parked_at, payment.target_at, payment.due_at = None, at, at
    fact = PaymentTargetChanged(payment.id, payment.keep_amount, payment.currency)
    by = caller.actor_in(payment.market_id)
    events.record_event(session, fact, subject=("booking", payment.subject_id), by=by, at=at)


def _take_up(session: Session, *, payment_id: UUID, at: datetime) -> Sent | None:
    """The next call to make, written down as sent; None when there is none or somebody is at it."""
    payment = queries.payment_locked(session, payment_id)
    waiting = queries.open_ops(session, payment_id)
    if waiting and rules.is_taken_up(waiting[0].state, waiting[0].sent_at, at):
        return None
    op = waiting[0] if waiting else _plan_next(session, payment, at=at)
    return None if op is None else send(session, payment, op, at=at)


def _plan_next(session: Session, payment: Payment, *, at: datetime) -> ProviderOp | None:
    if payment.due_at is None or at < payment.due_at:
        return None
    _call_off_what_never_began(session, payment, at=at)
    standing = queries.standing(session, payment)
    if rules.is_settled(standing):
        payment.settled_at, payment.due_at = at, None
        kept = standing.left
        tell(session, payment, PaymentSettled(payment.id, kept, payment.currency), at=at)
        return None
    if standing.failures >= rules.MOST_FAILURES:
        payment.parked_at, payment.due_at = at, None
        tell(session, payment, PaymentParked(payment.id), at=at)
        return None
    step = rules.next_step(standing)
    if step is None:
        return None
    if step.kind is OpKind.REFUND and standing.refunds_wait:
        payment.due_at = None  # the end of the card dispute sets it again
        return None
    return _plan(session, payment, step, at=at)


def _call_off_what_never_began(session: Session, payment: Payment, *, at: datetime) -> None:
    """A payment that the provider never heard of is called off without telling it."""
    if payment.state is PaymentState.PLANNED and payment.provider_reference is None:
        payment.state, payment.version = PaymentState.CANCELLED, payment.version + 1
        tell(session, payment, PaymentCancelled(payment.id), at=at)


def _plan(session: Session, payment: Payment, step: rules.Step, *, at: datetime) -> ProviderOp:
    if step.kind is not OpKind.REFUND:
        return actions.plan_op(session, payment, step.kind, {"amount": step.amount}, at=at)
    # Goodwill that failed after the books were closed leaves its part of the refund with the platform.
    is_held = books.still_held(session, payment) >= step.amount
    planned = actions.plan_refund(
        session,
        payment,
        step.amount,
        cause=RefundCause.TARGET,
        liable=Liable.BOOKING if is_held else Liable.PLATFORM,
        reason_code="not_kept",
        reason="More was captured than shall be kept.",
        by=SYSTEM,
        at=at,
    )
    [op] = [op for op in queries.open_ops(session, payment.id) if op.id == planned.op_id]
    return op


@dataclass(frozen=True, slots=True)
class _Recorded:
    """What the third phase stored; `was_overtaken` if others changed the payment since the first phase."""

    payment: Payment
    op: ProviderOp
    was_overtaken: bool


def _record(session: Session, *, sent: Sent, outcome: Outcome, at: datetime) -> _Recorded:
    """The third phase: store the outcome of a call and apply what the provider's answer shows."""
    payment = queries.payment_locked(session, sent.payment_id)
    overtaken = payment.version != sent.version
    op = session.get_one(ProviderOp, sent.op_id, populate_existing=True)
    if op.finished_at is None:
        finished = outcome.state in {OpState.SUCCEEDED, OpState.FAILED}
        op.state, op.finished_at = outcome.state, at if finished else None
        op.response = _told(outcome)
        if outcome.state is OpState.FAILED:
            _after_failure(session, payment, op, outcome.code or "unknown", at=at)
    if outcome.refund is not None:
        follow_refund(session, payment, outcome.refund, at=at)
        payment.version += 1
    if outcome.seen is not None and (not overtaken or rules.goes_forward(payment.state, outcome.seen)):
        follow(session, payment, outcome.seen, at=at)
    return _Recorded(payment, op, overtaken)


def _after_failure(session: Session, payment: Payment, op: ProviderOp, code: str, *, at: datetime) -> None:
    """A refund that was refused goes back to its bearer; the next try waits."""
    if op.kind is OpKind.REFUND:
        refund = queries.refund(session, UUID(op.parameters["refund_id"]))
        fail_refund(session, payment, refund, code, at=at)
    if payment.due_at is not None:
        payment.due_at = at + rules.wait_after(max(1, queries.standing(session, payment).failures))


def _told(outcome: Outcome) -> dict[str, object]:
    """What is worth keeping of an answer: names and codes, nothing of the card."""
    seen = outcome.seen or outcome.refund
    told = {"code": outcome.code, "reference": seen and seen.reference, "state": seen and seen.state.value}
    return {name: value for name, value in told.items() if value is not None}


def _seen_now(gateway: Gateway, payment: Payment, customer: str | None) -> PaymentSeen | None:
    try:
        if payment.provider_reference is not None:
            return gateway.payment(payment.provider_reference)
        return gateway.find_payment(payment.id, customer) if customer else None
    except (AnswerUnreadableError, CallRefusedError) as error:
        raise ProviderAnswerUnfit(f"It said: {error}") from error
    except (CallNotMadeError, CallUnknownError) as error:
        raise PaymentOutcomeUnknown(retry_after=5) from error


def _follow_unless_overtaken(session: Session, *, payment: Payment, seen: PaymentSeen, at: datetime) -> bool:
    now = queries.payment_locked(session, payment.id)
    if now.version != payment.version:
        return False
    follow(session, now, seen, at=at)
    return True
