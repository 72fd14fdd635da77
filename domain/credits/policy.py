"""The market's rules on patronage and payouts: two sections of its contribution policy."""

from typing import Annotated, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StrictBool,
    ValidationError,
    model_validator,
)

from domain.foundation.logging import get_logger
from domain.markets import PolicyVersion


class _CreditsModel(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class PatronageRules(_CreditsModel):
    """How a surplus is split: everybody's service fees and commissions, each times its weight.

    Alike by default: a unit of money that a customer's fee brought is worth what a provider's commission is.
    """

    fee_weight: Annotated[int, Field(ge=0, le=100, strict=True)] = 1
    commission_weight: Annotated[int, Field(ge=0, le=100, strict=True)] = 1

    @model_validator(mode="after")
    def _check_weights(self) -> Self:
        if not self.fee_weight + self.commission_weight:
            raise ValueError("a surplus is split by something")
        return self


class PayoutRules(_CreditsModel):
    """Whether credits are paid out as money. Off: what is given beyond the paid work is no wage."""

    offered: StrictBool = False


class CreditPolicy(BaseModel):
    """The sections of the contribution policy that this package reads."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    patronage: PatronageRules = PatronageRules()
    payout: PayoutRules = PayoutRules()


def credit_policy_of_version(version: PolicyVersion) -> CreditPolicy | None:
    """The rules of a policy version; None where it has no contributions, or cannot be read."""
    document = version.rules.contributions
    if not document:
        return None
    try:
        return CreditPolicy.model_validate(document)
    except ValidationError as error:
        fields = {"policy_version_id": str(version.id), "errors": error.error_count()}
        get_logger("credits").error("policy_unreadable", **fields)
        return None
