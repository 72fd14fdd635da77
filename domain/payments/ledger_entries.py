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
from domain.payments.errors import AlreadyPaidOut, NoPayee
from domain.payments.kinds import LiableParty
from domain.payments.models import CardDispute, Payment, Refund
from domain.payments.provider.gateway import ProviderDisputeMovement

CAPTURE, FEE = "capture", "processing_fee"
DISPUTE, DISPUTE_RESOLVED = "card_dispute", "card_dispute_resolved"


def post_capture(session: Session, payment: Payment, amount: int, *, at: datetime) -> None:
    """The provider took `amount` more; it is held for the subject."""
    clearing, held = _pool_account(session, payment, AccountKind.CLEARING), _held_account(session, payment)
    key = f"{CAPTURE}:{payment.id}:{payment.captured_amount + amount}"
    _post(session, payment, key, CAPTURE, [Posting(clearing, held, amount)], by=PAYMENT, at=at)


def post_processing_fee(session: Session, payment: Payment, amount: int, *, at: datetime) -> None:
    """The provider kept `amount` of what it took, for its work."""
    fees, clearing = (
        _pool_account(session, payment, AccountKind.PROCESSING_FEES),
        _pool_account(session, payment, AccountKind.CLEARING),
    )
    _post(session, payment, f"{FEE}:{payment.id}", FEE, [Posting(fees, clearing, amount)], by=PAYMENT, at=at)


def post_planned_refund(
    session: Session,
    payment: Payment,
    refund_id: UUID,
    amount: int,
    liable: LiableParty,
    *,
    by: Actor,
    at: datetime,
) -> UUID:
    """`amount` leaves the liable party and is on its way; returns the entry.

    Raises `AlreadyPaidOut` where the booking no longer holds that much, `NoPayee` where no provider
    has earned anything of it. What a provider's payable does not cover they owe us from now on; the
    customer's refund never waits for that.
    """
    bearers = _SHARES_BY_PARTY[liable](session, payment, amount)
    in_flight = _pool_account(session, payment, AccountKind.REFUNDS_IN_FLIGHT)
    postings = [Posting(bearer, in_flight, part) for bearer, part in bearers if part]
    key = f"refund_planned:{refund_id}"
    return _post(session, payment, key, "refund_planned", postings, by=by, at=at)


def post_completed_refund(session: Session, payment: Payment, refund: Refund, *, at: datetime) -> UUID:
    """The provider has paid the refund out of what it holds; returns the entry."""
    in_flight, clearing = (
        _pool_account(session, payment, AccountKind.REFUNDS_IN_FLIGHT),
        _pool_account(session, payment, AccountKind.CLEARING),
    )
    key, postings = f"refund_arrived:{refund.id}", [Posting(in_flight, clearing, refund.amount)]
    return _post(session, payment, key, "refund_arrived", postings, by=PAYMENT, at=at)


def reverse_failed_refund(session: Session, refund: Refund, *, at: datetime) -> None:
    """The refund did not arrive, or came back: all goes back to where it was."""
    if refund.done_entry_id is not None:
        key = f"refund_came_back:{refund.id}"
        ledger.correct(session, refund.done_entry_id, key=key, by=PAYMENT, at=at)
    key = f"refund_failed:{refund.id}"
    ledger.correct(session, refund.planned_entry_id, key=key, by=PAYMENT, at=at)


def post_dispute_movement(
    session: Session, payment: Payment, movement: ProviderDisputeMovement, *, at: datetime
) -> UUID:
    """The card network withdrew or reinstated money, and the provider took or returned a fee; the entry."""
    clearing = _pool_account(session, payment, AccountKind.CLEARING)
    disputes = _pool_account(session, payment, AccountKind.DISPUTES)
    fees = _pool_account(session, payment, AccountKind.DISPUTE_FEES)
    postings = [
        _signed_posting(clearing, disputes, movement.amount),
        _signed_posting(clearing, fees, -movement.fee),
    ]
    key = f"{DISPUTE}:{movement.reference}"
    nonzero_postings = [posting for posting in postings if posting is not None]
    return _post(session, payment, key, DISPUTE, nonzero_postings, by=PAYMENT, at=at)


def post_dispute_resolution(
    session: Session, payment: Payment, dispute: CardDispute, liable: LiableParty, *, by: Actor, at: datetime
) -> UUID:
    """`liable` bears what the card network keeps; returns the entry. Raises as `refund_planned` does."""
    disputes = _pool_account(session, payment, AccountKind.DISPUTES)
    bearers = _SHARES_BY_PARTY[liable](session, payment, dispute.withdrawn_amount)
    postings = [Posting(bearer, disputes, part) for bearer, part in bearers if part]
    key = f"{DISPUTE_RESOLVED}:{dispute.id}"
    return _post(session, payment, key, DISPUTE_RESOLVED, postings, by=by, at=at)


def held_balance(session: Session, payment: Payment) -> int:
    """What is held for the payment's subject at this moment; reserves nothing."""
    return ledger.get_balance(session, _held_account(session, payment))


def lock_held_balance(session: Session, payment: Payment) -> int:
    """What is held for the payment's subject, and stays so until this transaction ends."""
    return ledger.lock_balance(session, _held_account(session, payment))


def _signed_posting(debit: ledger.Account, credit: ledger.Account, amount: int) -> Posting | None:
    """A posting of `amount`, the other way round when it is below zero, and none when it is zero."""
    if not amount:
        return None
    return Posting(debit, credit, amount) if amount > 0 else Posting(credit, debit, -amount)


def _booking_shares(session: Session, payment: Payment, amount: int) -> list[tuple[ledger.Account, int]]:
    if (held_amount := lock_held_balance(session, payment)) < amount:
        raise AlreadyPaidOut(
            "Name the party that bears this refund.", field="liable", held_amount=held_amount
        )
    return [(_held_account(session, payment), amount)]


def _provider_shares(session: Session, payment: Payment, amount: int) -> list[tuple[ledger.Account, int]]:
    """What the provider who earned most of the subject is owed, then what they will owe us."""
    earnings = ledger.earnings_by_provider(session, payment.subject_id)
    if not earnings:
        raise NoPayee("Let the booking or the platform bear this refund.", field="liable")
    owner = next(iter(earnings))
    kinds = (AccountKind.PAYABLE, AccountKind.PAYABLE_HELD)
    accounts = ledger.get_accounts(session, [(kind, payment.currency, owner) for kind in kinds])
    receivable = ledger.get_account(session, AccountKind.RECEIVABLE, payment.currency, owner)
    shares, remaining = [], amount
    for account, balance in zip(accounts, ledger.lock_balances(session, accounts), strict=True):
        shares.append((account, min(remaining, balance)))
        remaining -= min(remaining, balance)
    return [*shares, (receivable, remaining)]


def _platform_shares(session: Session, payment: Payment, amount: int) -> list[tuple[ledger.Account, int]]:
    return [(_pool_account(session, payment, AccountKind.GOODWILL), amount)]


_SHARES_BY_PARTY = {
    LiableParty.BOOKING: _booking_shares,
    LiableParty.PROVIDER: _provider_shares,
    LiableParty.PLATFORM: _platform_shares,
}


def _held_account(session: Session, payment: Payment) -> ledger.Account:
    return ledger.get_account(session, AccountKind.HELD, payment.currency, payment.subject_id)


def _pool_account(session: Session, payment: Payment, kind: AccountKind) -> ledger.Account:
    return ledger.get_account(session, kind, payment.currency)


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
