"""The books on the wire, for operators."""

from typing import Self
from uuid import UUID

from pydantic import Field

from api.schemas.common import AnyId, Instant, View
from domain.foundation import ids
from domain.foundation.actors import ActorKind
from domain.foundation.ids import AccountId, BookingId, EntryId, UserId
from domain.ledger import (
    CHART_OF_ACCOUNTS,
    CREDITS,
    HOURS,
    REDEMPTION,
    REDEMPTION_RETURN,
    AccountKind,
    AccountOwner,
    AccountRow,
    EntryRow,
    LedgerSide,
    PostingRow,
)

_PREFIXES = {
    AccountOwner.BOOKING: "bkg",
    AccountOwner.PROVIDER_PROFILE: "prv",
    AccountOwner.USER: "usr",
    AccountOwner.POT: "pot",
}


class LedgerAccountView(View):
    """An account and what it holds, counted on the side that makes it grow."""

    id: AccountId
    kind: AccountKind
    meaning: str
    unit: str = Field(description="An ISO currency, `CRD` or `HRS`.", examples=["EUR"])
    owner_id: AnyId | None = Field(description="A booking's, a provider profile's, a user's or a pot's id.")
    grows_by: LedgerSide
    floor: int | None = Field(description="The lowest balance allowed; null for a pool.")
    balance: int

    @classmethod
    def of(cls, row: AccountRow) -> Self:
        """The account with what its kind means."""
        account, definition = row.account, CHART_OF_ACCOUNTS[row.account.kind]
        return cls(
            id=account.id,
            kind=account.kind,
            meaning=definition.meaning,
            unit=account.unit,
            owner_id=_owner(definition.owner, account.owner_id),
            grows_by=definition.grows_by,
            floor=account.floor,
            balance=row.balance,
        )


class LedgerPostingView(View):
    """An amount that went from the debited account to the credited one."""

    debit: AccountKind
    debit_id: AccountId
    credit: AccountKind
    credit_id: AccountId
    unit: str
    amount: int

    @classmethod
    def of(cls, row: PostingRow) -> Self:
        """The posting as it was made."""
        return cls.model_validate(row)


class LedgerEntryView(View):
    """Why value moved, who recorded it, and how it moved."""

    id: EntryId
    key: str = Field(description="What makes sure that it was posted once.")
    kind: str
    booking_id: BookingId | None = Field(description="The booking it is about; null for anything else.")
    corrects_id: EntryId | None
    recorded_at: Instant
    actor_kind: ActorKind
    actor_id: UserId | None
    postings: list[LedgerPostingView]

    @classmethod
    def of(cls, row: EntryRow) -> Self:
        """The entry with all its postings."""
        return cls(
            id=row.id,
            key=row.key,
            kind=row.kind,
            booking_id=row.subject_id if _is_about_a_booking(row) else None,
            corrects_id=row.corrects_id,
            recorded_at=row.recorded_at,
            actor_kind=row.actor_kind,
            actor_id=row.actor_id,
            postings=[LedgerPostingView.of(posting) for posting in row.postings],
        )


def _is_about_a_booking(row: EntryRow) -> bool:
    """Money moves for bookings, unless it pays credits out; credits do when they are redeemed."""
    if row.kind in {REDEMPTION, REDEMPTION_RETURN}:
        return True
    return all(posting.unit not in {CREDITS, HOURS} for posting in row.postings)


def _owner(owner: AccountOwner, owner_id: UUID | None) -> str | None:
    return None if owner_id is None else ids.encode(_PREFIXES[owner], owner_id)
