"""What payments refuse."""

from domain.foundation.errors import (
    Conflict,
    Declined,
    NotFound,
    Unacceptable,
    Unauthenticated,
    Unavailable,
)


class PaymentNotFound(NotFound):
    """There is no such payment, or it is not this caller's to see."""

    slug = "payment-unknown"
    title = "There is no such payment"


class PaymentDeclined(Declined):
    """The card was declined; `code` is the payment provider's word for why."""

    slug = "payment-declined"
    title = "The card was declined"


class PaymentMethodNotUsable(Unacceptable):
    """The payment provider cannot use this payment method; `code` is its word for why."""

    slug = "payment-method-not-usable"
    title = "This payment method cannot be used"


class PaymentAlreadyCancelled(Conflict):
    """The payment was called off; nothing more can be taken for it."""

    slug = "payment-already-cancelled"
    title = "This payment was cancelled"


class PaymentNotAuthorized(Conflict):
    """Nothing is held on a card yet, so nothing can be kept."""

    slug = "payment-not-authorized"
    title = "The payment is not authorized"


class PaymentInProgress(Unavailable):
    """A call to the provider for this payment is being made right now."""

    slug = "payment-in-progress"
    title = "The payment is being made"


class PaymentOutcomeUnknown(Unavailable):
    """Nobody knows yet how the call ended. Asking again never pays twice."""

    slug = "payment-outcome-unknown"
    title = "The payment provider has not answered"


class UnexpectedProviderResponse(Conflict):
    """The payment provider knows no such payment, or describes it in a way we cannot read; operators look."""

    slug = "unexpected-provider-response"
    title = "The payment provider's response was not expected"


class CaptureTargetTooHigh(Conflict):
    """More cannot be kept than is there: what was given back stays given back."""

    slug = "capture-target-too-high"
    title = "The capture target is too high"


class RefundTooLarge(Conflict):
    """More cannot be given back than was taken and not given back yet."""

    slug = "refund-too-large"
    title = "That much cannot be refunded"


class CardDisputeNotFound(NotFound):
    """There is no such card dispute of this payment."""

    slug = "card-dispute-not-found"
    title = "There is no such card dispute"


class CardDisputeOpen(Conflict):
    """The customer's bank holds the payment through a card dispute; the provider refuses refunds of it."""

    slug = "card-dispute-open"
    title = "The payment is disputed at the customer's bank"


class CardDisputeWithoutLoss(Conflict):
    """The card dispute is open, or took no money that anybody would have to bear, or was resolved before."""

    slug = "card-dispute-without-loss"
    title = "There is no loss to resolve"


class AlreadyPaidOut(Conflict):
    """What was held for the booking went to its parties; a refund now needs one of them to bear it."""

    slug = "already-paid-out"
    title = "The money was already paid out"


class NoPayee(Conflict):
    """No provider has earned anything of this booking, so none can bear a refund."""

    slug = "no-payee"
    title = "No provider was paid for this"


class InvalidReconciliationPeriod(Unacceptable):
    """Books are compared over a stretch of time that ends after it began, a month at most at once."""

    slug = "invalid-reconciliation-period"
    title = "This period cannot be reconciled"


class InvalidWebhookSignature(Unauthenticated):
    """The signature is missing, wrong or old, or there is no secret to verify it with."""

    slug = "invalid-webhook-signature"
    title = "This webhook signature is not valid"


class InvalidWebhookEvent(Unacceptable):
    """It is signed, and yet no event."""

    slug = "invalid-webhook-event"
    title = "This is not a valid webhook event"
