"""Part 4b: who books with themselves loses, whatever the platform takes and whatever a booking may give.

A ring of one owns both sides of every booking. It pays the platform's fees, claims whatever a booking bears,
takes the whole of what its own fees put into the pool, pays half of the next fees with credits and in the end
sells what is left at its full worth: better than anybody can really do. The profit is what is left, less the
money that went to the platform. Policies allow θ up to a half; what lies beyond shows where it would turn.
"""

import time
from pathlib import Path
from typing import Any
from uuid import UUID

from rich.table import Table

from bench.ratings import saying
from domain.contributions import valuation

TAKE_RATES_BP = (500, 1_000, 1_500, 2_000, 2_500, 3_000)
THETAS_BP = (0, 1_000, 2_000, 3_000, 4_000, 5_000)
BEYOND_BP = (7_500, 9_000, 10_000)  # no policy takes these
DISCOUNTS_BP = (0, 2_500, 5_000)
ROUNDS, ROUNDS_QUICK = 26, 6
BOOKINGS = 4  # in each round
PRICE_AMOUNT, VALUE_AMOUNT, POOL_BP = 10_000, 100, 1_000
GREEDY = valuation.formula.ValuationRate(
    base=10**9, factor_milli=1_000, quality_milli=1_500, kappa_milli=10**6, cap=10**9
)
Row = dict[str, Any]


def run(*, folder: Path | None = None, quick: bool = False) -> list[Row]:  # noqa: ARG001 -- there is nothing to draw
    """Deal, count, print."""
    began, console = time.perf_counter(), saying.console()
    rounds = ROUNDS_QUICK if quick else ROUNDS
    rows = [
        dealt(take_bp, theta_bp, discount_bp, rounds)
        for take_bp in TAKE_RATES_BP
        for theta_bp in (*THETAS_BP, *BEYOND_BP)
        for discount_bp in DISCOUNTS_BP
    ]
    console.print(_table(rows))
    console.print(_verdict(rows))
    console.print(saying.closing(began, "none; every number is the same each time"))
    return rows


def dealt(take_bp: int, theta_bp: int, discount_bp: int, rounds: int) -> Row:
    """What a ring of one has after so many periods, in minor units of money."""
    wallet = paid = earned_before = 0
    for number in range(rounds):
        fee = PRICE_AMOUNT * take_bp // 10_000
        discounts = []
        for _ in range(BOOKINGS):
            discounts.append(min(fee * discount_bp // 10_000, wallet * VALUE_AMOUNT // 1_000))
            wallet -= -(-discounts[-1] * 1_000 // VALUE_AMOUNT)
        net = [fee - discount for discount in discounts]
        paid += sum(net)
        wallet += _credits(net, theta_bp, earned_before, number)
        earned_before = sum(net)
    worth = wallet * VALUE_AMOUNT // 1_000
    return {
        "take_bp": take_bp,
        "theta_bp": theta_bp,
        "discount_bp": discount_bp,
        "is_allowed": theta_bp <= THETAS_BP[-1],
        "paid_amount": paid,
        "left_amount": worth,
        "profit_amount": worth - paid,
    }


def _credits(net: list[int], theta_bp: int, earned_before: int, number: int) -> int:
    """Thousandths of a credit that a period gives for everything the ring could claim in it.

    It claims a review's worth about each booking and an answer out of the pool, all of them without end.
    """
    bounds = {
        UUID(int=place + 1): valuation.credit_limit(fee, theta_bp=theta_bp, value_amount=VALUE_AMOUNT)
        for place, fee in enumerate(net)
    }
    pool = valuation.pool_credits(earned_before, share_bp=POOL_BP, value_amount=VALUE_AMOUNT)
    claims = [
        _claim(number * 100 + place, f"review {place}", booking_id) for place, booking_id in enumerate(bounds)
    ]
    claims.append(_claim(number * 100 + 99, "answer", None))
    valued = valuation.period_valuation.value_claims(claims, past={}, fees=bounds, pool=pool)
    return sum(worth.credits for worth in valued.worths.values())


def _claim(number: int, kind: str, booking_id: UUID | None) -> valuation.period_valuation.VerifiedClaim:
    return valuation.period_valuation.VerifiedClaim(
        id=UUID(int=number + 1),
        cluster_id=UUID(int=1),
        kind=kind,
        version=1,
        rate=GREEDY,
        units_milli=10**9,
        booking_id=booking_id,
        from_fee=booking_id is not None,
    )


def _table(rows: list[Row]) -> Table:
    """The best that a ring can make of each take rate and θ, over how much it pays with credits."""
    title = "Profit of dealing with oneself, in % of what was paid to the platform"
    table = Table(title=title, title_justify="left")
    table.add_column("take rate")
    thetas = sorted({row["theta_bp"] for row in rows})
    for theta_bp in thetas:
        beyond = "" if theta_bp <= THETAS_BP[-1] else " (refused)"
        table.add_column(f"θ {theta_bp / 10_000:.2f}{beyond}", justify="right")
    for take_bp in sorted({row["take_bp"] for row in rows}):
        best = [
            max(_share(row) for row in rows if (row["take_bp"], row["theta_bp"]) == (take_bp, theta_bp))
            for theta_bp in thetas
        ]
        table.add_row(f"{take_bp / 100:.0f} %", *(f"{share:+.1%}" for share in best))
    return table


def _share(row: Row) -> float:
    return float(row["profit_amount"]) / max(1, int(row["paid_amount"]))


def _verdict(rows: list[Row]) -> str:
    best = max(_share(row) for row in rows if row["is_allowed"])
    turned = [row["theta_bp"] for row in rows if row["profit_amount"] > 0]
    turns = f"It would turn at θ {min(turned) / 10_000:.2f}." if turned else "It never turned."
    return (
        f"Profit at most {best:+.1%} of what was paid; goal ≤ 0: {'met' if best <= 0 else 'missed'}. {turns}"
    )
