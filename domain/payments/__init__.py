"""Taking and giving back the customers' money, through a provider that may answer late, twice or never.

A **payment** is for one subject, usually a booking. The amount is held on a card (**authorization**), taken
(**capture**), let go (**cancel**) or given back (**refund**). How much shall be kept in the end is decided
with `keep`; `settle` brings the provider there, from wherever it stands, any number of times with one effect.

Every call to the provider is a row first, with frozen parameters and a key made from the row's id. It is made
while no transaction is open, and its outcome is recorded in another: *succeeded*, *failed*, or *unknown*,
which is never taken for failed. Answers, webhooks and sweeps all bring our payment up to what the provider
says now (`following`); none of them is a step of a sequence. The books move in the same transaction.

Functions that take a `session` stay at home; those that take `transactions` and a `gateway` reach the world.
"""

from domain.payments.access import get_operated_payment, get_visible_payment
from domain.payments.actions import alert_overdue_calls, create_payment, create_refund, set_capture_target
from domain.payments.card_dispute_queries import list_card_disputes
from domain.payments.card_disputes import resolve_card_dispute
from domain.payments.errors import (
    AlreadyPaidOut,
    CaptureTargetTooHigh,
    CardDisputeNotFound,
    CardDisputeOpen,
    CardDisputeWithoutLoss,
    InvalidReconciliationPeriod,
    InvalidWebhookEvent,
    InvalidWebhookSignature,
    NoPayee,
    PaymentAlreadyCancelled,
    PaymentDeclined,
    PaymentInProgress,
    PaymentMethodNotUsable,
    PaymentNotAuthorized,
    PaymentNotFound,
    PaymentOutcomeUnknown,
    RefundTooLarge,
    UnexpectedProviderResponse,
)
from domain.payments.inbound_webhooks.processing import apply_webhook, receive_webhook, retry_webhook
from domain.payments.invariants import INVARIANTS
from domain.payments.kinds import (
    CardDisputeState,
    LiableParty,
    PaymentState,
    ProviderCallKind,
    ProviderCallState,
    RefundState,
)
from domain.payments.models import CardDispute, Payment, Reconciliation, Refund
from domain.payments.payment_amounts import PaymentAmounts, get_payment_amounts, lock_payment_amounts
from domain.payments.provider.gateway import Gateway
from domain.payments.queries import (
    due_payments,
    get_payment,
    get_payment_of_subject,
    list_refunds,
    list_set_aside_webhooks,
    stale_payments,
    unhandled_webhooks,
)
from domain.payments.reconciliation import reconcile
from domain.payments.sync.authorization import authorize
from domain.payments.sync.target_sync import refresh_from_provider, retry_sync, sync_to_target
from domain.payments.sync.unknown_changes import find_unknown_changes, sync_payment

__all__ = [
    "INVARIANTS",
    "AlreadyPaidOut",
    "CaptureTargetTooHigh",
    "CardDispute",
    "CardDisputeNotFound",
    "CardDisputeOpen",
    "CardDisputeState",
    "CardDisputeWithoutLoss",
    "Gateway",
    "InvalidReconciliationPeriod",
    "InvalidWebhookEvent",
    "InvalidWebhookSignature",
    "LiableParty",
    "NoPayee",
    "Payment",
    "PaymentAlreadyCancelled",
    "PaymentAmounts",
    "PaymentDeclined",
    "PaymentInProgress",
    "PaymentMethodNotUsable",
    "PaymentNotAuthorized",
    "PaymentNotFound",
    "PaymentOutcomeUnknown",
    "PaymentState",
    "ProviderCallKind",
    "ProviderCallState",
    "Reconciliation",
    "Refund",
    "RefundState",
    "RefundTooLarge",
    "UnexpectedProviderResponse",
    "alert_overdue_calls",
    "apply_webhook",
    "authorize",
    "create_payment",
    "create_refund",
    "due_payments",
    "find_unknown_changes",
    "get_operated_payment",
    "get_payment",
    "get_payment_amounts",
    "get_payment_of_subject",
    "get_visible_payment",
    "list_card_disputes",
    "list_refunds",
    "list_set_aside_webhooks",
    "lock_payment_amounts",
    "receive_webhook",
    "reconcile",
    "refresh_from_provider",
    "resolve_card_dispute",
    "retry_sync",
    "retry_webhook",
    "set_capture_target",
    "stale_payments",
    "sync_payment",
    "sync_to_target",
    "unhandled_webhooks",
]
