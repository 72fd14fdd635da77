"""How the credits of one contribution are counted from the numbers that an explanation shows.

    F(U) = κ·ln(1 + U/κ)                                  the n-th of a kind is worth less and less
    raw  = base · segment factor · q · (F(U + Δ) − F(U))  for Δ units after U
    credits = raw, within the kind's cap, the fee of the booking it is about, and the period's pool

Alike are contributions of one cluster, kind, policy version and rate; they are valued together, and what
they are worth together is split by units (`valuing.py` says why). A **worth** holds every number that this
took, so the same integer comes out for whoever counts it again, with nothing but the worth.

Units, quality and factors are in thousandths (`_milli`), raw values in billionths of a credit (`_nano`),
credits in thousandths. κ·ln is the one number that is no fraction; it is counted to 34 digits, correctly
rounded, and written in billionths. What a division leaves over goes in whole ones to the largest remainders
(Hamilton), so parts sum to their whole; a **place** among the remainders says who got one.
"""

from decimal import Context, Decimal
from functools import lru_cache

from pydantic import BaseModel, ConfigDict

NANO_IN_A_THOUSANDTH = 10**6
MILLI = 1_000  # thousandths in one
_BILLIONTHS_IN_A_THOUSANDTH_OF_A_UNIT = 10**6
# base in thousandths · factor in thousandths · q in thousandths · F in billionths, to billionths of a credit
_RATE_TIMES_UNITS = MILLI * MILLI * MILLI
_EXACT = Context(prec=34)  # as many digits as IEEE 754's decimal128; a cap's worth of credits takes 15


class _FrozenModel(BaseModel):
    """A frozen value; a number that is not known is refused, for it would not have been counted."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class ValuationRate(_FrozenModel):
    """What a policy version publishes for a kind in a segment, and how good its verifiers found it.

    `base` is thousandths of a credit for a unit, before it is worth less; `kappa_milli` the units after which
    that is felt (the unit after κ is worth half of the first); `cap` thousandths of a credit in 30 days.
    `quality_milli` is the quorum's median, from nothing to 1,500.
    """

    base: int
    factor_milli: int
    quality_milli: int
    kappa_milli: int
    cap: int

    @property
    def per_unit(self) -> int:
        """What a unit is worth before it is worth less, in billionths of a thousandth of a credit."""
        return self.base * self.factor_milli * self.quality_milli


class RemainderRank(_FrozenModel):
    """The place of a part among the remainders of a division: the first `left_over` of them get one more."""

    rank: int = 0
    left_over: int = 0


class ProportionalShare(RemainderRank):
    """A whole that is split by weights: `total` is what there is of it, `weight` what all weights sum to."""

    total: int
    weight: int


class ValueBreakdown(_FrozenModel):
    """Every number by which a contribution came to its credits.

    `before_milli` units and `before_nano` of worth stood in the window already, those of better rates among
    them. `alike_milli` units are valued together, of them `together_milli` about the same booking, or about
    none. `fee` is there where a booking's fee was too small for all that is about it, `pool` where the pool
    was too small for the period.
    """

    formula: int = 1
    rate: ValuationRate
    units_milli: int
    before_milli: int
    before_nano: int
    alike_milli: int
    together_milli: int
    among_bookings: RemainderRank = RemainderRank()
    fee: ProportionalShare | None = None
    pool: ProportionalShare | None = None
    among_alike: RemainderRank = RemainderRank()

    @property
    def credits(self) -> int:
        """Thousandths of a credit."""
        return proportional_part(self._together, self.units_milli, self.together_milli, self.among_alike)

    @property
    def raw_nano(self) -> int:
        """What all of it about the same booking is worth before the pool, in billionths of a credit."""
        raw, fee = self.capped_nano, self.fee
        return raw if fee is None else proportional_part(fee.total, raw, fee.weight, fee)

    @property
    def capped_nano(self) -> int:
        """The same before the booking's fee, within the kind's cap."""
        raw = raw_value_nano(self.rate, self.before_milli, self.alike_milli, self.before_nano)
        return proportional_part(raw, self.together_milli, self.alike_milli, self.among_bookings)

    @property
    def _together(self) -> int:
        raw, pool = self.raw_nano, self.pool
        return (
            raw // NANO_IN_A_THOUSANDTH
            if pool is None
            else proportional_part(pool.total, raw, pool.weight, pool)
        )


def diminishing_sum_nano(units_milli: int, kappa_milli: int) -> int:
    """F(U) = κ·ln(1 + U/κ), in billionths of a unit. `Decimal.ln` is correctly rounded on every machine."""
    return _diminishing_sum_nano(units_milli, kappa_milli)


def raw_value_nano(rate: ValuationRate, before_milli: int, units_milli: int, before_nano: int) -> int:
    """What units are worth that come after others, down to a billionth of a credit and within the cap."""
    grown = diminishing_sum_nano(before_milli + units_milli, rate.kappa_milli) - diminishing_sum_nano(
        before_milli, rate.kappa_milli
    )
    return min(
        rate.per_unit * grown // _RATE_TIMES_UNITS, max(0, rate.cap * NANO_IN_A_THOUSANDTH - before_nano)
    )


def proportional_part(total: int, weight: int, weights: int, place: RemainderRank) -> int:
    """A part of a total by weight, one more where it stands among the first remainders."""
    return total * weight // weights + (place.rank < place.left_over) if weights else 0


@lru_cache(maxsize=100_000)
def _diminishing_sum_nano(units_milli: int, kappa_milli: int) -> int:
    grown = _EXACT.ln(_EXACT.divide(Decimal(kappa_milli + units_milli), Decimal(kappa_milli)))
    return int(_EXACT.multiply(grown, Decimal(kappa_milli * _BILLIONTHS_IN_A_THOUSANDTH_OF_A_UNIT)))
