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
from domain.payments import access, actions, ledger_entries, queries, rules
from domain.payments.errors import PaymentOutcomeUnknown, UnexpectedProviderResponse
from domain.payments.events import PaymentCancelled, PaymentParked, PaymentTargetChanged, PaymentTargetReached
from domain.payments.kinds import LiableParty, PaymentState, ProviderCallKind, ProviderCallState, RefundCause
from domain.payments.models import Payment, ProviderCall
from domain.payments.provider import provider_calls
from domain.payments.provider.gateway import (
    CallNotMadeError,
    CallOutcomeUnknownError,
    CallRejectedError,
    Gateway,
    ProviderPayment,
    UnreadableResponseError,
)
from domain.payments.provider.provider_calls import CallOutcome, SentCall
from domain.payments.sync.provider_sync import (
    apply_provider_payment,
    apply_provider_refund,
    fail_refund,
    record_payment_event,
)

MAX_CALLS = 10  # in one go; a payment with more refunds than that waiting goes on with the next sweep
MAX_REFRESHES = 3  # at a payment that others change while we look


def sync_to_target(
    transactions: Transactions, gateway: Gateway, payment_id: UUID, *, at: datetime
) -> Payment:
    """Bring the provider to what was decided for a payment, as far as it goes now; returns the payment.

    Finishes calls whose end is unknown, makes the ones that wait, and plans what is missing until what shall
    be kept is what is kept. Idempotent and safe beside itself. Raises `PaymentNotFound`.
    """
    for _ in range(MAX_CALLS):
        sent = transactions.run(partial(_claim_next_call, payment_id=payment_id, at=at))
        if (
            sent is None
            or execute_call(transactions, gateway, sent, at=at).state is not ProviderCallState.SUCCEEDED
        ):
            break
    with transactions() as session:
        return queries.get_payment(session, payment_id)


def retry_sync(
    transactions: Transactions, gateway: Gateway, payment_id: UUID, *, caller: Caller, at: datetime
) -> Payment:
    """Sync the payment now, also if a later retry is planned or retries have ended; returns the payment.

    Raises `PaymentNotFound`, `UnexpectedProviderResponse`, and `PaymentOutcomeUnknown` if the provider does
    not answer.
    """
    transactions.run(partial(_reopen_target, payment_id=payment_id, caller=caller, at=at))
    refresh_from_provider(transactions, gateway, payment_id, at=at)
    return sync_to_target(transactions, gateway, payment_id, at=at)


def refresh_from_provider(
    transactions: Transactions, gateway: Gateway, payment_id: UUID, *, at: datetime
) -> Payment:
    """Bring our payment up to what the provider says now; returns it.

    A view that others overtook while we looked is thrown away, so an older one never follows a newer.
    Raises `PaymentOutcomeUnknown` while the provider does not answer, and `UnexpectedProviderResponse`.
    """
    for _ in range(MAX_REFRESHES):
        with transactions() as session:
            payment = queries.get_payment(session, payment_id)
            customer = queries.get_customer_reference(session, payment.customer_id)
        provider_payment = _fetch_provider_payment(gateway, payment, customer)
        if provider_payment is None:
            return payment
        if transactions.run(
            partial(_apply_if_current, payment=payment, provider_payment=provider_payment, at=at)
        ):
            with transactions() as session:
                return queries.get_payment(session, payment_id)
    raise PaymentOutcomeUnknown(retry_after=5)


@dataclass(frozen=True, slots=True)
class ProviderCallResult:
    """How a provider call ended, with the stored payment and call after it."""

    state: ProviderCallState
    payment: Payment
    call: ProviderCall


def execute_call(
    transactions: Transactions, gateway: Gateway, sent: SentCall, *, at: datetime
) -> ProviderCallResult:
    """Make a provider call that is stored as sent, store its outcome, and return both."""
    outcome = provider_calls.call_provider(gateway, sent)
    stored = transactions.run(partial(_store_outcome, sent=sent, outcome=outcome, at=at))
    if not stored.was_overtaken or outcome.provider_payment is None:
        return ProviderCallResult(outcome.state, stored.payment, stored.call)
    payment = refresh_from_provider(transactions, gateway, sent.payment_id, at=at)
    with transactions() as session:
        return ProviderCallResult(outcome.state, payment, session.get_one(ProviderCall, sent.op_id))


def mark_sent(session: Session, payment: Payment, call: ProviderCall, *, at: datetime) -> SentCall:
    """Write down that a call is made now."""
    call.state, call.sent_at, call.attempts = ProviderCallState.SENT, at, call.attempts + 1
    session.flush()
    return SentCall(
        op_id=call.id,
        payment_id=payment.id,
        subject_id=payment.subject_id,
        kind=call.kind,
        key=call.key,
        parameters=call.parameters,
        attempts=call.attempts,
        version=payment.version,
    )


def _reopen_target(session: Session, *, payment_id: UUID, caller: Caller, at: datetime) -> None:
    access.get_operated_payment(session, payment_id, caller)
    payment = queries.lock_payment(session, payment_id)
    if payment.keep_amount is None or payment.settled_at is not None:
        return
    payment.parked_at, payment.target_at, payment.due_at = None, at, at
    event = PaymentTargetChanged(payment.id, payment.keep_amount, payment.currency)
    by = caller.actor_in(payment.market_id)
    events.record_event(session, event, subject=("booking", payment.subject_id), by=by, at=at)


