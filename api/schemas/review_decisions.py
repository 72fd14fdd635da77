"""Decisions about reviews and appeals on the wire: statements of reasons, never a number."""

from typing import Self

from pydantic import Field

from api.schemas.common import Instant, RequestBody, Text, View
from domain.foundation.ids import ReviewDecisionId, ReviewId
from domain.ratings import AppealOutcome, DecisionKind, DecisionReason, ReviewDecision


class DecisionRequest(RequestBody):
    """What you decide about a review, and why, as its author will read it."""

    model_config = RequestBody.example(
        {"kind": "remove", "reason_code": "personal_data", "statement": "It names where the provider lives."}
    )

    kind: DecisionKind
    reason_code: DecisionReason
    statement: Text


class DecisionAppeal(RequestBody):
    """Why a decision about your review should be looked at again."""

    model_config = RequestBody.example(
        {"statement": "I named the street of the workshop, which is on their sign."}
    )

    statement: Text


class DecisionAppealAnswer(RequestBody):
    """What became of an appeal, and why."""

    model_config = RequestBody.example(
        {"outcome": "overturned", "statement": "The street is on their public sign."}
    )

    outcome: AppealOutcome
    statement: Text


class ReviewDecisionView(View):
    """A statement of reasons, and what became of an appeal against it."""

    id: ReviewDecisionId
    review_id: ReviewId
    kind: DecisionKind
    reason_code: DecisionReason
    statement: str
    decided_at: Instant
    is_automatic: bool = Field(description="Whether a detector asked for a look, and no person decided.")
    appealed_at: Instant | None
    appeal_statement: str | None
    appeal_outcome: AppealOutcome | None
    appeal_answer: str | None
    appeal_decided_at: Instant | None

    @classmethod
    def of(cls, made: ReviewDecision) -> Self:
        """A decision, without who made it."""
        row = {name: getattr(made, name) for name in cls.model_fields if hasattr(made, name)}
        return cls(**row, is_automatic=made.decided_by is None)
