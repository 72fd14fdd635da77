"""What a customer pays of the market's multiplier: a protection lowers it and can do nothing else. Pure.

Each protection is a ceiling, and they are asked in a fixed order; the ones that lowered the price at their
turn are named. What they ask about is a `History`: how often somebody booked and what they paid, never who
they are. Whoever has no history pays the market's price at most, so two of them pay the same, and every
ceiling that a history adds lies below it, so nobody pays more for having stayed. The one choice that favours
a newcomer, `first_booking_never_surged`, is a market's own and off unless its policy says otherwise.

Multipliers are basis points.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from domain.surge.kinds import Limit
from domain.surge.policy import HIGHEST_BP, ONE_BP, Protection


@dataclass(frozen=True, slots=True)
class History:
    """What somebody did in one market before: counts, and a multiplier they are used to. All there is to ask.

    `completed_bookings` are those whose time has passed, `has_booked` whether there is any at all, in the
    past or to come. `usual_bp` is the third quartile of the multipliers they paid within the price memory,
    None where they paid none; `surged_this_month` how often demand added something since the month began,
    whether they paid for it with money or with credits.
    """

    completed_bookings: int = 0
    has_booked: bool = False
    usual_bp: int | None = None
    surged_this_month: int = 0


class Protected(NamedTuple):
    """The multiplier that one customer pays, and what lowered it, in the order in which it did."""

    multiplier_bp: int
    limits: tuple[Limit, ...] = ()


NOBODY_KNOWN = History()

Ceiling = Callable[[History, Protection], int]


def protect(market_bp: int, history: History, protection: Protection) -> Protected:
    """The market's multiplier as this customer pays it, never above it; one or less stays as it is."""
    if market_bp <= ONE_BP:
        return Protected(market_bp)
    multiplier = market_bp
    limits: tuple[Limit, ...] = ()
    for limit, ceiling in CEILINGS.items():
        lower = lowered(multiplier, ceiling(history, protection))
        if lower != multiplier:
            multiplier, limits = lower, (*limits, limit)
    return Protected(multiplier, limits)


def lowered(multiplier_bp: int, ceiling_bp: int) -> int:
    """The multiplier under a ceiling: what makes a protection one."""
    return ceiling_bp if ceiling_bp < multiplier_bp else multiplier_bp  # noqa: FURB136 -- quicker


def _tier(history: History, protection: Protection) -> int:
    """The lowest cap of the tiers that were reached; the policy never lets one punish loyalty."""
    lowest, completed = HIGHEST_BP, history.completed_bookings
    for tier in protection.tier_caps:
        if tier.completed_bookings <= completed and tier.cap_bp < lowest:
            lowest = tier.cap_bp
    return lowest


def _memory(history: History, protection: Protection) -> int:
    """What one is used to and a margin; whoever has no price to remember has no ceiling by it."""
    if history.usual_bp is None:
        return HIGHEST_BP
    return max(ONE_BP, history.usual_bp + protection.memory_margin_bp)


def _first_booking(history: History, protection: Protection) -> int:
    spared = protection.first_booking_never_surged and not history.has_booked
    return ONE_BP if spared else HIGHEST_BP


def _this_month(history: History, protection: Protection) -> int:
    return ONE_BP if history.surged_this_month >= protection.surged_bookings_a_month else HIGHEST_BP


# The order is that of `Limit`, and that of the sentences that a customer reads.
CEILINGS: dict[Limit, Ceiling] = {
    Limit.TIER_CAP: _tier,
    Limit.PRICE_MEMORY: _memory,
    Limit.FIRST_BOOKING: _first_booking,
    Limit.SURGED_BOOKINGS_THIS_MONTH: _this_month,
}