def _claim_next_call(session: Session, *, payment_id: UUID, at: datetime) -> SentCall | None:
    """The next call to make, written down as sent; None when there is none or somebody is at it."""
    payment = queries.lock_payment(session, payment_id)
    open_calls = queries.list_open_calls(session, payment_id)
    if open_calls and rules.is_in_progress(open_calls[0].state, open_calls[0].sent_at, at):
        return None
    call = open_calls[0] if open_calls else _plan_next_call(session, payment, at=at)
    return None if call is None else mark_sent(session, payment, call, at=at)


def _plan_next_call(session: Session, payment: Payment, *, at: datetime) -> ProviderCall | None:
    if payment.due_at is None or at < payment.due_at:
        return None
    _cancel_unsent(session, payment, at=at)
    progress = queries.load_progress(session, payment)
    if rules.is_target_reached(progress):
        payment.settled_at, payment.due_at = at, None
        kept = progress.retained_amount
        record_payment_event(
            session, payment, PaymentTargetReached(payment.id, kept, payment.currency), at=at
        )
        return None
    if progress.failures >= rules.MAX_FAILURES:
        payment.parked_at, payment.due_at = at, None
        record_payment_event(session, payment, PaymentParked(payment.id), at=at)
        return None
    step = rules.next_call(progress)
    if step is None:
        return None
    if step.kind is ProviderCallKind.REFUND and progress.refunds_blocked:
        payment.due_at = None  # the end of the card dispute sets it again
        return None
    return _plan_call(session, payment, step, at=at)


def _cancel_unsent(session: Session, payment: Payment, *, at: datetime) -> None:
    """A payment that the provider never heard of is called off without telling it."""
    if payment.state is PaymentState.PLANNED and payment.provider_reference is None:
        payment.state, payment.version = PaymentState.CANCELLED, payment.version + 1
        record_payment_event(session, payment, PaymentCancelled(payment.id), at=at)


def _plan_call(session: Session, payment: Payment, step: rules.NextCall, *, at: datetime) -> ProviderCall:
    if step.kind is not ProviderCallKind.REFUND:
        return actions.plan_provider_call(session, payment, step.kind, {"amount": step.amount}, at=at)
    # Goodwill that failed after the books were closed leaves its part of the refund with the platform.
    is_held = ledger_entries.lock_held_balance(session, payment) >= step.amount
    refund = actions.plan_refund(
        session,
        payment,
        step.amount,
        cause=RefundCause.TARGET,
        liable=LiableParty.BOOKING if is_held else LiableParty.PLATFORM,
        reason_code="not_kept",
        reason="More was captured than shall be kept.",
        by=SYSTEM,
        at=at,
    )
    [call] = [call for call in queries.list_open_calls(session, payment.id) if call.id == refund.op_id]
    return call


@dataclass(frozen=True, slots=True)
class _StoredOutcome:
    """What the third phase stored; `was_overtaken` if others changed the payment since the first phase."""

    payment: Payment
    call: ProviderCall
    was_overtaken: bool


def _store_outcome(session: Session, *, sent: SentCall, outcome: CallOutcome, at: datetime) -> _StoredOutcome:
    """The third phase: store the outcome of a call and apply what the provider's answer shows."""
    payment = queries.lock_payment(session, sent.payment_id)
    overtaken = payment.version != sent.version
    call = session.get_one(ProviderCall, sent.op_id, populate_existing=True)
    if call.finished_at is None:
        finished = outcome.state in {ProviderCallState.SUCCEEDED, ProviderCallState.FAILED}
        call.state, call.finished_at = outcome.state, at if finished else None
        call.response = _response_summary(outcome)
        if outcome.state is ProviderCallState.FAILED:
            _handle_failure(session, payment, call, outcome.code or "unknown", at=at)
    if outcome.refund is not None:
        apply_provider_refund(session, payment, outcome.refund, at=at)
        payment.version += 1
    if outcome.provider_payment is not None and (
        not overtaken or rules.is_forward_transition(payment.state, outcome.provider_payment)
    ):
        apply_provider_payment(session, payment, outcome.provider_payment, at=at)
    return _StoredOutcome(payment, call, overtaken)


def _handle_failure(
    session: Session, payment: Payment, call: ProviderCall, code: str, *, at: datetime
) -> None:
    """A refund that was refused goes back to its bearer; the next try waits."""
    if call.kind is ProviderCallKind.REFUND:
        refund = queries.get_refund(session, UUID(call.parameters["refund_id"]))
        fail_refund(session, payment, refund, code, at=at)
    if payment.due_at is not None:
        payment.due_at = at + rules.retry_delay(max(1, queries.load_progress(session, payment).failures))


def _response_summary(outcome: CallOutcome) -> dict[str, object]:
    """What is worth keeping of an answer: names and codes, nothing of the card."""
    provider_object = outcome.provider_payment or outcome.refund
    summary = {
        "code": outcome.code,
        "reference": provider_object and provider_object.reference,
        "state": provider_object and provider_object.state.value,
    }
    return {name: value for name, value in summary.items() if value is not None}


def _fetch_provider_payment(
    gateway: Gateway, payment: Payment, customer: str | None
) -> ProviderPayment | None:
    try:
        if payment.provider_reference is not None:
            return gateway.payment(payment.provider_reference)
        return gateway.find_payment(payment.id, customer) if customer else None
    except (UnreadableResponseError, CallRejectedError) as error:
        raise UnexpectedProviderResponse(f"It said: {error}") from error
    except (CallNotMadeError, CallOutcomeUnknownError) as error:
        raise PaymentOutcomeUnknown(retry_after=5) from error


def _apply_if_current(
    session: Session, *, payment: Payment, provider_payment: ProviderPayment, at: datetime
) -> bool:
    current = queries.lock_payment(session, payment.id)
    if current.version != payment.version:
        return False
    apply_provider_payment(session, current, provider_payment, at=at)
    return True
