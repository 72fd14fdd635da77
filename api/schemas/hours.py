"""Hours on the wire: where somebody stands, what passed, and what waits for an answer."""

from datetime import timedelta
from typing import Annotated, Self
from uuid import UUID

from pydantic import AfterValidator, Field

from api.schemas.common import Instant, Line, RequestBody, View
from api.schemas.durations import Duration
from domain.foundation.ids import HourTransferId, MarketId, PostingId, UserId
from domain.hours import HoursBalance, HourSide, HourTransfer, HourTransferState
from domain.ledger import StatementRow

MAX_DURATION = timedelta(hours=12)
Minutes = Annotated[int, Field(description="Minutes; below zero when you received more than you gave.")]


def _check_duration(value: timedelta) -> timedelta:
    if not timedelta(0) < value <= MAX_DURATION:
        raise ValueError("hours pass in parts of one minute to twelve hours")
    return value


HoursDuration = Annotated[Duration, AfterValidator(_check_duration)]


class HoursView(View):
    """Where you stand in hours: what you gave less what you received, and how far it may lean."""

    balance_minutes: Minutes
    given_minutes: int
    received_minutes: int
    lowest_minutes: int = Field(description="So far below zero you may go; a market may be narrower.")
    highest_minutes: int = Field(description="So far above zero you may go; a market may be narrower.")

    @classmethod
    def of(cls, balance: HoursBalance) -> Self:
        """For whoever asks about themselves."""
        return cls(
            balance_minutes=balance.minutes,
            given_minutes=balance.given,
            received_minutes=balance.received,
            lowest_minutes=balance.lowest,
            highest_minutes=balance.highest,
        )


class HourClaimRequest(RequestBody):
    """What you gave to somebody, or received from them. They confirm it, or it does not count."""

    model_config = RequestBody.example(
        {
            "market_id": "mkt_01jczk3v9hf8gb2h6v1q4nsx7e",
            "other_id": "usr_01jczk3v9hf8gb2h6v1q4nsx7e",
            "i_was": "giver",
            "duration": "PT1H30M",
            "what": "Helped with the tax form.",
        }
    )

    market_id: MarketId
    other_id: UserId
    i_was: HourSide
    duration: HoursDuration
    what: Line

    @property
    def minutes(self) -> int:
        """The length in minutes."""
        return self.duration // timedelta(minutes=1)


class HourTransferView(View):
    """Hours on their way. They pass when the other side confirms; silence until `answer_by` ends it."""

    id: HourTransferId
    market_id: MarketId
    giver_id: UserId
    receiver_id: UserId
    claimed_by: HourSide
    minutes: int
    what: str
    state: HourTransferState
    claimed_at: Instant
    answer_by: Instant
    ended_at: Instant | None

    @classmethod
    def of(cls, transfer: HourTransfer) -> Self:
        """The transfer for either side of it."""
        return cls.model_validate(transfer)


class HourPostingView(View):
    """A posting of your hours: above zero where you gave, below where you received."""

    id: PostingId
    transfer_id: HourTransferId | None = Field(
        description="The transfer it comes from; null for mentoring that was claimed as a contribution."
    )
    kind: str
    other_id: UserId | None
    minutes: Minutes
    recorded_at: Instant

    @classmethod
    def of(cls, line: StatementRow, user_id: UUID) -> Self:
        """The posting as this user's statement has it: giving credits an account, receiving debits it."""
        gave = line.credit_owner == user_id
        return cls(
            id=line.id,
            transfer_id=line.subject_id if line.kind == "hours_passed" else None,
            kind=line.kind,
            other_id=line.debit_owner if gave else line.credit_owner,
            minutes=line.amount if gave else -line.amount,
            recorded_at=line.recorded_at,
        )
