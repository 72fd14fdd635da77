"""Reads of patronage: rounds, and shares with the numbers they were counted from."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session, col, select

from domain.credits.errors import PatronageRoundNotFound
from domain.credits.patronage.models import PatronageRound, PatronageShare
from domain.foundation.paging import Page, build_page, decode_cursor
from domain.identity import Caller

_UNCREDITED = text("""
    SELECT round_id, user_id FROM patronage_shares WHERE entry_id IS NULL AND credits > 0
    ORDER BY round_id, user_id LIMIT :limit
""")


@dataclass(frozen=True, slots=True)
class PatronageShareRow:
    """A share beside its round: all that it takes to count it again."""

    round: PatronageRound
    share: PatronageShare


def list_rounds(session: Session, market_id: UUID, *, after: str | None, limit: int) -> Page[PatronageRound]:
    """The rounds of a market, the latest period first."""
    query = select(PatronageRound).where(PatronageRound.market_id == market_id)
    if after is not None:
        query = query.where(col(PatronageRound.starts_at) < decode_cursor(after, [datetime])[0])
    rows = session.exec(query.order_by(col(PatronageRound.starts_at).desc()).limit(limit + 1)).all()
    return build_page(rows, limit, lambda row: [row.starts_at])


def list_shares(
    session: Session, round_id: UUID, *, by: Caller, after: str | None, limit: int
) -> Page[PatronageShareRow]:
    """Everybody's share of a round, for who operates its market; others see their own alone.

    Raises `PatronageUnknown` where there is nothing they may see.
    """
    round_ = session.get(PatronageRound, round_id)
    if round_ is None:
        raise PatronageRoundNotFound
    query = select(PatronageShare).where(PatronageShare.round_id == round_id)
    if not by.is_operator(round_.market_id):
        query = query.where(PatronageShare.user_id == by.user_id)
    if after is not None:
        query = query.where(col(PatronageShare.user_id) > decode_cursor(after, [UUID])[0])
    rows = session.exec(query.order_by(col(PatronageShare.user_id)).limit(limit + 1)).all()
    if not rows and not by.is_operator(round_.market_id):
        raise PatronageRoundNotFound
    page = build_page(rows, limit, lambda row: [row.user_id])
    return Page([PatronageShareRow(round_, row) for row in page.items], page.next_cursor)


def list_uncredited_shares(session: Session, *, limit: int) -> Sequence[tuple[UUID, UUID]]:
    """Shares that are not credited yet: their rounds and users."""
    return [(row.round_id, row.user_id) for row in session.execute(_UNCREDITED, {"limit": limit})]


def lock_uncredited_share(session: Session, round_id: UUID, user_id: UUID) -> PatronageShare | None:
    """A share that waits to be credited, unless somebody else is at it."""
    waiting = select(PatronageShare).where(
        PatronageShare.round_id == round_id,
        PatronageShare.user_id == user_id,
        col(PatronageShare.entry_id).is_(None),
        PatronageShare.credits > 0,
    )
    return session.exec(waiting.with_for_update(skip_locked=True)).first()
