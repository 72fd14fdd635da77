"""Pure decisions about payments: what is to be asked next, what an answer proves, how states follow.

Nothing here is a step of a dance with the provider. Given where a payment stands, there is one next thing to
ask, or none; whoever asks twice, late or after a crash asks for the same.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from domain.payments.kinds import (
    CardDisputeState,
    PaymentState,
    ProviderCallKind,
    ProviderCallState,
    RefundState,
)
from domain.payments.provider.gateway import ProviderPayment, ProviderPaymentState

# A call is given up after 23 seconds (stripe_gateway); whoever sent it a minute ago is no longer waiting.
LEASE = timedelta(minutes=1)
MAX_WAIT = timedelta(hours=1)  # between two attempts to learn how a call ended
OVERDUE_AFTER = timedelta(minutes=15)  # money.md: an unknown outcome older than this is an alarm
MAX_FAILURES = 5  # refusals of one decision before people must look; with the waits below, 2 1/2 hours
FIRST_RETRY_DELAY = timedelta(minutes=10)  # doubled with each; a balance that does not suffice fills slowly

_RANK = {
    PaymentState.PLANNED: 0,
    PaymentState.REQUIRES_ACTION: 0,
    PaymentState.FAILED: 0,
    PaymentState.AUTHORIZED: 1,
    PaymentState.CAPTURED: 2,
    PaymentState.CANCELLED: 2,
}
_PAYMENT_STATES = {
    ProviderPaymentState.NEEDS_ACTION: PaymentState.REQUIRES_ACTION,
    ProviderPaymentState.AUTHORIZED: PaymentState.AUTHORIZED,
    ProviderPaymentState.CAPTURED: PaymentState.CAPTURED,
    ProviderPaymentState.CANCELLED: PaymentState.CANCELLED,
}
_REFUND_RANK = {
    RefundState.PLANNED: 0,
    RefundState.PENDING: 1,
    RefundState.SUCCEEDED: 2,
    RefundState.FAILED: 3,  # what succeeded may yet come back
}


_OPEN_DISPUTES = frozenset(
    {
        CardDisputeState.WARNING_NEEDS_RESPONSE,
        CardDisputeState.WARNING_UNDER_REVIEW,
        CardDisputeState.NEEDS_RESPONSE,
        CardDisputeState.UNDER_REVIEW,
    }
)
# Stripe refuses to refund a charge while one of these is open (docs.stripe.com/disputes); an inquiry may be
# answered with a refund.
REFUND_BLOCKING_STATES = (CardDisputeState.NEEDS_RESPONSE, CardDisputeState.UNDER_REVIEW)


@dataclass(frozen=True, slots=True)
class PaymentProgress:
    """Where a payment stands. `given_back` counts all refunds that did not fail, also those on their way.

    `beside` is the part of it that operators gave as goodwill: it stands beside what is kept by decision, and
    everything else counts against it, also what card networks have `withdrawn` and not reinstated. While
    `refunds_wait` is set the provider refuses refunds, because of an open card dispute. `failures` counts the
    refusals since it was last decided what to keep. `least_amount` is the least that
    can be captured in the payment's currency.
    """

    state: PaymentState
    is_known_to_provider: bool
    keep_amount: int | None
    authorized_amount: int
    captured_amount: int
    refund_total: int
    failures: int = 0
    goodwill: int = 0
    withdrawn: int = 0
    refunds_blocked: bool = False
    least_amount: int = 0

    @property
    def retained_amount(self) -> int:
        """What was captured and is not with the customer or on its way to them."""
        return max(0, self.captured_amount - self.refund_total - self.withdrawn)

    @property
    def counted_refunds(self) -> int:
        """What the customer has back that counts against what shall be kept: all but goodwill."""
        return self.refund_total - self.goodwill + self.withdrawn

    @property
    def refund_owed(self) -> int:
        """What is still to be refunded so that no more is kept than was decided."""
        return 0 if self.keep_amount is None else self.refund_due(self.keep_amount)

    def refund_due(self, target: int) -> int:
        """What goes back of the captured amount so that `keep` is kept of it."""
        return refund_due(
            captured=self.captured_amount,
            counted_refunds=self.counted_refunds,
            goodwill=self.goodwill,
            target=target,
        )


@dataclass(frozen=True, slots=True)
class NextCall:
    """The next thing to ask of the provider; a cancellation has no amount."""

    kind: ProviderCallKind
    amount: int = 0


def refund_due(*, captured: int, counted_refunds: int, goodwill: int, target: int) -> int:
    """What goes back so that `keep` is kept of what was taken, and never more than is left; in minor units.

    The one rule for preview, decision and execution (docs/decisions/0020). `counted` is what the customer has
    back by decision, by hand at the provider, or through a card network; `beside` is goodwill, which does not
    count, but cannot be taken twice either: it is what the customer has of `keep` already.
    """
    return max(0, captured - counted_refunds - max(target, goodwill))


def stops_distribution(state: CardDisputeState, withdrawn_amount: int, *, is_resolved: bool) -> bool:
    """Whether a card dispute stops what is held: while it is open, and after a loss until it is resolved."""
    return state in _OPEN_DISPUTES or (withdrawn_amount > 0 and not is_resolved)


def is_dispute_closed(state: CardDisputeState) -> bool:
    """Whether the card network has decided."""
    return state not in _OPEN_DISPUTES


def next_call(progress: PaymentProgress) -> NextCall | None:
    """What brings the provider nearer to what shall be kept; None when it is there or nothing is decided.

    A capture has a least amount and a refund has none: less than can be captured is kept by capturing the
    least and giving back the rest.
    """
    keep = progress.keep_amount
    if keep is None:
        return None
    match progress.state:
        case PaymentState.CANCELLED:
            return None
        case PaymentState.CAPTURED:
            return NextCall(ProviderCallKind.REFUND, progress.refund_owed) if progress.refund_owed else None
        case PaymentState.AUTHORIZED if keep > 0:
            return NextCall(
                ProviderCallKind.CAPTURE, min(max(keep, progress.least_amount), progress.authorized_amount)
            )
        case _:
            return NextCall(ProviderCallKind.CANCEL) if progress.is_known_to_provider else None


def is_target_reached(progress: PaymentProgress) -> bool:
    """Whether the provider stands where it shall; a refund on its way counts as arrived."""
    ended = progress.state in {PaymentState.CAPTURED, PaymentState.CANCELLED}
    return progress.keep_amount is not None and ended and next_call(progress) is None


def retry_delay(failures: int) -> timedelta:
    """How long to wait after so many refusals before going on; giving up needs no wait."""
    return FIRST_RETRY_DELAY * (1 << failures - 1) if failures < MAX_FAILURES else timedelta(0)


def is_in_progress(state: ProviderCallState, sent_at: datetime | None, at: datetime) -> bool:
    """Whether somebody is making this call right now."""
    return state is ProviderCallState.SENT and sent_at is not None and at < sent_at + LEASE


def next_payment_state(state: PaymentState, provider_payment: ProviderPayment) -> PaymentState:
    """The state that follows from what is seen. An authorization is never unseen, an end never undone."""
    shown = _shown_state(state, provider_payment)
    before, after = _RANK[state], _RANK[shown]
    return shown if after > before or (after == before == 0) else state


def is_forward_transition(state: PaymentState, provider_payment: ProviderPayment) -> bool:
    """Whether what is seen holds even if others have looked since: it cannot have been undone meanwhile."""
    return _RANK[_shown_state(state, provider_payment)] > _RANK[state]


def is_later_refund_state(shown: RefundState, state: RefundState) -> bool:
    """Whether `told` is news for a refund in `state`."""
    return _REFUND_RANK[shown] > _REFUND_RANK[state]


def refund_id_of(parameters: Mapping[str, Any]) -> UUID | None:
    """The refund that a call with these parameters makes."""
    return UUID(parameters["refund_id"]) if "refund_id" in parameters else None


def is_confirmed_by(
    kind: ProviderCallKind, provider_payment: ProviderPayment, refund_id: UUID | None
) -> bool:
    """Whether what is seen shows that a call of this kind had its effect."""
    match kind:
        case ProviderCallKind.AUTHORIZE:
            # A declined first attempt leaves the same traces as a second one that never arrived.
            return provider_payment.state not in {
                ProviderPaymentState.NEEDS_METHOD,
                ProviderPaymentState.CANCELLED,
            }
        case ProviderCallKind.CAPTURE:
            return provider_payment.state is ProviderPaymentState.CAPTURED
        case ProviderCallKind.CANCEL:
            return provider_payment.state is ProviderPaymentState.CANCELLED
        case ProviderCallKind.REFUND:
            return any(refund.refund_id == refund_id for refund in provider_payment.refunds)


def _shown_state(state: PaymentState, provider_payment: ProviderPayment) -> PaymentState:
    if provider_payment.state is ProviderPaymentState.NEEDS_METHOD and provider_payment.failure_code:
        return PaymentState.FAILED
    return _PAYMENT_STATES.get(provider_payment.state, state)
