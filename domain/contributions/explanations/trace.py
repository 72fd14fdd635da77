"""A contribution's way through the books, in both directions.

**Back** from its credits to what earned them: every posting about it, each of which can be explained, and the
evidence behind it. **Forward** to what its credits did: somebody's credits are spent oldest first, so each
lot can be followed to the booking that used it, the pot it went into, or the day it expired.
"""

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from domain import ledger
from domain.contributions.errors import ContributionNotFound
from domain.contributions.explanations.posting import (
    CreditCorrection,
    RoleAnswers,
    list_corrections,
    summarize_attestations,
)
from domain.contributions.models import Contribution
from domain.contributions.queries import get_contribution
from domain.contributions.valuation.models import ContributionValuation
from domain.credits import BREAKAGE
from domain.credits.pots import POT_GIFT
from domain.identity import Caller
from domain.ledger import AccountKind, AccountMovement

_POSTED = text("""
    SELECT p.id, e.kind, e.recorded_at, p.amount, d.kind AS debit, c.kind AS credit
    FROM ledger_entries e
    JOIN ledger_postings p ON p.entry_id = e.id AND p.unit = 'CRD'
    JOIN ledger_accounts d ON d.id = p.debit_account_id
    JOIN ledger_accounts c ON c.id = p.credit_account_id
    WHERE e.subject_id = :id ORDER BY p.id
""")


@dataclass(frozen=True, slots=True)
class TracedPosting:
    """A posting about a contribution; its explanation says why."""

    posting_id: UUID
    kind: str
    recorded_at: datetime
    amount: int
    moved_from: AccountKind
    moved_to: AccountKind


@dataclass(frozen=True, slots=True)
class CreditUse:
    """Credits of a lot that went somewhere: for what (`redemption`, `pot_gift` …), about which subject."""

    entry_id: UUID
    kind: str
    subject_id: UUID
    recorded_at: datetime
    credits: int

    @property
    def booking_id(self) -> UUID | None:
        """The booking they paid for, if it was one."""
        return self.subject_id if self.kind == ledger.REDEMPTION else None

    @property
    def pot_id(self) -> UUID | None:
        """The pot they were given into, if it was one."""
        return self.subject_id if self.kind == POT_GIFT else None


@dataclass(frozen=True, slots=True)
class ContributionTrace:
    """A contribution between what it rests on and what its credits did. `left` of them are still there."""

    contribution: Contribution
    evidence_hash: str
    quorum: Sequence[RoleAnswers]
    worth: dict[str, Any] | None
    corrections: Sequence[CreditCorrection]
    postings: Sequence[TracedPosting]
    used: Sequence[CreditUse]
    left: int


def trace_contribution(session: Session, contribution_id: UUID, *, by: Caller) -> ContributionTrace:
    """Both ways of a contribution, for its contributor and the market's moderators.

    Raises `ContributionNotFound` to everybody else.
    """
    contribution = get_contribution(session, contribution_id)
    if by.user_id != contribution.user_id and not by.is_moderator(contribution.market_id):
        raise ContributionNotFound
    account = ledger.get_account(session, AccountKind.CREDITS, ledger.CREDITS, contribution.user_id)
    used, left = trace_credits(ledger.account_history(session, account), contribution.id)
    valuation = session.get(ContributionValuation, contribution.id)
    return ContributionTrace(
        contribution=contribution,
        evidence_hash=contribution.evidence_hash.hex(),
        quorum=list(summarize_attestations(session, contribution.id)),
        worth=None if valuation is None else valuation.worth,
        corrections=list_corrections(session, contribution.id),
        postings=[_traced_posting(row) for row in session.execute(_POSTED, {"id": contribution.id})],
        used=used,
        left=left,
    )


def trace_credits(story: Iterable[AccountMovement], subject_id: UUID) -> tuple[list[CreditUse], int]:
    """What became of the credits that came for a subject, and how many of them are left. Pure.

    `story` is an account's movements, the oldest first. What goes out is taken from the oldest lots; what a
    booking gives back returns to the lots it was taken from, the youngest of those first.
    """
    walk = _CreditUseTracker()
    for movement in story:
        if movement.change < 0:
            walk.use_credits(movement)
        elif movement.kind != ledger.REDEMPTION_RETURN or not walk.return_credits(movement):
            walk.add_lot(movement)
    mine = {id(lot) for lot in walk.lots if lot.subject_id == subject_id}
    used = [
        CreditUse(*use_key, credits=taken) for lot, use_key, taken in walk.uses if id(lot) in mine and taken
    ]
    return used, sum(lot.left for lot in walk.lots if id(lot) in mine)


_UseKey = tuple[UUID, str, UUID, datetime]  # what used credits: entry, kind, subject and when


@dataclass(slots=True)
class _TracedLot:
    entry_id: UUID
    subject_id: UUID
    left: int


class _CreditUseTracker:
    """The lots of an account and what they were used for, after each movement."""

    def __init__(self) -> None:
        self.lots: deque[_TracedLot] = deque()
        self.uses: list[tuple[_TracedLot, _UseKey, int]] = []
        # Two at once may be written in the other order than they locked; what came a moment later covers it.
        self.missing: deque[tuple[_UseKey, int]] = deque()

    def add_lot(self, movement: AccountMovement) -> None:
        lot = _TracedLot(movement.entry_id, movement.subject_id, movement.change)
        self.lots.append(lot)
        while lot.left and self.missing:
            use_key, amount = self.missing.popleft()
            part = min(lot.left, amount)
            lot.left -= part
            self.uses.append((lot, use_key, part))
            if amount > part:
                self.missing.appendleft((use_key, amount - part))

    def use_credits(self, movement: AccountMovement) -> None:
        amount = -movement.change
        use_key = movement.entry_id, movement.kind, movement.subject_id, movement.recorded_at
        for lot in self.lots:
            if movement.kind == BREAKAGE and lot.entry_id != movement.subject_id:
                continue
            part = min(lot.left, amount)
            if part:
                lot.left, amount = lot.left - part, amount - part
                self.uses.append((lot, use_key, part))
        if amount:
            self.missing.append((use_key, amount))

    def return_credits(self, movement: AccountMovement) -> bool:
        """Give back what a booking took, the last lot first; False where it took nothing that is known."""
        coming = movement.change
        for place in range(len(self.uses) - 1, -1, -1):
            lot, use_key, taken = self.uses[place]
            if use_key[1] == ledger.REDEMPTION and use_key[2] == movement.subject_id and taken:
                back = min(taken, coming)
                lot.left, coming = lot.left + back, coming - back
                self.uses[place] = (lot, use_key, taken - back)
        return coming < movement.change


def _traced_posting(row: Any) -> TracedPosting:  # noqa: ANN401 -- a row of _POSTED
    return TracedPosting(
        posting_id=row.id,
        kind=row.kind,
        recorded_at=row.recorded_at,
        amount=int(row.amount),
        moved_from=AccountKind(row.debit),
        moved_to=AccountKind(row.credit),
    )
