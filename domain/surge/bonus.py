"""What a provider gets on top in a busy hour: an amount for each job, out of the surge pool. Pure.

The bonus is *added* and does not multiply: where pay grows with the factor, turning short jobs down and
waiting for a long one is the best a provider can do; an equal amount for every job of a category in a cell
and a window leaves all of them worth accepting (Garg and Nazerzadeh, "Driver Surge Pricing", Management
Science 2022). So no function here is told how long a job is or what it costs: the amount follows from the
market's multiplier, from what a typical job of the category comes to, and from what the pool can bear.
"""

from domain.foundation.money import share
from domain.surge.policy import ONE_BP


def bonus_amount(multiplier_bp: int, typical_amount: int, kappa_bp: int) -> int:
    """(m − 1) × what a typical service comes to × κ, in minor units; nothing where m is one or less.

    The multiplier is the market's: a customer's protection is the pool's to bear, never the provider's.
    """
    if multiplier_bp <= ONE_BP:
        return 0
    return share(typical_amount * (multiplier_bp - ONE_BP) * affordable(kappa_bp), 1, ONE_BP * ONE_BP)


def affordable(kappa_bp: int) -> int:
    """κ within its bounds: the pool pays out what a typical job brings in, or a part of it."""
    return max(0, min(ONE_BP, kappa_bp))


def kappa_bp(pool_amount: int, given_amount: int) -> int:
    """The part of the bonus that the pool can bear, in basis points: one whole unless it is overdrawn.

    `pool_amount` is the pool's balance with what is promised but not yet posted, `given_amount` what it gave
    out in the last 28 days. A deficit of d lowers the bonus so that as many jobs as in those days fill it up
    again: κ = 1 − d / given.
    """
    if pool_amount >= 0:
        return ONE_BP
    if given_amount <= 0:
        return 0
    return affordable(ONE_BP - share(-pool_amount, ONE_BP, given_amount))
