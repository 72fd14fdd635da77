"""Reads of bookings. A page is one statement, and a booking with all that belongs to it is one.

`…_locked` take the row's lock: bookings before payments, payments before holds, holds before books.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Self
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import Row, literal_column, select, text
from sqlalchemy.dialects.postgresql import JSON
from sqlmodel import Session, col

from domain.bookings.errors import BookingNotFound, ProposalNotFound
from domain.bookings.kinds import BookingParty, BookingReasonCode, BookingState, ProposalKind, ProposalState
from domain.bookings.models import Booking, BookingDispute, Proposal
from domain.bookings.task_queries import COLUMNS, BookingTaskRow
from domain.foundation.paging import Page, build_page, decode_cursor
from domain.foundation.spans import Span


@dataclass(frozen=True, slots=True)
class ChosenOption:
    """An option of the offer, and how many times it was chosen."""

    option_id: UUID
    quantity: int


@dataclass(frozen=True, slots=True)
class BookingSummaryRow:
    """A booking as it stands in a list."""

    id: UUID
    state: BookingState
    title: str
    offer_id: UUID
    customer_id: UUID
    provider_user_id: UUID
    during: Span
    time_zone: str
    seats: int
    pay_in_amount: int
    pay_out_amount: int
    currency: str
    due_at: datetime | None
    version: int


@dataclass(frozen=True, slots=True)
class ProposalRow:
    """A proposal as its booking shows it."""

    id: UUID
    kind: ProposalKind
    by_side: BookingParty
    start: datetime
    end: datetime
    seats: int
    options: list[ChosenOption]
    difference_amount: int
    currency: str
    note: str | None
    state: ProposalState
    proposed_at: datetime
    expires_at: datetime
    answered_at: datetime | None

    @classmethod
    def of(cls, row: Proposal) -> Self:
        """The line of a proposal that is at hand as a row."""
        kept = {name: getattr(row, name) for name in cls.__slots__ if hasattr(row, name)}
        options = [ChosenOption(UUID(option["option_id"]), option["quantity"]) for option in row.options]
        return cls(**kept | {"start": row.during.start, "end": row.during.end, "options": options})


@dataclass(frozen=True, slots=True)
class DisputeRow:
    """A dispute as its booking shows it."""

    opened_by: BookingParty
    opened_at: datetime
    reason_code: BookingReasonCode
    statement: str
    answer: str | None
    answered_at: datetime | None
    decided_by: BookingParty | None
    decided_at: datetime | None
    decision: str | None
    refund_bp: int | None


@dataclass(frozen=True, slots=True)
class BookingDetails:
    """A booking with all that belongs to it."""

    booking: Booking
    proposals: list[ProposalRow]
    dispute: DisputeRow | None
    tasks: list[BookingTaskRow]


_OWN_BOOKINGS: Final[Mapping[BookingParty, str]] = {
    BookingParty.CUSTOMER: "customer_id = :user_id",
    BookingParty.PROVIDER: "provider_user_id = :user_id",
}
_PAGE: Final = {
    party: text(f"""
        SELECT id, state, title, offer_id, customer_id, provider_user_id,
               lower(during) AS start, upper(during) AS end, time_zone, seats,
               pay_in_amount, pay_out_amount, currency, due_at, version
        FROM bookings
        WHERE {mine} AND id < :before AND (cast(:state AS text) IS NULL OR state = :state)
        ORDER BY id DESC LIMIT :limit
    """)  # noqa: S608 -- one of two conditions of our own
    for party, mine in _OWN_BOOKINGS.items()
}
_LAST_ID = UUID(int=2**128 - 1)

NOT_AGREED: Final = frozenset({BookingState.PENDING_PAYMENT, BookingState.REQUESTED})
NOT_STARTED: Final = frozenset({BookingState.PENDING_PAYMENT, BookingState.REQUESTED, BookingState.CONFIRMED})
# In the order of their ids, as row locks are taken.
_EARLIER_OF_START = text(f"""
    SELECT id FROM bookings
    WHERE offer_id = :offer_id AND lower(during) = :start AND id < :id
      AND state IN ({", ".join(f"'{state}'" for state in sorted(NOT_STARTED))})
    ORDER BY id
