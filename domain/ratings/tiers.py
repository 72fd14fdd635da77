"""Tiers: what a provider's last year amounts to, gated on the bounds of intervals and not on means.

A mean of few reviews is luck, its bound is not. A tier is decided each quarter, tells every input and what
would change it, and takes nothing away by itself: **Watch** asks for a plan and for a person's decision.
Pure; the numbers are those of ratings.md.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from domain.ratings.kinds import Tier


@dataclass(frozen=True, slots=True)
class Year:
    """A provider's last 365 days. Bounds are in stars, shares in 0 … 1; None where nothing is known."""

    completed: int
    lower: float
    upper: float
    effective: float
    cancelled_share: float | None
    answered_share: float | None


@dataclass(frozen=True, slots=True)
class Gate:
    """What a tier asks for."""

    tier: Tier
    completed: int
    lower: float
    cancelled_below: float
    answered_from: float


@dataclass(frozen=True, slots=True)
class Missing:
    """One input that stands between a provider and a tier: what it is, and what it has to be."""

    tier: Tier
    what: str
    now: float | None
    needed: float


ELITE = Gate(Tier.ELITE, completed=25, lower=4.75, cancelled_below=0.01, answered_from=0.90)
TRUSTED = Gate(Tier.TRUSTED, completed=10, lower=4.5, cancelled_below=0.02, answered_from=0.90)
GATES = (ELITE, TRUSTED)  # the highest first

WATCH_BELOW = 4.2  # stars of the upper bound: even the kindest reading is below
WATCH_EFFECTIVE = 8.0  # reviews' worth of evidence, so that nobody is watched for one bad week


def tier(year: Year) -> Tier:
    """The highest tier whose gate the year passes; Watch for a year that is surely poor."""
    if year.effective >= WATCH_EFFECTIVE and year.upper < WATCH_BELOW:
        return Tier.WATCH
    return next((gate.tier for gate in GATES if not list(missing(year, gate))), Tier.STANDARD)


def would_change(year: Year) -> list[Missing]:
    """What stands between this year and the next higher tier; nothing at the top."""
    now = tier(year)
    if now is Tier.WATCH:
        return [Missing(Tier.STANDARD, "upper_bound_stars", year.upper, WATCH_BELOW)]
    above = [gate for gate in reversed(GATES) if list(missing(year, gate))]
    return list(missing(year, above[0])) if above else []


def missing(year: Year, gate: Gate) -> Iterator[Missing]:
    """The inputs that do not pass a gate. A share that nothing is known of passes none."""
    if year.completed < gate.completed:
        yield Missing(gate.tier, "completed_bookings", year.completed, gate.completed)
    if year.lower < gate.lower:
        yield Missing(gate.tier, "lower_bound_stars", year.lower, gate.lower)
    if year.cancelled_share is None or year.cancelled_share >= gate.cancelled_below:
        yield Missing(gate.tier, "cancelled_share", year.cancelled_share, gate.cancelled_below)
    if year.answered_share is None or year.answered_share < gate.answered_from:
        yield Missing(gate.tier, "answered_within_a_day_share", year.answered_share, gate.answered_from)
