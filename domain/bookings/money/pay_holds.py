"""Which account a provider's pay goes to: *payable*, or *payable_held* while the provider may not be paid.

While a user or a provider profile is suspended, nothing of theirs is payable, and nothing is lost either: it
moves to `payable_held`, and back as a whole once the suspension has ended. The accounts' rows are locked
before the suspension is read, so that pay that is posted at the same time ends on the right side.
"""

from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from domain import ledger, providers
from domain.foundation.actors import SYSTEM
from domain.ledger import Account, AccountKind, Posting
from domain.providers import ProviderCapability

_MOST_UNITS = 200  # more currencies than there are


def pay_account(session: Session, profile_id: UUID, unit: str) -> Account:
    """The account that earnings of this profile are credited to now; both are locked."""
    payable, held_back, _ = _locked(session, profile_id, unit)
    return payable if _may_be_paid(session, profile_id) else held_back


def move_provider_pay(session: Session, profile_id: UUID, *, cause_id: UUID, at: datetime) -> None:
    """Move the pay of a profile to where it belongs after an event of this id. Twice moves nothing twice."""
    for unit in _units(session, profile_id):
        payable, held_back, balances = _locked(session, profile_id, unit)
        may_be_paid = _may_be_paid(session, profile_id)
        source, target = (held_back, payable) if may_be_paid else (payable, held_back)
        if not (amount := balances[source.id]):
            continue
        ledger.post(
            session,
            key=f"pay_hold:{cause_id}:{profile_id}:{unit}",
            kind="pay_released" if may_be_paid else "pay_held",
            subject_id=profile_id,
            postings=[Posting(debit=source, credit=target, amount=amount)],
            by=SYSTEM,
            at=at,
        )


def _locked(session: Session, profile_id: UUID, unit: str) -> tuple[Account, Account, dict[UUID, int]]:
    kinds = (AccountKind.PAYABLE, AccountKind.PAYABLE_HELD)
    pair = ledger.get_accounts(session, [(kind, unit, profile_id) for kind in kinds])
    balances = ledger.lock_balances(session, pair)
    return pair[0], pair[1], {account.id: balance for account, balance in zip(pair, balances, strict=True)}


def _may_be_paid(session: Session, profile_id: UUID) -> bool:
    return providers.has_capability(session, profile_id, ProviderCapability.BE_PAID)


def _units(session: Session, profile_id: UUID) -> list[str]:
    """The currencies in which the profile was ever paid."""
    page = ledger.list_accounts(
        session, kind=None, unit=None, owner_id=profile_id, after=None, limit=_MOST_UNITS
    )
    kinds = {AccountKind.PAYABLE, AccountKind.PAYABLE_HELD}
    return sorted({line.account.unit for line in page.items if line.account.kind in kinds})
