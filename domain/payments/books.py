"""What payments do to the ledger.

captured          clearing D / held C            what the provider now holds for us
processing fee    processing_fees D / clearing C what it kept for its work
refund planned    held, payable, receivable or goodwill D / refunds_in_flight C
refund arrived    refunds_in_flight D / clearing C
refund failed     the entries above, moved back by corrections that name them
dispute withdrew  disputes D / clearing C       and dispute_fees D / clearing C for its fee
dispute returned  clearing D / disputes C       and clearing D / dispute_fees C
dispute resolved  held, payable, receivable or goodwill D / disputes C
"""

from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from domain import ledger
from domain.foundation.actors import PAYMENT, Actor
from domain.ledger import AccountKind, Posting
from domain.payments.errors import MoneyDistributed, NobodyWasPaid
from domain.payments.gateway import DisputeMovementSeen
from domain.payments.kinds import Liable
from domain.payments.models import CardDispute, Payment, Refund

CAPTURE, FEE = "capture", "processing_fee"
DISPUTE, DISPUTE_RESOLVED = "card_dispute", "card_dispute_resolved"


def captured(session: Session, payment: Payment, amount: int, *, at: datetime) -> None:
    """The provider took `amount` more; it is held for the subject."""
    clearing, held = _pool(session, payment, AccountKind.CLEARING), _held(session, payment)
    key = f"{CAPTURE}:{payment.id}:{payment.captured_amount + amount}"
    _post(session, payment, key, CAPTURE, [Posting(clearing, held, amount)], by=PAYMENT, at=at)


def fee_taken(session: Session, payment: Payment, amount: int, *, at: datetime) -> None:
    """The provider kept `amount` of what it took, for its work."""
    fees, clearing = (
        _pool(session, payment, AccountKind.PROCESSING_FEES),
        _pool(session, payment, AccountKind.CLEARING),
    )
    _post(session, payment, f"{FEE}:{payment.id}", FEE, [Posting(fees, clearing, amount)], by=PAYMENT, at=at)


def refund_planned(
    session: Session,
    payment: Payment,
    refund_id: UUID,
    amount: int,
    liable: Liable,
    *,
    by: Actor,
    at: datetime,
) -> UUID:
    """`amount` leaves the liable party and is on its way; returns the entry.

    Raises `MoneyDistributed` where the booking no longer holds that much, `NobodyWasPaid` where no provider
    has earned anything of it. What a provider's payable does not cover they owe us from now on; the
    customer's refund never waits for that.
    """
    bearers = _BEARERS[liable](session, payment, amount)
    in_flight = _pool(session, payment, AccountKind.REFUNDS_IN_FLIGHT)
    postings = [Posting(bearer, in_flight, part) for bearer, part in bearers if part]
    key = f"refund_planned:{refund_id}"
    return _post(session, payment, key, "refund_planned", postings, by=by, at=at)


def refund_arrived(session: Session, payment: Payment, refund: Refund, *, at: datetime) -> UUID:
    """The provider has paid the refund out of what it holds; returns the entry."""
    in_flight, clearing = (
        _pool(session, payment, AccountKind.REFUNDS_IN_FLIGHT),
        _pool(session, payment, AccountKind.CLEARING),
    )
    key, postings = f"refund_arrived:{refund.id}", [Posting(in_flight, clearing, refund.amount)]
    return _post(session, payment, key, "refund_arrived", postings, by=PAYMENT, at=at)


def refund_failed(session: Session, refund: Refund, *, at: datetime) -> None:
    """The refund did not arrive, or came back: all goes back to where it was."""
    if refund.done_entry_id is not None:
        key = f"refund_came_back:{refund.id}"
        ledger.correct(session, refund.done_entry_id, key=key, by=PAYMENT, at=at)
    key = f"refund_failed:{refund.id}"
    ledger.correct(session, refund.planned_entry_id, key=key, by=PAYMENT, at=at)


