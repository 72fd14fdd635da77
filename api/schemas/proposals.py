"""Proposals to change a booking on the wire, and the booking with all that belongs to it."""

from datetime import datetime
from typing import Annotated, Self

from pydantic import Field

from api.schemas.booking_tasks import BookingTaskView
from api.schemas.bookings import BookingView, ChosenOptionView, booking_fields
from api.schemas.common import Instant, Money, RequestBody, Text, TimeRange, View
from api.schemas.disputes import DisputeView
from domain import bookings
from domain.bookings import AllowedActions, BookingDetails, BookingParty, CallerOrActor
from domain.bookings.changes import ProposalKind, ProposalRow, ProposalState, ProposedChange
from domain.foundation.ids import OptionId, ProposalId


class ChosenOptionRequest(RequestBody):
    """An option and how many times."""

    id: OptionId
    quantity: Annotated[int, Field(ge=1, le=1_000, strict=True)] = 1


class ProposeChangeRequest(RequestBody):
    """What is to be different; what is left out stays as it is. A new start alone moves the whole."""

    model_config = RequestBody.example(
        {"start": "2026-11-25T10:00:00+02:00", "note": "Would a day later suit you?"},
        {"end": "2026-11-24T11:00:00+02:00"},
    )

    start: Instant | None = None
    end: Instant | None = None
    units: Annotated[int | None, Field(ge=1, le=100_000, strict=True)] = None
    seats: Annotated[int | None, Field(ge=1, le=1_000, strict=True)] = None
    options: Annotated[tuple[ChosenOptionRequest, ...] | None, Field(max_length=50)] = None
    note: Text | None = None

    @property
    def change(self) -> ProposedChange:
        """The change as the domain takes it."""
        options = None if self.options is None else [(option.id, option.quantity) for option in self.options]
        return ProposedChange(self.start, self.end, self.units, self.seats, options)


class ProposalView(View):
    """A proposal: the terms it would make, and what the customer would then pay more, or less."""

    id: ProposalId
    kind: ProposalKind
    by_side: BookingParty
    during: TimeRange
    seats: int
    options: list[ChosenOptionView]
    difference: Money = Field(description="Below zero is what the customer gets back.")
    note: str | None
    state: ProposalState
    proposed_at: Instant
    expires_at: Instant
    answered_at: Instant | None

    @classmethod
    def of(cls, line: ProposalRow) -> Self:
        """A proposal as its booking shows it."""
        return cls(
            id=line.id,
            kind=line.kind,
            by_side=line.by_side,
            during=TimeRange(start=line.start, end=line.end),
            seats=line.seats,
            options=[
                ChosenOptionView(id=option.option_id, quantity=option.quantity) for option in line.options
            ],
            difference=Money(amount=line.difference_amount, currency=line.currency),
            note=line.note,
            state=line.state,
            proposed_at=line.proposed_at,
            expires_at=line.expires_at,
            answered_at=line.answered_at,
        )


class BookingDetailsView(BookingView):
    """A booking with its proposals, the oldest first, its dispute if it has one, and the customer's tasks.

    A task's `share` is what doing it saves, and what leaving it undone costs. Until `answer_by` the other
    side may object to what was said of it, or the operators may decide.
    """

    proposals: list[ProposalView]
    dispute: DisputeView | None
    tasks: list[BookingTaskView]

    @classmethod
    def of_details(
        cls, details: BookingDetails, by: CallerOrActor, allowed: AllowedActions, at: datetime
    ) -> Self:
        """The booking for whoever asks, whole, as it is at an instant."""
        party = bookings.party_of(details.booking, by)
        return cls(
            **booking_fields(details.booking, by, allowed, at),
            proposals=[ProposalView.of(line) for line in details.proposals],
            dispute=details.dispute and DisputeView.of(details.dispute),
            tasks=[BookingTaskView.of(line, details.booking, party, at) for line in details.tasks],
        )
