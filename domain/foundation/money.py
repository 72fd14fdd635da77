"""Money: integers of a currency's smallest unit, and the three ways in which this house divides them.

How many decimals a currency has is ISO 4217's to say, never a constant 100. Nothing here is a float: a share
is a fraction of integers rounded half to even once, a split gives every unit to exactly one part.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Self

from domain.foundation.errors import Unacceptable

BASIS_POINTS = 10_000  # in one whole; a rate of 5 % is 500

# ISO 4217, list one as maintained by SIX Group, https://www.six-group.com/en/products-services/
# financial-information/data-standards.html, as of 1 January 2026. Funds codes (BOV, CHE, CHW, CLF, COU, MXV,
# USN, UYI, UYW), metals, bond units and test codes are left out: nobody pays a neighbour with them, and with
# CLF and UYW go the only units of four decimals.
_WITHOUT_DECIMALS = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF"
_WITH_THREE_DECIMALS = "BHD IQD JOD KWD LYD OMR TND"
_WITH_TWO_DECIMALS = (
    "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP "
    "CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS "
    "INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN "
    "MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE "
    "SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES WST XCD XCG YER ZAR "
    "ZMW ZWG"
)
_EXPONENTS = (
    dict.fromkeys(_WITHOUT_DECIMALS.split(), 0)
    | dict.fromkeys(_WITH_TWO_DECIMALS.split(), 2)
    | dict.fromkeys(_WITH_THREE_DECIMALS.split(), 3)
)
CURRENCIES = frozenset(_EXPONENTS)


class CurrencyUnknown(Unacceptable):
    """No currency that people pay with has this code."""

    slug = "currency-unknown"
    title = "This currency is not known here"


def exponent(currency: str) -> int:
    """How many decimals the currency has: 0, 2 or 3. An unknown code is refused, never guessed."""
    try:
        return _EXPONENTS[currency]
    except KeyError:
        raise CurrencyUnknown(f"{currency!r} is no currency of ISO 4217.", field="currency") from None


def portion(amount: int, basis_points: int, step: int = 1) -> int:
    """So many hundredths of a percent of `amount`, rounded half to even to a multiple of `step`."""
    return share(amount, basis_points, BASIS_POINTS, step)


def share(amount: int, part: int, whole: int, step: int = 1) -> int:
    """`amount` × `part` / `whole`, rounded half to even once, at the end; `whole` is above zero.

    The result is a multiple of `step`: 10 where a card pays no finer amount than ten minor units.

    Half to even leans to neither side over many bills (IEEE 754's default, also called banker's rounding),
    and is symmetric: what is charged and what is given back of the same share are the same.
    """
    if whole <= 0:
        raise ValueError("a share is taken of a whole above zero")
    unit = whole * step
    quotient, remainder = divmod(amount * part, unit)
    twice = 2 * remainder
    return (quotient + (twice > unit or (twice == unit and quotient % 2 == 1))) * step


def apportion(total: int, weights: Sequence[int], step: int = 1) -> list[int]:
    """`total` in parts as the weights have it; the parts sum to it exactly.

    Hamilton's method of the largest remainder: every part gets its whole units, the units left over go to the
    parts that lost most, and among equals to the earlier ones, so the same question has one answer. No part
    is further than one unit from its exact share, and a part of weight zero gets nothing. A negative total
    is split like its positive twin.

    The parts are multiples of `step`, and then none is further than one step from its exact share. Where the
    total itself is no multiple, the part of the largest weight gets what is less than a step.
    """
    if step > 1:
        return _apportion_in_steps(total, weights, step)
    whole = sum(weights)
    if any(weight < 0 for weight in weights) or whole <= 0:
        raise ValueError("weights are not negative, and at least one is above zero")
    sign = -1 if total < 0 else 1
    shares = [divmod(abs(total) * weight, whole) for weight in weights]
    left_over = abs(total) - sum(units for units, _ in shares)
    by_loss = sorted(range(len(shares)), key=lambda place: (-shares[place][1], place))
    lucky = frozenset(by_loss[:left_over])
    return [sign * (units + (place in lucky)) for place, (units, _) in enumerate(shares)]


def _apportion_in_steps(total: int, weights: Sequence[int], step: int) -> list[int]:
    sign = -1 if total < 0 else 1
    steps, rest = divmod(abs(total), step)
    parts = [sign * part * step for part in apportion(steps, weights)]
    parts[weights.index(max(weights))] += sign * rest
    return parts


@dataclass(frozen=True, slots=True)
class MonetaryAmount:
    """An amount in minor units of one currency. Amounts of two currencies never mix."""

    amount: int
    currency: str

    def __post_init__(self) -> None:
        """A float is refused even when it is whole: it says that somebody divided."""
        exponent(self.currency)
        if type(self.amount) is not int:
            raise TypeError("an amount is an integer of minor units")

    def __add__(self, other: Self) -> Self:
        return type(self)(self.amount + self._alike(other), self.currency)

    def __sub__(self, other: Self) -> Self:
        return type(self)(self.amount - self._alike(other), self.currency)

    def __neg__(self) -> Self:
        return type(self)(-self.amount, self.currency)

    @property
    def decimal(self) -> Decimal:
        """The amount in major units, exact, for display only."""
        return Decimal(self.amount).scaleb(-exponent(self.currency))

    def _alike(self, other: Self) -> int:
        if other.currency != self.currency:
            raise ValueError(f"{other.currency} cannot be counted in {self.currency}")
        return other.amount
