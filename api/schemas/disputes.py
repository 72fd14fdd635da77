"""No-shows and disputes on the wire."""

from typing import Annotated, Literal, Self

from pydantic import Field
from typing_extensions import TypeAliasType

from api.schemas.bookings import UserReasonCode
from api.schemas.common import Instant, RequestBody, Text, View
from domain.bookings import BookingParty, BookingReasonCode, BookingState
from domain.bookings.booking_disputes import DisputeRow

DisputeOutcome = TypeAliasType("DisputeOutcome", Literal[BookingState.COMPLETED, BookingState.CANCELLED])


class StatementRequest(RequestBody):
    """What somebody says for their side."""

    model_config = RequestBody.example({"statement": "I rang at nine and at ten past; nobody opened."})

    statement: Text


class OpenDisputeRequest(RequestBody):
    """What is wrong with what was delivered."""

    model_config = RequestBody.example(
        {"reason_code": "not_as_agreed", "statement": "Two of the five shirts were not ironed."}
    )

    reason_code: UserReasonCode
    statement: Text


class ResolveDisputeRequest(RequestBody):
    """An operator's decision: the outcome, and which share of everything goes back to the customer.

    A completed booking gives back less than everything, a cancelled one more than nothing.
    """

    model_config = RequestBody.example(
        {"outcome": "completed", "refund_bp": 4000, "decision": "Two of five were not done."}
    )

    outcome: DisputeOutcome
    refund_bp: Annotated[int, Field(ge=0, le=10_000, strict=True)]
    decision: Text


class DisputeView(View):
    """What both sides said, and what was decided."""

    opened_by: BookingParty
    opened_at: Instant
    reason_code: BookingReasonCode
    statement: str
    answer: str | None
    answered_at: Instant | None
    decided_by: BookingParty | None
    decided_at: Instant | None
    decision: str | None
    refund_bp: int | None

    @classmethod
    def of(cls, line: DisputeRow) -> Self:
        """A dispute as its booking shows it."""
        return cls(
            opened_by=line.opened_by,
            opened_at=line.opened_at,
            reason_code=line.reason_code,
            statement=line.statement,
            answer=line.answer,
            answered_at=line.answered_at,
            decided_by=line.decided_by,
            decided_at=line.decided_at,
            decision=line.decision,
            refund_bp=line.refund_bp,
        )
