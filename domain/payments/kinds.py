"""The words of payments: their states, what may be asked of the provider, and who bears a refund."""

from enum import StrEnum


class PaymentState(StrEnum):
    """How far a payment has come, as far as we know of the provider."""

    PLANNED = "planned"
    REQUIRES_ACTION = "requires_action"
    FAILED = "failed"  # the last attempt was declined; another card may be tried
    AUTHORIZED = "authorized"
    CAPTURED = "captured"
    CANCELLED = "cancelled"


class ProviderCallKind(StrEnum):
    """What we ask of the provider."""

    AUTHORIZE = "authorize"
    CAPTURE = "capture"
    CANCEL = "cancel"
    REFUND = "refund"


class ProviderCallState(StrEnum):
    """How far a call to the provider has come. `unknown` is not failed: it may have had its effect."""

    PLANNED = "planned"
    SENT = "sent"
    UNKNOWN = "unknown"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


class RefundState(StrEnum):
    """How far a refund has come. A refund that succeeded may still come back failed, weeks later."""

    PLANNED = "planned"
    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


class LiableParty(StrEnum):
    """Who bears a refund: what is held for the booking, the provider who was paid, or the platform."""

    BOOKING = "booking"
    PROVIDER = "provider"
    PLATFORM = "platform"


class RefundCause(StrEnum):
    """Why money goes back. Only a goodwill refund stands beside what the booking's rules give back."""

    TARGET = "target"  # more was captured than shall be kept
    GOODWILL = "goodwill"  # an operator gave it, beyond what the rules give back
    AT_PROVIDER = "at_provider"  # made by hand at the payment provider; it counts against the target


class CardDisputeState(StrEnum):
    """Where a card dispute stands, in the provider's words. A warning is an inquiry: no money moved."""

    WARNING_NEEDS_RESPONSE = "warning_needs_response"
    WARNING_UNDER_REVIEW = "warning_under_review"
    WARNING_CLOSED = "warning_closed"
    NEEDS_RESPONSE = "needs_response"
    UNDER_REVIEW = "under_review"
    WON = "won"
    LOST = "lost"
    PREVENTED = "prevented"
