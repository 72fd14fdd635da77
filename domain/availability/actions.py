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
from domain.availability.errors import HoldLost, SeatsTaken, SlotTaken, StartNotBookable
from domain.availability.kinds import HoldKind
from domain.availability.queries import HeldTime, get_held_time
from domain.availability.slots.slot_reads import evaluate_slot
from domain.availability.slots.slot_rules import Slot, SlotUnavailableReason
from domain.foundation.spans import Span
from domain.offers import Claim, Terms

EXPIRED_BATCH: Final = 100  # rows in one sweep's transaction, so that nobody waits long for its locks

_TAKEN_REASONS: Final = frozenset({SlotUnavailableReason.BUSY, SlotUnavailableReason.BUFFER})


@dataclass(frozen=True, slots=True)
class _HoldRequest:
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


def hold_time(
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
    request = _HoldRequest(terms, during, seats, option_ids, booking_id, expires_at)
    _acquire(session, request, at=at, waived=frozenset())


def confirm_hold(session: Session, booking_id: UUID) -> None:
    """Make a booking's promise firm. Raises `HoldLost` when it ran out and was taken away; twice is once."""
    if not holds.confirm(session, booking_id) and not group.confirm(session, booking_id):
        raise HoldLost("The time was held too long without an answer; book it again.")


def release_hold(session: Session, booking_id: UUID, *, at: datetime) -> None:
    """Give back whatever a booking was promised; nothing if that was nothing."""
    if not holds.release(session, booking_id, at=at):
        group.release(session, booking_id, at=at)


def move_hold(
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
    held_row = get_held_time(session, booking_id)
    if held_row is None:
        raise HoldLost("The time was held too long without an answer; book it again.")
    release_hold(session, booking_id, at=at)
    request = _HoldRequest(terms, during, seats, option_ids, booking_id, held_row.expires_at)
    keeps_seats = held_row.service == during and seats <= held_row.seats
    if keeps_seats:
        request = replace(request, capacity=max(terms.seats, held_row.taken))
    _acquire(session, request, at=at, waived=_waived_reasons(held_row, request, keeps_seats=keeps_seats))


def release_expired_holds(session: Session, *, at: datetime) -> int:
    """Give back what expired, a hundred at a time. Returns how many promises that were.

    Nobody waits for it: expired holds are left out of every look, and who needs their time releases them.
    """
    released_holds = holds.release_expired(session, at=at, limit=EXPIRED_BATCH)
    return released_holds + group.release_expired(session, at=at, limit=EXPIRED_BATCH)


def _waived_reasons(
    held_row: HeldTime, request: _HoldRequest, *, keeps_seats: bool
) -> frozenset[SlotUnavailableReason]:
    """The reasons that do not count, because a booking keeps what it was promised."""
    held_time, new = held_row.held, request.with_buffers
    conditions = {
        SlotUnavailableReason.NOTICE: new.start == held_time.start,
        SlotUnavailableReason.HORIZON: new.start == held_time.start,
        SlotUnavailableReason.CLOSED: held_time.start <= new.start and new.end <= held_time.end,
        SlotUnavailableReason.FULL: keeps_seats,
    }
    return frozenset(reason for reason, applies in conditions.items() if applies)


def _acquire(
    session: Session, request: _HoldRequest, *, at: datetime, waived: frozenset[SlotUnavailableReason]
) -> None:
    slot, offer_calendar = evaluate_slot(
        session, request.terms, request.during, at=at, option_ids=request.option_ids, seats=request.seats
    )
    _raise_unavailable(slot, {reason for reason in slot.reasons if reason not in waived})
    if request.terms.claim is Claim.SEATS:
        _claim_seats(session, request, offer_calendar.numbers, at=at)
    else:
        holds.acquire_holds(
            session,
            offer_calendar.numbers,
            request.with_buffers,
            HoldKind.BOOKING,
            booking_id=request.booking_id,
            expires_at=request.expires_at,
            at=at,
        )


def _claim_seats(session: Session, request: _HoldRequest, numbers: Sequence[int], *, at: datetime) -> None:
    group.claim_seats(
        session,
        numbers,
        request.during,
        request.with_buffers,
        offer_id=request.terms.offer_id,
        capacity=request.capacity or request.terms.seats,
        seats=request.seats,
        booking_id=request.booking_id,
        expires_at=request.expires_at,
        at=at,
    )


def _raise_unavailable(slot: Slot, reasons: set[SlotUnavailableReason]) -> None:
    """What was lost to others is told apart from what could not have been had."""
    if not reasons:
        return
    values = [reason.value for reason in slot.reasons if reason in reasons]
    if reasons <= _TAKEN_REASONS:
        raise SlotTaken("Somebody was quicker; ask for the slots again.", field="start", reasons=values)
    if reasons == {SlotUnavailableReason.FULL}:
        raise SeatsTaken("Not enough seats are left then.", field="seats", seats_left=slot.seats_left)
    raise StartNotBookable("Ask for the slots, and why others are not.", field="start", reasons=values)
