"""The published formula of patronage: everybody's share of a surplus, to the minor unit. Pure.

A user's weight is what their bookings left with the platform in the period, service fees and commissions
each times the weight the policy gives them. The surplus is split in proportion by the largest remainder, so
the shares sum to it exactly and nobody is further than one minor unit from their exact share; of two alike
the one whose id is smaller comes first. A share is credited in credits, rounded up to the thousandth, so
what is credited pays for at least the share.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from domain.foundation.money import apportion

CREDIT_MILLI = 1_000  # thousandths


@dataclass(frozen=True, slots=True)
class PatronagePart:
    """What a user brought in, in minor units."""

    user_id: UUID
    fee_amount: int
    commission_amount: int


@dataclass(frozen=True, slots=True)
class PatronageFormula:
    """The policy's weights, and how many minor units a credit pays for."""

    fee_weight: int
    commission_weight: int
    value_amount: int


@dataclass(frozen=True, slots=True)
class CalculatedShare:
    """A user's part, how much it weighs, and what follows: minor units and thousandths of credits."""

    part: PatronagePart
    weight: int
    share_amount: int
    credits: int


def patronage_weight(part: PatronagePart, formula: PatronageFormula) -> int:
    """How much a user's part counts."""
    return part.fee_amount * formula.fee_weight + part.commission_amount * formula.commission_weight


def credits_for(amount: int, value_amount: int) -> int:
    """Thousandths of credits that pay for at least `amount` minor units."""
    return -(-amount * CREDIT_MILLI // value_amount)


def split_surplus(
    surplus_amount: int, parts: Sequence[PatronagePart], formula: PatronageFormula
) -> list[CalculatedShare]:
    """Everybody's share, in the order of ids. Without anybody who weighs something there is none."""
    ordered = sorted(parts, key=lambda part: part.user_id)
    weights = [patronage_weight(part, formula) for part in ordered]
    if not sum(weights):
        return []
    amounts = apportion(surplus_amount, weights)
    return [
        CalculatedShare(part, weight, amount, credits_for(amount, formula.value_amount))
        for part, weight, amount in zip(ordered, weights, amounts, strict=True)
        if weight
    ]
