"""What makes postings lawful, decided on values alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.ledger.errors import UnitNotSupported
from domain.ledger.kinds import CHART_OF_ACCOUNTS, LEDGER_UNITS, AccountKind, AccountOwner, LedgerSide


@dataclass(frozen=True, slots=True)
class Account:
    """An account as callers hold it. `floor` is the lowest balance allowed, or None for a pool."""

    id: UUID
    kind: AccountKind
    unit: str
    owner_id: UUID | None
    floor: int | None


@dataclass(frozen=True, slots=True)
class Posting:
    """`amount` goes from `debit` to `credit`; above zero, between two accounts of one unit."""

    debit: Account
    credit: Account
    amount: int

    def __post_init__(self) -> None:
        """A posting that could not balance is a bug of whoever wrote it."""
        if type(self.amount) is not int or self.amount <= 0:
            raise ValueError("a posting moves an integer above zero")
        if self.debit.unit != self.credit.unit:
            raise ValueError(f"{self.debit.unit} cannot be posted against {self.credit.unit}")
        if self.debit.id == self.credit.id:
            raise ValueError("a posting moves value from one account to another")


@dataclass(frozen=True, slots=True)
class PostedEntry:
    """An entry as callers hold it. `is_new` is False where the key had been posted before."""

    id: UUID
    key: str
    kind: str
    subject_id: UUID
    corrects_id: UUID | None
    recorded_at: datetime
    is_new: bool


def check_account(kind: AccountKind, unit: str, owner_id: UUID | None) -> None:
    """Refuse a unit that the kind does not count in; an owner too many or too few is a bug."""
    definition = CHART_OF_ACCOUNTS[kind]
    if (
        unit not in LEDGER_UNITS
        or (definition.unit or unit) != unit
        or (not definition.unit and unit in {"CRD", "HRS"})
    ):
        raise UnitNotSupported(f"A {kind} account is not kept in {unit!r}.", field="unit")
    if (owner_id is None) != (definition.owner is AccountOwner.PLATFORM):
        raise ValueError(f"a {kind} account belongs to {definition.owner}")


def signed_balance(kind: AccountKind, *, debits: int, credits_: int) -> int:
    """The balance of an account of this kind, counted on the side that makes it grow."""
    return credits_ - debits if CHART_OF_ACCOUNTS[kind].grows_by is LedgerSide.CREDIT else debits - credits_


def balance_changes(postings: Sequence[Posting]) -> dict[UUID, int]:
    """By how much each account with a floor changes; pools are left out, nobody keeps their balance."""
    total: dict[UUID, int] = {}
    for posting in postings:
        for account, debits, credits_ in (
            (posting.debit, posting.amount, 0),
            (posting.credit, 0, posting.amount),
        ):
            if account.floor is not None:
                change = signed_balance(account.kind, debits=debits, credits_=credits_)
                total[account.id] = total.get(account.id, 0) + change
    return total
