"""Random periods of random markets, on which a way of valuing can be tried."""

from random import Random
from typing import TypedDict
from uuid import UUID

from domain.contributions import valuation

Claim, Past, Rate = (
    valuation.period_valuation.VerifiedClaim,
    valuation.period_valuation.PriorValue,
    valuation.formula.ValuationRate,
)
MOST = 14


class Case(TypedDict):
    """What a period is valued from."""

    claims: list[valuation.period_valuation.VerifiedClaim]
    past: dict[tuple[UUID, str], valuation.period_valuation.PriorValue]
    fees: dict[UUID, int]
    pool: int


def rates(dice: Random) -> dict[str, int]:
    """What a policy publishes for one kind: base, κ and cap; some kinds are never worth anything."""
    return {
        "base": dice.choice((0, 1, 250, 5_000, 40_000)),
        "kappa_milli": dice.choice((1, 500, 3_000, 20_000)),
        "cap": dice.choice((0, 10_000, 300_000, 10**9)),
    }


def period(dice: Random, *, most: int = MOST) -> Case:
    """Claims of a few clusters, with their pasts, what bookings bear, and a pool that often binds."""
    kinds = {name: rates(dice) for name in ("answer", "guide", "review")}
    past = {
        (UUID(int=cluster), kind): Past(dice.randint(0, 30_000), dice.randint(0, 20_000) * 10**6)
        for cluster in range(1, 5)
        for kind in kinds
        if dice.random() < 0.3
    }
    return Case(
        claims=[_claim(dice, number, kinds) for number in range(1, dice.randint(1, most) + 1)],
        past=past,
        fees={UUID(int=booking): dice.choice((0, 5, 12_345, 10**9)) for booking in (1, 2, 3)},
        pool=dice.choice((0, 7, 100_003, 10**10)),
    )


def _claim(
    dice: Random, number: int, kinds: dict[str, dict[str, int]]
) -> valuation.period_valuation.VerifiedClaim:
    kind = dice.choice(tuple(kinds))
    is_about_a_booking = kind == "review" or dice.random() < 0.2
    rate = Rate(
        factor_milli=dice.choice((500, 1_000, 1_500)),
        quality_milli=dice.choice((0, 900, 1_000, 1_500)),
        **kinds[kind],
    )
    return Claim(
        id=UUID(int=number),
        cluster_id=UUID(int=dice.randint(1, 4)),
        kind=kind,
        version=dice.choice((1, 1, 2)),
        rate=rate,
        units_milli=dice.choice((1, 333, 1_000, 2_500, 40_000)),
        booking_id=UUID(int=dice.randint(1, 3)) if is_about_a_booking else None,
        from_fee=kind == "review",
    )
