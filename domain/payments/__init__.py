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

from domain.payments.actions import keep, open, raise_overdue, refund  # noqa: A004 -- read as `payments.open(…)`
from domain.payments.authorizing import authorize
from domain.payments.card_disputes import resolve as resolve_dispute
from domain.payments.changes import sync, unknown_changes
from domain.payments.dispute_queries import disputes
from domain.payments.errors import (
    CardDisputeNotFound,
    CardDisputeOpen,
    CardDisputeWithoutLoss,
    KeepTooMuch,
    MoneyDistributed,
    NobodyWasPaid,
    PaymentDeclined,
    PaymentMethodUnfit,
    PaymentNotAuthorized,
    PaymentOutcomeUnknown,
    PaymentOver,
    PaymentUnderway,
    PaymentUnknown,
    ProviderAnswerUnfit,
    RefundTooLarge,
    StretchImpossible,
    WebhookForged,
    WebhookUnreadable,
)
from domain.payments.gateway import Gateway
from domain.payments.invariants import INVARIANTS
from domain.payments.kinds import CardDisputeState, Liable, OpKind, OpState, PaymentState, RefundState
from domain.payments.models import CardDispute, Payment, Reconciliation, Refund
from domain.payments.moved import Moved, moved, moved_locked
from domain.payments.queries import due, of, payment, refunds, stale, unhandled, webhooks_set_aside
from domain.payments.readers import payment_for, payment_operated_by
from domain.payments.reconciliation import reconcile
from domain.payments.settling import bring, settle, settle_anew
from domain.payments.webhooks import apply_webhook, receive_webhook, retry_webhook

__all__ = [
    "INVARIANTS",
    "CardDispute",
    "CardDisputeNotFound",
    "CardDisputeOpen",
    "CardDisputeState",
    "CardDisputeWithoutLoss",
    "Gateway",
    "KeepTooMuch",
    "Liable",
    "MoneyDistributed",
    "Moved",
    "NobodyWasPaid",
    "OpKind",
    "OpState",
    "Payment",
    "PaymentDeclined",
    "PaymentMethodUnfit",
    "PaymentNotAuthorized",
    "PaymentOutcomeUnknown",
    "PaymentOver",
    "PaymentState",
    "PaymentUnderway",
    "PaymentUnknown",
    "ProviderAnswerUnfit",
    "Reconciliation",
    "Refund",
    "RefundState",
    "RefundTooLarge",
    "StretchImpossible",
    "WebhookForged",
    "WebhookUnreadable",
    "apply_webhook",
    "authorize",
    "bring",
    "disputes",
    "due",
    "keep",
    "moved",
    "moved_locked",
    "of",
    "open",
    "payment",
    "payment_for",
    "payment_operated_by",
    "raise_overdue",
    "receive_webhook",
    "reconcile",
    "refund",
    "refunds",
    "resolve_dispute",
    "retry_webhook",
    "settle",
    "settle_anew",
    "stale",
    "sync",
    "unhandled",
    "unknown_changes",
    "webhooks_set_aside",
]
