"""Calls and commitments on the wire."""

from typing import Annotated

from pydantic import Field

from api.schemas.common import Instant, Line, RequestBody, Text, View
from domain.contributions import CallState, CommitmentState, ContributionKind
from domain.contributions.claims import CallDraft
from domain.foundation.ids import CallId, CommitmentId, MarketId, UserId

CommitmentLimit = Annotated[
    int, Field(ge=1, le=1_000, strict=True, description="How many people may promise.")
]


class CallRequest(RequestBody):
    """What you ask for. Without `wanted` any number may promise; without `closes_at` at any time.

    Moderators ask for the market, everybody else for themselves and then says whether it helped.
    """

    model_config = RequestBody.example(
        {
            "market_id": "mkt_01jczk3v9hf8gb2h6v1q4nsx7e",
            "kind": "translation",
            "title": "Our rules in Swedish",
            "text": "Two pages, plain words. Whoever knows both languages is welcome.",
            "wanted": 2,
        }
    )

    market_id: MarketId
    kind: ContributionKind
    title: Line
    text: Text
    wanted: CommitmentLimit | None = None
    closes_at: Instant | None = None

    def draft(self) -> CallDraft:
        """As the domain has it."""
        return CallDraft(self.market_id, self.kind, self.title, self.text, self.wanted, self.closes_at)


class CallView(View):
    """A call. That you saw it and let it be is known to nobody."""

    id: CallId
    market_id: MarketId
    kind: ContributionKind
    asked_by: UserId
    is_of_the_market: bool
    title: str
    text: str
    wanted: int | None
    promised: int = Field(description="How many promises stand or were kept.")
    state: CallState
    opened_at: Instant
    closes_at: Instant | None
    closed_at: Instant | None


class CommitmentRequest(RequestBody):
    """A promise to answer a call, which you may take back at any time."""

    model_config = RequestBody.example({"note": "I will do the second page on Sunday."}, {})

    note: Text | None = None


class CommitmentView(View):
    """A promise of yours. How it ends is nobody else's affair, and follows you nowhere."""

    id: CommitmentId
    call_id: CallId
    note: str | None
    state: CommitmentState
    promised_at: Instant
    ended_at: Instant | None
