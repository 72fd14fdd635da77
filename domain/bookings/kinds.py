"""The few words in which a booking's life is told. Part of the interface: a word here never changes.

A **side** is the capacity in which somebody acts on a booking; a **step** is what they do; a **state** is
what the booking is in between; a **reason** is the machine-readable half of why, beside free text.
"""

from enum import StrEnum


class BookingState(StrEnum):
    """Where a booking is in its life (`lifecycle.py`). Who cancelled and why are fields, not states."""

    PENDING_PAYMENT = "pending_payment"
    REQUESTED = "requested"
    CONFIRMED = "confirmed"
    IN_PROGRESS = "in_progress"
    DELIVERED = "delivered"
    NO_SHOW = "no_show"
    DISPUTED = "disputed"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    DECLINED = "declined"
    EXPIRED = "expired"


ENDED = frozenset(
    {BookingState.COMPLETED, BookingState.CANCELLED, BookingState.DECLINED, BookingState.EXPIRED}
)
"""The states a booking rests in. Money may still be on its way; see `books_closed_at`."""


class BookingParty(StrEnum):
    """In which capacity somebody acts on a booking. Two of them are people who agreed on something."""

    CUSTOMER = "customer"
    PROVIDER = "provider"
    OPERATOR = "operator"
    CLOCK = "clock"
    PAYMENT = "payment"

    @property
    def counterparty(self) -> "BookingParty":
        """The party across the table; only a customer or a provider has one."""
        return {BookingParty.CUSTOMER: BookingParty.PROVIDER, BookingParty.PROVIDER: BookingParty.CUSTOMER}[
            self
        ]


class BookingTransition(StrEnum):
    """What can be done to a booking: the names of the rows of the lifecycle."""

    AUTHORIZE = "authorize"
    AUTHORIZE_INSTANTLY = "authorize_instantly"
    EXPIRE_PAYMENT = "expire_payment"
    ACCEPT = "accept"
    DECLINE = "decline"
    EXPIRE_REQUEST = "expire_request"
    WITHDRAW = "withdraw"
    CANCEL = "cancel"
    LOSE_PAYMENT = "lose_payment"
    CANCEL_FOR_SUSPENSION = "cancel_for_suspension"
    START = "start"
    DELIVER = "deliver"
    COMPLETE = "complete"
    REPORT_NO_SHOW = "report_no_show"
    CONTEST_NO_SHOW = "contest_no_show"
    CANCEL_FOR_NO_SHOW = "cancel_for_no_show"
    DISPUTE = "dispute"
    ANSWER_DISPUTE = "answer_dispute"
    RESOLVE_AS_COMPLETED = "resolve_as_completed"
    RESOLVE_AS_CANCELLED = "resolve_as_cancelled"


class BookingReasonCode(StrEnum):
    """Why a booking was called off or disputed. The last six are said by the product, not by people."""

    CHANGED_PLANS = "changed_plans"
    ILLNESS = "illness"
    EMERGENCY = "emergency"
    WEATHER = "weather"
    UNAVAILABLE = "unavailable"
    NOT_AS_AGREED = "not_as_agreed"
    UNSAFE = "unsafe"
    MISTAKE = "mistake"
    OTHER = "other"
    NO_SHOW = "no_show"
    PAYMENT_LOST = "payment_lost"
    DISPUTE_RESOLVED = "dispute_resolved"
    NOT_PAID = "not_paid"
    NOT_ANSWERED = "not_answered"
    ACCOUNT_SUSPENDED = "account_suspended"


class RefundGround(StrEnum):
    """Which rule decided what is given back when a booking ends."""

    CARRIED_OUT = "carried_out"
    NEVER_AGREED = "never_agreed"
    NOT_BY_THE_CUSTOMER = "not_by_the_customer"
    GRACE_PERIOD = "grace_period"
    TIER = "tier"
    TOO_LATE = "too_late"
    DISPUTE = "dispute"


class TaskState(StrEnum):
    """Where a task that the customer took over is in its life (`lifecycle.py`).

    What one side says stands unless the other objects: *unmet* by the provider, *blocked* by the customer.
    """

    AGREED = "agreed"
    PERFORMED = "performed"
    CONFIRMED = "confirmed"
    UNMET = "unmet"
    BLOCKED = "blocked"
    DISPUTED = "disputed"
    SETTLED = "settled"


class TaskTransition(StrEnum):
    """What can be done to a task: the names of the rows of its lifecycle."""

    PERFORM = "perform"
    CONFIRM = "confirm"
    REPORT_UNMET = "report_unmet"
    REPORT_BLOCK = "report_block"
    OBJECT = "object"
    DECIDE_AS_CONFIRMED = "decide_as_confirmed"
    DECIDE_AS_UNMET = "decide_as_unmet"
    DECIDE_AS_BLOCKED = "decide_as_blocked"
    SETTLE = "settle"


class TaskOutcome(StrEnum):
    """As what a task counted when its booking ended; only an unmet one costs the customer its share."""

    CONFIRMED = "confirmed"
    BLOCKED = "blocked"
    UNMET = "unmet"
    CALLED_OFF = "called_off"


class ProposalKind(StrEnum):
    """What a proposal would change: the time alone, or other terms too."""

    RESCHEDULE = "reschedule"
    MODIFICATION = "modification"


class ProposalState(StrEnum):
    """Where a proposal is in its short life."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class ProposalParty(StrEnum):
    """Who acts on a proposal: the side that made it, the side it was made to, or the clock."""

    PROPOSER = "proposer"
    ANSWERER = "answerer"
    CLOCK = "clock"