""")  # noqa: S608 -- our own states
_NOT_STARTED_OF_USER = text(f"""
    SELECT id FROM bookings
    WHERE :user_id IN (customer_id, provider_user_id)
      AND state IN ({", ".join(f"'{state}'" for state in sorted(NOT_STARTED))})
    ORDER BY id
""")  # noqa: S608 -- our own states
_NOT_AGREED_OF_PROFILE = text(f"""
    SELECT bookings.id FROM bookings
    JOIN provider_profiles ON provider_profiles.id = :profile_id
     AND provider_profiles.user_id = bookings.provider_user_id
    WHERE bookings.profile_id = :profile_id
      AND bookings.state IN ({", ".join(f"'{state}'" for state in sorted(NOT_AGREED))})
    ORDER BY bookings.id
""")  # noqa: S608 -- our own states
_DUE = text("SELECT id FROM bookings WHERE due_at <= :at ORDER BY due_at, id LIMIT :limit")
_PROPOSALS_DUE = text("""
    SELECT booking_id FROM booking_proposals
    WHERE state = 'open' AND expires_at <= :at ORDER BY expires_at, id LIMIT :limit
""")
_PROPOSALS = literal_column(
    """(SELECT coalesce(json_agg(row_to_json(line)), '[]') FROM (
        SELECT id, kind, by_side, lower(during) AS start, upper(during) AS end, seats, options,
               difference_amount, currency, note, state, proposed_at, expires_at, answered_at
        FROM booking_proposals WHERE booking_id = bookings.id ORDER BY id) AS line)""",
    JSON,
)
_DISPUTE = literal_column(
    """(SELECT row_to_json(line) FROM (
        SELECT opened_by, opened_at, reason_code, statement, answer, answered_at,
               decided_by, decided_at, decision, refund_bp
        FROM booking_disputes WHERE booking_id = bookings.id) AS line)""",
    JSON,
)
_TASKS = literal_column(
    f"""(SELECT coalesce(json_agg(row_to_json(line)), '[]') FROM (
        SELECT {COLUMNS} FROM booking_tasks WHERE booking_id = bookings.id ORDER BY position) AS line)""",  # noqa: S608 -- our own columns
    JSON,
)
_DETAILS = select(Booking, _PROPOSALS, _DISPUTE, _TASKS)
_PROPOSALS_ADAPTER = TypeAdapter(list[ProposalRow])
_DISPUTE_ADAPTER = TypeAdapter(DisputeRow | None)
_TASKS_ADAPTER = TypeAdapter(list[BookingTaskRow])


def load_details(session: Session, booking_id: UUID) -> BookingDetails:
    """A booking with its proposals, dispute and tasks, in one statement; raises `BookingNotFound`."""
    row = session.execute(_DETAILS.where(col(Booking.id) == booking_id)).first()
    if row is None:
        raise BookingNotFound
    booking, proposals, dispute, tasks = row
    return BookingDetails(
        booking,
        _PROPOSALS_ADAPTER.validate_python(proposals),
        _DISPUTE_ADAPTER.validate_python(dispute),
        _TASKS_ADAPTER.validate_python(tasks),
    )


def get_booking(session: Session, booking_id: UUID) -> Booking:
    """The booking of this id; raises `BookingNotFound`."""
    booking_row = session.get(Booking, booking_id)
    if booking_row is None:
        raise BookingNotFound
    return booking_row


def lock_booking(session: Session, booking_id: UUID) -> Booking:
    """The booking, as it is now and as nobody else can change it; raises `BookingNotFound`."""
    statement = select(Booking).where(col(Booking.id) == booking_id).with_for_update()
    locked = session.scalars(statement, execution_options={"populate_existing": True}).first()
    if locked is None:
        raise BookingNotFound
    return locked


def lock_due_booking(session: Session, booking_id: UUID, *, at: datetime) -> Booking | None:
    """The booking if the clock is to act on it and nobody else is at it; None otherwise."""
    statement = select(Booking).where(col(Booking.id) == booking_id, col(Booking.due_at) <= at)
    locked = statement.with_for_update(skip_locked=True)
    return session.scalars(locked, execution_options={"populate_existing": True}).first()


def earlier_bookings_of_start(session: Session, later: Booking) -> list[UUID]:
    """Bookings of the same offer and start that were asked for before this one and have not begun."""
    params = {"offer_id": later.offer_id, "start": later.during.start, "id": later.id}
    return list(session.scalars(_EARLIER_OF_START, params))


def not_started_bookings_of_user(session: Session, user_id: UUID) -> list[UUID]:
    """Bookings of a user on either side that have not begun, in the order in which rows are locked."""
    return list(session.scalars(_NOT_STARTED_OF_USER, {"user_id": user_id}))


def not_agreed_bookings_of_profile(session: Session, profile_id: UUID) -> list[UUID]:
    """Bookings of a provider profile that wait for a payment or an answer, in the order of their ids."""
    return list(session.scalars(_NOT_AGREED_OF_PROFILE, {"profile_id": profile_id}))


def lock_proposal(session: Session, booking_id: UUID, proposal_id: UUID) -> Proposal:
    """A proposal of this booking; raises `ProposalNotFound`. Lock its booking first."""
    statement = select(Proposal).where(
        col(Proposal.id) == proposal_id, col(Proposal.booking_id) == booking_id
    )
    proposal = session.scalars(
        statement.with_for_update(), execution_options={"populate_existing": True}
    ).first()
    if proposal is None:
        raise ProposalNotFound
    return proposal


def get_open_proposal(session: Session, booking_id: UUID) -> Proposal | None:
    """The one proposal that waits for an answer, if there is one. Lock its booking first."""
    statement = select(Proposal).where(
        col(Proposal.booking_id) == booking_id, col(Proposal.state) == ProposalState.OPEN
    )
    return session.scalars(statement).first()


def get_dispute(session: Session, booking_id: UUID) -> BookingDispute:
    """The dispute of a booking that has one. Lock the booking first."""
    dispute_row = session.get(BookingDispute, booking_id)
    if dispute_row is None:
        raise AssertionError("a disputed booking has a dispute")
    return dispute_row


def due_bookings(session: Session, *, at: datetime, limit: int) -> list[UUID]:
    """Bookings on which the clock should act, the longest overdue first."""
    return list(session.scalars(_DUE, {"at": at, "limit": limit}))


def bookings_with_due_proposal(session: Session, *, at: datetime, limit: int) -> list[UUID]:
    """Bookings with a proposal whose time to answer is over."""
    return list(session.scalars(_PROPOSALS_DUE, {"at": at, "limit": limit}))


def list_user_bookings(
    session: Session,
    user_id: UUID,
    *,
    party: BookingParty,
    state: BookingState | None,
    after: str | None,
    limit: int,
) -> Page[BookingSummaryRow]:
    """Somebody's bookings on one side, the newest first."""
    before = _LAST_ID if after is None else decode_cursor(after, [UUID])[0]
    params = {"user_id": user_id, "before": before, "state": state, "limit": limit + 1}
    rows = [_summary(row) for row in session.execute(_PAGE[party], params)]
    return build_page(rows, limit, lambda row: [row.id])


def _summary(row: Row[Any]) -> BookingSummaryRow:
    return BookingSummaryRow(
        id=row.id,
        state=BookingState(row.state),
        title=row.title,
        offer_id=row.offer_id,
        customer_id=row.customer_id,
        provider_user_id=row.provider_user_id,
        during=Span(row.start, row.end),
        time_zone=row.time_zone,
        seats=row.seats,
        pay_in_amount=row.pay_in_amount,
        pay_out_amount=row.pay_out_amount,
        currency=row.currency,
        due_at=row.due_at,
        version=row.version,
    )
