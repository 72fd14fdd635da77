"""Attestations on the wire: what one is asked, and what one says."""

from typing import Annotated

from pydantic import Field

from api.schemas.common import Instant, RequestBody, Text, View
from api.schemas.contributions import UnitsMilli
from domain.contributions import AttestationRole, AttestationState, RejectionReason
from domain.contributions.attestations import AttestationAnswer, AttestationVerdict
from domain.foundation.ids import AttestationId, ContributionId

Quality = Annotated[
    int,
    Field(
        ge=1,
        le=1_500,
        strict=True,
        description="Thousandths: 1000 is as good as could be asked for, 1500 outstanding.",
    ),
]


class AttestationAnswerRequest(RequestBody):
    """What you say: it happened and was so good, it did not and why, or ask somebody else.

    Without `units_milli` you confirm all that was claimed. To decline costs you nothing.
    """

    model_config = RequestBody.example(
        {"verdict": "confirm", "quality_milli": 1_000},
        {"verdict": "reject", "reason": "not_done", "statement": "Nobody came."},
    )

    verdict: AttestationVerdict
    quality_milli: Quality = 1_000
    units_milli: UnitsMilli | None = None
    reason: RejectionReason | None = None
    statement: Text | None = None

    def answer(self) -> AttestationAnswer:
        """As the domain has it."""
        return AttestationAnswer(
            self.verdict, self.quality_milli, self.units_milli, self.reason, self.statement
        )


class AttestationView(View):
    """What you were asked, and what became of it. You were assigned, not chosen by the contributor."""

    id: AttestationId
    contribution_id: ContributionId
    role: AttestationRole
    state: AttestationState
    quality_milli: int | None
    units_milli: int | None
    reason: RejectionReason | None
    statement: str | None
    assigned_at: Instant
    due_at: Instant | None = Field(description="When you are reminded next, or somebody else is asked.")
    notices: int
    answered_at: Instant | None
