"""Stripe's disputes in our own values. What moved is what their balance transactions say, never the state."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from stripe import BalanceTransaction, Dispute, PaymentIntent, Refund, StripeClient
from stripe.params import DisputeListParams, RefundListParams

from domain.payments.kinds import CardDisputeState
from domain.payments.provider.gateway import ProviderCardDispute, ProviderChange, ProviderDisputeMovement

_PAGE = 100
"""The longest page Stripe gives."""

FromStripe = Callable[[int, str], int]
"""An amount as Stripe counts it and a currency, in our minor units."""


def list_disputes(
    client: StripeClient, intent: PaymentIntent, from_stripe: FromStripe
) -> tuple[ProviderCardDispute, ...]:
    """The payment's disputes; its charge says whether there are any to ask for."""
    charge = intent.latest_charge
    if charge is None or isinstance(charge, str) or not charge.disputed:
        return ()
    listed = client.v1.disputes.list({"payment_intent": intent.id, "limit": _PAGE})
    return tuple(_provider_dispute(dispute, from_stripe) for dispute in listed.auto_paging_iter())


def list_changes(
    client: StripeClient, since: datetime, until: datetime, *, moved_money: Callable[[Refund], bool]
) -> Iterator[ProviderChange]:
    """Refunds that moved money and disputes, by the time of their creation."""
    first, last = int(since.timestamp()), int(until.timestamp())
    refunds: RefundListParams = {"created": {"gte": first, "lt": last}, "limit": _PAGE}
    for refund in client.v1.refunds.list(refunds).auto_paging_iter():
        if moved_money(refund) and isinstance(refund.payment_intent, str):
            yield ProviderChange(refund.id, refund.payment_intent)
    disputes: DisputeListParams = {"created": {"gte": first, "lt": last}, "limit": _PAGE}
    for dispute in client.v1.disputes.list(disputes).auto_paging_iter():
        if isinstance(dispute.payment_intent, str):
            yield ProviderChange(dispute.id, dispute.payment_intent)


def _provider_dispute(dispute: Dispute, from_stripe: FromStripe) -> ProviderCardDispute:
    """A state that we do not know yet counts as open: it stops the distribution until people have looked."""
    due_by = dispute.evidence_details.due_by
    is_known = dispute.status in set(CardDisputeState)
    return ProviderCardDispute(
        reference=dispute.id,
        state=CardDisputeState(dispute.status) if is_known else CardDisputeState.UNDER_REVIEW,
        amount=from_stripe(dispute.amount, dispute.currency.upper()),
        reason_code=dispute.reason[:40],
        opened_at=datetime.fromtimestamp(dispute.created, UTC),
        evidence_due_at=datetime.fromtimestamp(due_by, UTC) if due_by else None,
        movements=tuple(
            _movement(row, from_stripe)
            for row in dispute.balance_transactions
            if row.currency == dispute.currency
        ),
    )


def _movement(row: BalanceTransaction, from_stripe: FromStripe) -> ProviderDisputeMovement:
    """Begun minor units of a fee count whole, as everywhere."""
    currency = row.currency.upper()
    return ProviderDisputeMovement(
        row.id, from_stripe(row.amount, currency), -from_stripe(-row.fee, currency)
    )