def dispute_moved(session: Session, payment: Payment, moved: DisputeMovementSeen, *, at: datetime) -> UUID:
    """The card network withdrew or reinstated money, and the provider took or returned a fee; the entry."""
    clearing = _pool(session, payment, AccountKind.CLEARING)
    disputes = _pool(session, payment, AccountKind.DISPUTES)
    fees = _pool(session, payment, AccountKind.DISPUTE_FEES)
    postings = [
        _signed(clearing, disputes, moved.amount),
        _signed(clearing, fees, -moved.fee),
    ]
    key = f"{DISPUTE}:{moved.reference}"
    kept = [posting for posting in postings if posting is not None]
    return _post(session, payment, key, DISPUTE, kept, by=PAYMENT, at=at)


def dispute_resolved(
    session: Session, payment: Payment, dispute: CardDispute, liable: Liable, *, by: Actor, at: datetime
) -> UUID:
    """`liable` bears what the card network keeps; returns the entry. Raises as `refund_planned` does."""
    disputes = _pool(session, payment, AccountKind.DISPUTES)
    bearers = _BEARERS[liable](session, payment, dispute.withdrawn_amount)
    postings = [Posting(bearer, disputes, part) for bearer, part in bearers if part]
    key = f"{DISPUTE_RESOLVED}:{dispute.id}"
    return _post(session, payment, key, DISPUTE_RESOLVED, postings, by=by, at=at)


def held_now(session: Session, payment: Payment) -> int:
    """What is held for the payment's subject at this moment; reserves nothing."""
    return ledger.balance(session, _held(session, payment))


def still_held(session: Session, payment: Payment) -> int:
    """What is held for the payment's subject, and stays so until this transaction ends."""
    return ledger.balance_locked(session, _held(session, payment))


def _signed(debit: ledger.Account, credit: ledger.Account, amount: int) -> Posting | None:
    """A posting of `amount`, the other way round when it is below zero, and none when it is zero."""
    if not amount:
        return None
    return Posting(debit, credit, amount) if amount > 0 else Posting(credit, debit, -amount)


def _from_booking(session: Session, payment: Payment, amount: int) -> list[tuple[ledger.Account, int]]:
    if (there := still_held(session, payment)) < amount:
        raise MoneyDistributed("Name the party that bears this refund.", field="liable", held_amount=there)
    return [(_held(session, payment), amount)]


def _from_provider(session: Session, payment: Payment, amount: int) -> list[tuple[ledger.Account, int]]:
    """What the provider who earned most of the subject is owed, then what they will owe us."""
    paid = ledger.paid_to(session, payment.subject_id)
    if not paid:
        raise NobodyWasPaid("Let the booking or the platform bear this refund.", field="liable")
    owner = next(iter(paid))
    kinds = (AccountKind.PAYABLE, AccountKind.PAYABLE_HELD)
    owed = ledger.accounts_for(session, [(kind, payment.currency, owner) for kind in kinds])
    receivable = ledger.account(session, AccountKind.RECEIVABLE, payment.currency, owner)
    borne, left = [], amount
    for account, balance in zip(owed, ledger.balances_locked(session, owed), strict=True):
        borne.append((account, min(left, balance)))
        left -= min(left, balance)
    return [*borne, (receivable, left)]


def _from_platform(session: Session, payment: Payment, amount: int) -> list[tuple[ledger.Account, int]]:
    return [(_pool(session, payment, AccountKind.GOODWILL), amount)]


_BEARERS = {
    Liable.BOOKING: _from_booking,
    Liable.PROVIDER: _from_provider,
    Liable.PLATFORM: _from_platform,
}


def _held(session: Session, payment: Payment) -> ledger.Account:
    return ledger.account(session, AccountKind.HELD, payment.currency, payment.subject_id)


def _pool(session: Session, payment: Payment, kind: AccountKind) -> ledger.Account:
    return ledger.account(session, kind, payment.currency)


def _post(
    session: Session,
    payment: Payment,
    key: str,
    kind: str,
    postings: list[Posting],
    *,
    by: Actor,
    at: datetime,
) -> UUID:
    return ledger.post(
        session, key=key, kind=kind, subject_id=payment.subject_id, postings=postings, by=by, at=at
    ).id
