"""Lots: which of somebody's credits are how old, counted from what happened on their account. Pure.

What comes in is a **lot**; what goes out is taken from the oldest lots first. What a booking gives back goes
to the lots it was taken from, the youngest first, so nobody's credits grow young by being spent and given
back, and none grow old either. A lot's **round** counts how often it gained or lost credits by other ways
than being spent: each round has notices of its own, so nobody is surprised by credits that came back.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from domain import ledger
from domain.credits.wallet import RELEASE
from domain.ledger import AccountMovement

BREAKAGE = "breakage"


@dataclass(frozen=True, slots=True)
class GrantTerms:
    """What a grant was bound to: how long it lasts, and whether it was held first."""

    entry_id: UUID
    subject_id: UUID
    held: bool
    expiry_days: int | None


@dataclass(slots=True)
class CreditLot:
    """Credits that came together. `left` is what is not spent of them, in thousandths."""

    entry_id: UUID
    arrived_at: datetime
    expires_at: datetime | None
    left: int
    round: int = 0


@dataclass
class _LotState:
    """What is known so far: the lots in their order, and from which each booking took how much."""

    lots: dict[UUID, CreditLot] = field(default_factory=dict)
    taken: dict[UUID, list[tuple[CreditLot, int]]] = field(default_factory=dict)
    missing: int = 0


def build_lots(story: Iterable[AccountMovement], terms: Iterable[GrantTerms]) -> list[CreditLot]:
    """The lots of an account after everything in `story`, the oldest first, empty ones among them."""
    granted = list(terms)
    by_entry = {grant.entry_id: grant.expiry_days for grant in granted if not grant.held}
    by_subject = {grant.subject_id: grant.expiry_days for grant in granted if grant.held}
    walk = _LotState()
    for movement in story:
        if movement.change < 0:
            _use_credits(walk, movement)
        elif movement.kind == ledger.REDEMPTION_RETURN:
            _return_credits(walk, movement)
        else:
            _add_lot(walk, movement, _expiry_days(movement, by_entry, by_subject))
    return list(walk.lots.values())


def _expiry_days(
    movement: AccountMovement, by_entry: Mapping[UUID, int | None], by_subject: Mapping[UUID, int | None]
) -> int | None:
    """For how many days it lasts from the day it can be spent; None permanently."""
    if movement.kind == RELEASE:
        return by_subject.get(movement.subject_id)
    return by_entry.get(movement.entry_id)


def _add_lot(walk: _LotState, movement: AccountMovement, days: int | None) -> None:
    expires_at = None if days is None else movement.recorded_at + timedelta(days=days)
    covered = min(walk.missing, movement.change)
    walk.missing -= covered
    left = movement.change - covered
    walk.lots[movement.entry_id] = CreditLot(movement.entry_id, movement.recorded_at, expires_at, left)


def _use_credits(walk: _LotState, movement: AccountMovement) -> None:
    amount = -movement.change
    if movement.kind == BREAKAGE:
        lot = walk.lots[movement.subject_id]
        lot.left, lot.round = lot.left - amount, lot.round + 1
        return
    for lot in walk.lots.values():
        part = min(lot.left, amount)
        if part:
            lot.left, amount = lot.left - part, amount - part
            walk.taken.setdefault(movement.subject_id, []).append((lot, part))
    # Two at once may be written in the other order than they locked; what came a moment later covers it.
    walk.missing += amount


def _return_credits(walk: _LotState, movement: AccountMovement) -> None:
    coming = movement.change
    taken = walk.taken.get(movement.subject_id, [])
    while coming and taken:
        lot, part = taken.pop()
        back = min(part, coming)
        lot.left, lot.round, coming = lot.left + back, lot.round + 1, coming - back
        if part > back:
            taken.append((lot, part - back))
    if coming:
        walk.lots[movement.entry_id] = CreditLot(movement.entry_id, movement.recorded_at, None, coming)
