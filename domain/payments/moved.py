"""What has moved of a payment: the facts on which every amount that is shown or decided rests."""

from dataclasses import dataclass
from uuid import UUID

from sqlmodel import Session

from domain.payments import books, queries, rules
from domain.payments.kinds import PaymentState
from domain.payments.models import Payment


@dataclass(frozen=True, slots=True)
class Moved:
    """Where the money of a payment is, in minor units; refunds on their way count as arrived.

    `taken` was captured, or will be out of what is held on the card. `counted` went back by decision or by
    hand at the provider, or was withdrawn by the card network. `beside` is goodwill. `held` is what our books
    hold for the subject.
    """

    taken: int
    counted: int = 0
    beside: int = 0
    held: int = 0

    def after_keeping(self, paid: int) -> "Moved":
        """As it will be once no more than `paid` is kept: what a lower price has promised is on its way."""
        promised = self.refund_for(paid)
        return Moved(self.taken, self.counted + promised, self.beside, max(0, self.held - promised))

    def refund_for(self, keep: int) -> int:
        """What goes back so that `keep` is kept, in minor units."""
        return rules.refund_due(taken=self.taken, counted=self.counted, beside=self.beside, keep=keep)


def moved(session: Session, subject_id: UUID) -> Moved:
    """What has moved of a subject's payment, to be shown. Raises `PaymentUnknown`."""
    return _moved(session, queries.of(session, subject_id))


def moved_locked(session: Session, subject_id: UUID) -> Moved:
    """As `moved`, to be decided on: nobody else moves anything until this transaction ends."""
    return _moved(session, queries.of_locked(session, subject_id))


def _moved(session: Session, payment: Payment) -> Moved:
    if payment.state is PaymentState.AUTHORIZED:
        return Moved(payment.authorized_amount, held=payment.authorized_amount)
    if payment.state is not PaymentState.CAPTURED:
        return Moved(0)
    standing = queries.standing(session, payment)
    return Moved(
        taken=payment.captured_amount,
        counted=standing.counted,
        beside=standing.beside,
        held=books.held_now(session, payment),
    )
