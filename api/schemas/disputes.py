"""No-shows and disputes on the wire."""

from typing import Annotated, Literal, Self

from pydantic import Field
from typing_extensions import TypeAliasType

from api.schemas.bookings import PeoplesReason
from api.schemas.common import Instant, RequestBody, Text, View
from domain.bookings import DisputeLine, ReasonCode, Side, State

DisputeOutcome = TypeAliasType("DisputeOutcome", Literal[State.COMPLETED, State.CANCELLED])


class SideStatement(RequestBody):
    """What somebody says for their side."""

    model_config = RequestBody.example({"statement": "I rang at nine and at ten past; nobody opened."})

    statement: Text


class DisputeRequest(RequestBody):
    """What is wrong with what was delivered."""

    model_config = RequestBody.example(
        {"reason_code": "not_as_agreed", "statement": "Two of the five shirts were not ironed."}
    )

    reason_code: PeoplesReason
    statement: Text


class Resolution(RequestBody):
    """An operator's decision: the outcome, and which share of everything goes back to the customer.

    A completed booking gives back less than everything, a cancelled one more than nothing.
    """

    model_config = RequestBody.example(
        {"outcome": "completed", "refund_basis_points": 4000, "decision": "Two of five were not done."}
    )

    outcome: DisputeOutcome
    refund_basis_points: Annotated[int, Field(ge=0, le=10_000, strict=True)]
    decision: Text


class DisputeView(View):
    """What both sides said, and what was decided."""

    opened_by: Side
    opened_at: Instant
    reason_code: ReasonCode
    statement: str
    answer: str | None
    answered_at: Instant | None
    decided_by: Side | None
    decided_at: Instant | None
    decision: str | None
    refund_basis_points: int | None

    @classmethod
    def of(cls, line: DisputeLine) -> Self:
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
            refund_basis_points=line.refund_bp,
        )
