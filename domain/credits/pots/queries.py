"""Reads of pots: which there are, what they hold, who gave."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session, col, select

from domain import ledger
from domain.credits.errors import PotNotFound
from domain.credits.pots.models import ContributionPot, PotGift
from domain.foundation.paging import Page, build_page, decode_cursor
from domain.identity import Caller
from domain.ledger import CREDITS, AccountKind

_GIVERS = text("SELECT DISTINCT giver_id FROM pot_gifts WHERE pot_id = :pot_id")


@dataclass(frozen=True, slots=True)
class VisiblePot:
    """A pot as somebody sees it: what it holds only where they may know that."""

    pot: ContributionPot
    credits: int | None


def get_pot(session: Session, pot_id: UUID) -> ContributionPot:
    """The pot of this id. Raises `PotUnknown`."""
    return _require_pot(session.get(ContributionPot, pot_id))


def lock_pot(session: Session, pot_id: UUID) -> ContributionPot:
    """As `pot`, and nobody else changes it, feeds it or promises from it until this transaction ends."""
    locked = select(ContributionPot).where(ContributionPot.id == pot_id).with_for_update()
    return _require_pot(session.exec(locked.execution_options(populate_existing=True)).first())


def require_pot_access(pot: ContributionPot, by: Caller) -> None:
    """Let in its person and the market's operators; for others there is no such pot."""
    if not _has_access(pot, by):
        raise PotNotFound


def visible_pot(session: Session, pot: ContributionPot, by: Caller) -> VisiblePot:
    """A pot for this caller. What a person's pot holds is their affair; a purpose's is everybody's."""
    if pot.beneficiary_id is not None and not _has_access(pot, by):
        return VisiblePot(pot, None)
    account = ledger.get_account(session, AccountKind.COMMUNITY_POT, CREDITS, pot.id)
    return VisiblePot(pot, ledger.get_balance(session, account))


def list_pots(
    session: Session, market_id: UUID, *, by: Caller, after: str | None, limit: int
) -> Page[VisiblePot]:
    """The pots of a market, the oldest first."""
    query = select(ContributionPot).where(ContributionPot.market_id == market_id)
    if after is not None:
        query = query.where(col(ContributionPot.id) > decode_cursor(after, [UUID])[0])
    rows = session.exec(query.order_by(col(ContributionPot.id)).limit(limit + 1)).all()
    page = build_page(rows, limit, lambda row: [row.id])
    return Page([visible_pot(session, row, by) for row in page.items], page.next_cursor)


def list_user_gifts(session: Session, user_id: UUID, *, after: str | None, limit: int) -> Page[PotGift]:
    """What a user gave into pots, the newest first."""
    query = select(PotGift).where(PotGift.giver_id == user_id).order_by(col(PotGift.id).desc())
    if after is not None:
        query = query.where(col(PotGift.id) < decode_cursor(after, [UUID])[0])
    return build_page(session.exec(query.limit(limit + 1)).all(), limit, lambda row: [row.id])


def list_givers(session: Session, pot_id: UUID) -> Sequence[UUID]:
    """Who has given into a pot."""
    return session.execute(_GIVERS, {"pot_id": pot_id}).scalars().all()


def _has_access(pot: ContributionPot, by: Caller) -> bool:
    return pot.beneficiary_id == by.user_id or by.is_operator(pot.market_id)


def _require_pot(pot: ContributionPot | None) -> ContributionPot:
    if pot is None:
        raise PotNotFound
    return pot
