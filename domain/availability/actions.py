"""The verbs of promises: make one, make it firm, move it, give it back.

Who promises looks first and then leaps: the look explains and spares work, the database decides. A refusal
leaves whatever was half done to the rollback of the transaction.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlmodel import Session

from domain.availability import holds
from domain.availability import seats as group
from domain.availability.errors import HoldLost, NotBookableThen, SeatsTaken, SlotTaken
from domain.availability.kinds import HoldKind
from domain.availability.looking import look
from domain.availability.queries import Standing, standing_of
from domain.availability.rules import Reason, Slot
from domain.foundation.spans import Span
from domain.offers import Claim, Terms

SWEPT_AT_ONCE: Final = 100  # rows in one sweep's transaction, so that nobody waits long for its locks

_IN_THE_WAY: Final = frozenset({Reason.BUSY, Reason.BUFFER})


@dataclass(frozen=True, slots=True)
class _Promise:
    """What is promised: this time of the offer, so many seats of it, with what the options need besides."""

    terms: Terms
    during: Span
    seats: int
    option_ids: Sequence[UUID]
    booking_id: UUID
    expires_at: datetime | None
    capacity: int = 0
    """How many seats the session may have, where that is not what the offer has now."""

    @property
    def with_buffers(self) -> Span:
        """The time that is held for it."""
        before = timedelta(minutes=self.terms.buffer_before_minutes)
        return self.during.widened(before, timedelta(minutes=self.terms.buffer_after_minutes))


def promise(
    session: Session,
    *,
    terms: Terms,
    during: Span,
    seats: int,
    option_ids: Sequence[UUID],
    booking_id: UUID,
    expires_at: datetime | None,
    at: datetime,
) -> None:
    """Promise exactly this time of the offer to a booking: its whole time, or seats of the session then.

    All resources or none. The promise may be taken away after `expires_at` unless it is confirmed. Raises
    `SlotTaken`, `SeatsTaken`, and `NotBookableThen` with every reason.
    """
    wanted = _Promise(terms, during, seats, option_ids, booking_id, expires_at)
    _make(session, wanted, at=at, forgiven=frozenset())


def confirm(session: Session, booking_id: UUID) -> None:
    """Make a booking's promise firm. Raises `HoldLost` when it ran out and was taken away; twice is once."""
    if not holds.confirm(session, booking_id) and not group.confirm(session, booking_id):
        raise HoldLost("The time was held too long without an answer; book it again.")


def release(session: Session, booking_id: UUID, *, at: datetime) -> None:
    """Give back whatever a booking was promised; nothing if that was nothing."""
    if not holds.release(session, booking_id, at=at):
        group.release(session, booking_id, at=at)


def move(
    session: Session,
    *,
    terms: Terms,
    booking_id: UUID,
    during: Span,
    seats: int,
    option_ids: Sequence[UUID],
    at: datetime,
) -> None:
    """Promise a booking another time, or other seats or options, instead of what it has. As firm as before.

    What it keeps of its old time and seats is not asked for again: its own hold is no obstacle, who keeps the
    start needs no notice, who stays within the old time may do so although the provider has closed since, and
    who keeps no more seats of the session may although it has fewer now. Raises what `promise` raises, and
    `HoldLost` when there is nothing to move.
    """
    standing = standing_of(session, booking_id)
    if standing is None:
        raise HoldLost("The time was held too long without an answer; book it again.")
    release(session, booking_id, at=at)
    wanted = _Promise(terms, during, seats, option_ids, booking_id, standing.expires_at)
    keeps_seats = standing.service == during and seats <= standing.seats
    if keeps_seats:
        wanted = replace(wanted, capacity=max(terms.seats, standing.taken))
    _make(session, wanted, at=at, forgiven=_kept(standing, wanted, keeps_seats=keeps_seats))


def release_expired(session: Session, *, at: datetime) -> int:
    """Give back what expired, a hundred at a time. Returns how many promises that were.

    Nobody waits for it: expired holds are left out of every look, and who needs their time releases them.
    """
    held = holds.sweep(session, at=at, limit=SWEPT_AT_ONCE)
    return held + group.sweep(session, at=at, limit=SWEPT_AT_ONCE)


def _kept(standing: Standing, wanted: _Promise, *, keeps_seats: bool) -> frozenset[Reason]:
    """The reasons that do not count, because a booking keeps what it was promised."""
    held, new = standing.held, wanted.with_buffers
    kept = {
        Reason.NOTICE: new.start == held.start,
        Reason.HORIZON: new.start == held.start,
        Reason.CLOSED: held.start <= new.start and new.end <= held.end,
        Reason.FULL: keeps_seats,
    }
    return frozenset(reason for reason, applies in kept.items() if applies)


def _make(session: Session, wanted: _Promise, *, at: datetime, forgiven: frozenset[Reason]) -> None:
    found, diary = look(
        session, wanted.terms, wanted.during, at=at, option_ids=wanted.option_ids, seats=wanted.seats
    )
    _refuse(found, {reason for reason in found.refused if reason not in forgiven})
    if wanted.terms.claim is Claim.SEATS:
        _take_seats(session, wanted, diary.numbers, at=at)
    else:
        holds.take(
            session,
            diary.numbers,
            wanted.with_buffers,
            HoldKind.BOOKING,
            booking_id=wanted.booking_id,
            expires_at=wanted.expires_at,
            at=at,
        )


def _take_seats(session: Session, wanted: _Promise, numbers: Sequence[int], *, at: datetime) -> None:
    group.take(
        session,
        numbers,
        wanted.during,
        wanted.with_buffers,
        offer_id=wanted.terms.offer_id,
        capacity=wanted.capacity or wanted.terms.seats,
        seats=wanted.seats,
        booking_id=wanted.booking_id,
        expires_at=wanted.expires_at,
        at=at,
    )


def _refuse(found: Slot, reasons: set[Reason]) -> None:
    """What was lost to others is told apart from what could not have been had."""
    if not reasons:
        return
    told = [reason.value for reason in found.refused if reason in reasons]
    if reasons <= _IN_THE_WAY:
        raise SlotTaken("Somebody was quicker; ask for the slots again.", field="start", reasons=told)
    if reasons == {Reason.FULL}:
        raise SeatsTaken("Not enough seats are left then.", field="seats", seats_left=found.seats_left)
    raise NotBookableThen("Ask for the slots, and why others are not.", field="start", reasons=told)
