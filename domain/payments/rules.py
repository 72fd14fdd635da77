"""Pure decisions about payments: what is to be asked next, what an answer proves, how states follow.

Nothing here is a step of a dance with the provider. Given where a payment stands, there is one next thing to
ask, or none; whoever asks twice, late or after a crash asks for the same.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from domain.payments.gateway import PaymentSeen, ProviderState
from domain.payments.kinds import CardDisputeState, OpKind, OpState, PaymentState, RefundState

# A call is given up after 23 seconds (stripe_gateway); whoever sent it a minute ago is no longer waiting.
LEASE = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=1)  # between two attempts to learn how a call ended
OVERDUE_AFTER = timedelta(minutes=15)  # money.md: an unknown outcome older than this is an alarm
MOST_FAILURES = 5  # refusals of one decision before people must look; with the waits below, 2 1/2 hours
WAIT_AFTER_REFUSAL = timedelta(minutes=10)  # doubled with each; a balance that does not suffice fills slowly

_RANK = {
    PaymentState.PLANNED: 0,
    PaymentState.REQUIRES_ACTION: 0,
    PaymentState.FAILED: 0,
    PaymentState.AUTHORIZED: 1,
    PaymentState.CAPTURED: 2,
    PaymentState.CANCELLED: 2,
}
_FOLLOWS = {
    ProviderState.NEEDS_ACTION: PaymentState.REQUIRES_ACTION,
    ProviderState.AUTHORIZED: PaymentState.AUTHORIZED,
    ProviderState.CAPTURED: PaymentState.CAPTURED,
    ProviderState.CANCELLED: PaymentState.CANCELLED,
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
REFUSES_REFUNDS = (CardDisputeState.NEEDS_RESPONSE, CardDisputeState.UNDER_REVIEW)


@dataclass(frozen=True, slots=True)
class Standing:
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
    given_back: int
    failures: int = 0
    beside: int = 0
    withdrawn: int = 0
    refunds_wait: bool = False
    least_amount: int = 0

    @property
    def left(self) -> int:
        """What was captured and is not with the customer or on its way to them."""
        return max(0, self.captured_amount - self.given_back - self.withdrawn)

    @property
    def counted(self) -> int:
        """What the customer has back that counts against what shall be kept: all but goodwill."""
        return self.given_back - self.beside + self.withdrawn

    @property
    def owed(self) -> int:
        """What is still to be refunded so that no more is kept than was decided."""
        return 0 if self.keep_amount is None else self.refund_due(self.keep_amount)

    def refund_due(self, keep: int) -> int:
        """What goes back of the captured amount so that `keep` is kept of it."""
        return refund_due(taken=self.captured_amount, counted=self.counted, beside=self.beside, keep=keep)


@dataclass(frozen=True, slots=True)
class Step:
    """The next thing to ask of the provider; a cancellation has no amount."""

    kind: OpKind
    amount: int = 0


def refund_due(*, taken: int, counted: int, beside: int, keep: int) -> int:
    """What goes back so that `keep` is kept of what was taken, and never more than is left; in minor units.

    The one rule for preview, decision and execution (docs/decisions/0020). `counted` is what the customer has
    back by decision, by hand at the provider, or through a card network; `beside` is goodwill, which does not
    count, but cannot be taken twice either: it is what the customer has of `keep` already.
    """
    return max(0, taken - counted - max(keep, beside))


def stops_distribution(state: CardDisputeState, withdrawn_amount: int, *, is_resolved: bool) -> bool:
    """Whether a card dispute stops what is held: while it is open, and after a loss until it is resolved."""
    return state in _OPEN_DISPUTES or (withdrawn_amount > 0 and not is_resolved)


def is_closed(state: CardDisputeState) -> bool:
    """Whether the card network has decided."""
    return state not in _OPEN_DISPUTES


def next_step(standing: Standing) -> Step | None:
    """What brings the provider nearer to what shall be kept; None when it is there or nothing is decided.

    A capture has a least amount and a refund has none: less than can be captured is kept by capturing the
    least and giving back the rest.
    """
    keep = standing.keep_amount
    if keep is None:
        return None
    match standing.state:
        case PaymentState.CANCELLED:
            return None
        case PaymentState.CAPTURED:
            return Step(OpKind.REFUND, standing.owed) if standing.owed else None
        case PaymentState.AUTHORIZED if keep > 0:
            return Step(OpKind.CAPTURE, min(max(keep, standing.least_amount), standing.authorized_amount))
        case _:
            return Step(OpKind.CANCEL) if standing.is_known_to_provider else None


def is_settled(standing: Standing) -> bool:
    """Whether the provider stands where it shall; a refund on its way counts as arrived."""
    ended = standing.state in {PaymentState.CAPTURED, PaymentState.CANCELLED}
    return standing.keep_amount is not None and ended and next_step(standing) is None


def wait_after(failures: int) -> timedelta:
    """How long to wait after so many refusals before going on; giving up needs no wait."""
    return WAIT_AFTER_REFUSAL * (1 << failures - 1) if failures < MOST_FAILURES else timedelta(0)


def is_taken_up(state: OpState, sent_at: datetime | None, at: datetime) -> bool:
    """Whether somebody is making this call right now."""
    return state is OpState.SENT and sent_at is not None and at < sent_at + LEASE


def state_after(state: PaymentState, seen: PaymentSeen) -> PaymentState:
    """The state that follows from what is seen. An authorization is never unseen, an end never undone."""
    told = _told(state, seen)
    before, after = _RANK[state], _RANK[told]
    return told if after > before or (after == before == 0) else state


def goes_forward(state: PaymentState, seen: PaymentSeen) -> bool:
    """Whether what is seen holds even if others have looked since: it cannot have been undone meanwhile."""
    return _RANK[_told(state, seen)] > _RANK[state]


def comes_after(told: RefundState, state: RefundState) -> bool:
    """Whether `told` is news for a refund in `state`."""
    return _REFUND_RANK[told] > _REFUND_RANK[state]


def refund_named(parameters: Mapping[str, Any]) -> UUID | None:
    """The refund that a call with these parameters makes."""
    return UUID(parameters["refund_id"]) if "refund_id" in parameters else None


def proves(kind: OpKind, seen: PaymentSeen, refund_id: UUID | None) -> bool:
    """Whether what is seen shows that a call of this kind had its effect."""
    match kind:
        case OpKind.AUTHORIZE:
            # A declined first attempt leaves the same traces as a second one that never arrived.
            return seen.state not in {ProviderState.NEEDS_METHOD, ProviderState.CANCELLED}
        case OpKind.CAPTURE:
            return seen.state is ProviderState.CAPTURED
        case OpKind.CANCEL:
            return seen.state is ProviderState.CANCELLED
        case OpKind.REFUND:
            return any(refund.refund_id == refund_id for refund in seen.refunds)


def _told(state: PaymentState, seen: PaymentSeen) -> PaymentState:
    if seen.state is ProviderState.NEEDS_METHOD and seen.failure_code:
        return PaymentState.FAILED
    return _FOLLOWS.get(seen.state, state)
