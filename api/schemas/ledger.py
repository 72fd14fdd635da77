"""The books on the wire, for operators."""

from typing import Self
from uuid import UUID

from pydantic import Field

from api.schemas.common import AnyId, Instant, View
from domain.foundation import ids
from domain.foundation.actors import ActorKind
from domain.foundation.ids import AccountId, BookingId, EntryId, UserId
from domain.ledger import (
    CREDITS,
    HOURS,
    NATURES,
    REDEMPTION,
    REDEMPTION_RETURN,
    AccountKind,
    AccountLine,
    EntryLine,
    Owner,
    PostingLine,
    Side,
)

_PREFIXES = {Owner.BOOKING: "bkg", Owner.PROVIDER_PROFILE: "prv", Owner.USER: "usr", Owner.POT: "pot"}


class AccountView(View):
    """An account and what it holds, counted on the side that makes it grow."""

    id: AccountId
    kind: AccountKind
    meaning: str
    unit: str = Field(description="An ISO currency, `CRD` or `HRS`.", examples=["EUR"])
    owner_id: AnyId | None = Field(description="A booking's, a provider profile's, a user's or a pot's id.")
    grows_by: Side
    floor: int | None = Field(description="The lowest balance allowed; null for a pool.")
    balance: int

    @classmethod
    def of(cls, line: AccountLine) -> Self:
        """The account with what its kind means."""
        account, nature = line.account, NATURES[line.account.kind]
        return cls(
            id=account.id,
            kind=account.kind,
            meaning=nature.meaning,
            unit=account.unit,
            owner_id=_owner(nature.owner, account.owner_id),
            grows_by=nature.grows_by,
            floor=account.floor,
            balance=line.balance,
        )


class PostingView(View):
    """An amount that went from the debited account to the credited one."""

    debit: AccountKind
    debit_id: AccountId
    credit: AccountKind
    credit_id: AccountId
    unit: str
    amount: int

    @classmethod
    def of(cls, line: PostingLine) -> Self:
        """The posting as it was made."""
        return cls.model_validate(line)


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
    postings: list[PostingView]

    @classmethod
    def of(cls, line: EntryLine) -> Self:
        """The entry with all its postings."""
        return cls(
            id=line.id,
            key=line.key,
            kind=line.kind,
            booking_id=line.subject_id if _is_about_a_booking(line) else None,
            corrects_id=line.corrects_id,
            recorded_at=line.recorded_at,
            actor_kind=line.actor_kind,
            actor_id=line.actor_id,
            postings=[PostingView.of(posting) for posting in line.postings],
        )


def _is_about_a_booking(line: EntryLine) -> bool:
    """Money moves for bookings, unless it pays credits out; credits do when they are redeemed."""
    if line.kind in {REDEMPTION, REDEMPTION_RETURN}:
        return True
    return all(posting.unit not in {CREDITS, HOURS} for posting in line.postings)


def _owner(owner: Owner, owner_id: UUID | None) -> str | None:
    return None if owner_id is None else ids.encode(_PREFIXES[owner], owner_id)
