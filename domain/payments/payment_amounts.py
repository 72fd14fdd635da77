"""What has moved of a payment: the facts on which every amount that is shown or decided rests."""

from dataclasses import dataclass
from uuid import UUID

from sqlmodel import Session

from domain.payments import ledger_entries, queries, rules
from domain.payments.kinds import PaymentState
from domain.payments.models import Payment


@dataclass(frozen=True, slots=True)
class PaymentAmounts:
    """Where the money of a payment is, in minor units; refunds on their way count as arrived.

    `taken` was captured, or will be out of what is held on the card. `counted` went back by decision or by
    hand at the provider, or was withdrawn by the card network. `beside` is goodwill. `held` is what our books
    hold for the subject.
    """

    captured: int
    counted_refunds: int = 0
    goodwill: int = 0
    held: int = 0

    def after_target(self, paid: int) -> "PaymentAmounts":
        """As it will be once no more than `paid` is kept: what a lower price has promised is on its way."""
        promised = self.refund_for(paid)
        return PaymentAmounts(
            self.captured, self.counted_refunds + promised, self.goodwill, max(0, self.held - promised)
        )

    def refund_for(self, target: int) -> int:
        """What goes back so that `keep` is kept, in minor units."""
        return rules.refund_due(
            captured=self.captured,
            counted_refunds=self.counted_refunds,
            goodwill=self.goodwill,
            target=target,
        )


def get_payment_amounts(session: Session, subject_id: UUID) -> PaymentAmounts:
    """What has moved of a subject's payment, to be shown. Raises `PaymentNotFound`."""
    return _payment_amounts(session, queries.get_payment_of_subject(session, subject_id))


def lock_payment_amounts(session: Session, subject_id: UUID) -> PaymentAmounts:
    """As `moved`, to be decided on: nobody else moves anything until this transaction ends."""
    return _payment_amounts(session, queries.lock_payment_of_subject(session, subject_id))


def _payment_amounts(session: Session, payment: Payment) -> PaymentAmounts:
    if payment.state is PaymentState.AUTHORIZED:
        return PaymentAmounts(payment.authorized_amount, held=payment.authorized_amount)
    if payment.state is not PaymentState.CAPTURED:
        return PaymentAmounts(0)
    progress = queries.load_progress(session, payment)
    return PaymentAmounts(
        captured=payment.captured_amount,
        counted_refunds=progress.counted_refunds,
        goodwill=progress.goodwill,
        held=ledger_entries.held_balance(session, payment),
    )
