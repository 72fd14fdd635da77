"""Patronage on the wire: the formula with its numbers, and everybody's share."""

from typing import Annotated, Self

from pydantic import Field

from api.schemas.common import Amount, Currency, Instant, RequestBody, View
from api.schemas.credits import Credits
from domain.credits import CalculatedShare, PatronagePlan, PatronageRound, PatronageShareRow
from domain.foundation.ids import MarketId, PatronageRoundId, PolicyVersionId, UserId

FORMULA = (
    "weight = fees × fee_weight + commissions × commission_weight; share = surplus × weight ÷ all weights, "
    "by the largest remainder; credits = share × 1000 ÷ value_amount, rounded up to the thousandth"
)
_SURPLUS = Field(ge=1, le=10**15, description="Minor units of the market's currency.")
Surplus = Annotated[int, Field(strict=True), _SURPLUS]
SurplusQuery = Annotated[int, _SURPLUS]  # a query is text, so strictness would refuse all of it


class PatronageRequest(RequestBody):
    """A period that is over, and what of its earnings shall go back."""

    model_config = RequestBody.example(
        {
            "starts_at": "2026-01-01T00:00:00Z",
            "ends_at": "2026-04-01T00:00:00Z",
            "surplus_amount": 250000,
        }
    )

    starts_at: Instant
    ends_at: Instant
    surplus_amount: Surplus


class PatronageFormulaView(View):
    """The published formula, and the policy's numbers in it."""

    formula: str = FORMULA
    fee_weight: int
    commission_weight: int
    value_amount: Amount = Field(description="What one whole credit pays for.")


class CalculatedShareView(View):
    """Somebody's share as it would be: what they brought in, how much it weighs, what follows."""

    user_id: UserId
    fee_amount: Amount
    commission_amount: Amount
    weight: int
    share_amount: Amount
    credits: Credits

    @classmethod
    def of(cls, share: CalculatedShare) -> Self:
        """Every number of the share."""
        part = share.part
        return cls(
            user_id=part.user_id,
            fee_amount=part.fee_amount,
            commission_amount=part.commission_amount,
            weight=share.weight,
            share_amount=share.share_amount,
            credits=share.credits,
        )


class PatronagePreviewView(View):
    """What posting would do; nothing is written."""

    currency: Currency
    surplus_amount: Amount
    earned_amount: Amount = Field(description="What the period's closed books left with the market.")
    policy_version_id: PolicyVersionId
    formula: PatronageFormulaView
    all_weights: int
    shares: list[CalculatedShareView]

    @classmethod
    def of(cls, plan: PatronagePlan) -> Self:
        """The plan with every number in it."""
        return cls(
            currency=plan.currency,
            surplus_amount=plan.surplus_amount,
            earned_amount=plan.earned_amount,
            policy_version_id=plan.version.id,
            formula=PatronageFormulaView.model_validate(plan.formula),
            all_weights=sum(share.weight for share in plan.shares),
            shares=[CalculatedShareView.of(share) for share in plan.shares],
        )


class PatronageRoundView(View):
    """A surplus that was split."""

    id: PatronageRoundId
    market_id: MarketId
    starts_at: Instant
    ends_at: Instant
    currency: Currency
    surplus_amount: Amount
    earned_amount: Amount
    policy_version_id: PolicyVersionId
    formula: PatronageFormulaView
    posted_at: Instant

    @classmethod
    def of(cls, made: PatronageRound) -> Self:
        """The round with the numbers of its formula."""
        row = {name: getattr(made, name) for name in cls.model_fields if name != "formula"}
        return cls(**row, formula=PatronageFormulaView.model_validate(made))


class PatronageShareView(View):
    """A share with the numbers it was counted from. `credited` once it stands in the wallet."""

    round_id: PatronageRoundId
    user_id: UserId
    fee_amount: Amount
    commission_amount: Amount
    weight: int
    share_amount: Amount
    credits: Credits
    credited: bool

    @classmethod
    def of(cls, seen: PatronageShareRow) -> Self:
        """The share beside its round's weights."""
        share, made = seen.share, seen.round
        return cls(
            round_id=share.round_id,
            user_id=share.user_id,
            fee_amount=share.fee_amount,
            commission_amount=share.commission_amount,
            weight=share.fee_amount * made.fee_weight + share.commission_amount * made.commission_weight,
            share_amount=share.share_amount,
            credits=share.credits,
            credited=share.entry_id is not None or not share.credits,
        )
