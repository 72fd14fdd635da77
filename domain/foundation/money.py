"""Money: integer amounts in a currency's minor units, and the functions that divide them.

ISO 4217 defines the number of decimals of a currency. There are no floats: a share is a fraction of integers,
rounded half to even once; a split gives every unit to exactly one part.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Self

from domain.foundation.errors import Unacceptable

BASIS_POINTS = 10_000  # in one whole; a rate of 5 % is 500

# ISO 4217, list one as maintained by SIX Group, https://www.six-group.com/en/products-services/
# financial-information/data-standards.html, as of 1 January 2026. Funds codes (BOV, CHE, CHW, CLF, COU, MXV,
# USN, UYI, UYW), metals, bond units and test codes are left out: they are not used for payments. CLF and UYW
# would be the only units with four decimals.
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
    """No currency that is used for payments has this code."""

    slug = "currency-unknown"
    title = "This currency is not known here"


def exponent(currency: str) -> int:
    """The number of decimals of the currency: 0, 2 or 3. Raises `CurrencyUnknown` for an unknown code."""
    try:
        return _EXPONENTS[currency]
    except KeyError:
        raise CurrencyUnknown(f"{currency!r} is no currency of ISO 4217.", field="currency") from None


def portion(amount: int, basis_points: int, step: int = 1) -> int:
    """`amount` × `basis_points` / 10,000, rounded half to even to a multiple of `step`."""
    return share(amount, basis_points, BASIS_POINTS, step)


def share(amount: int, part: int, whole: int, step: int = 1) -> int:
    """`amount` × `part` / `whole`, rounded half to even once to a multiple of `step`.

    `step` is 10 where card payments must be multiples of ten minor units. Rounding half to even (the default
    of IEEE 754, also called banker's rounding) has no bias over many amounts and is symmetric: the same share
    of a charge and of its refund are equal. Raises ValueError unless `whole` is above zero.
    """
    if whole <= 0:
        raise ValueError("a share is taken of a whole above zero")
    unit = whole * step
    quotient, remainder = divmod(amount * part, unit)
    twice = 2 * remainder
    return (quotient + (twice > unit or (twice == unit and quotient % 2 == 1))) * step


def apportion(total: int, weights: Sequence[int], step: int = 1) -> list[int]:
    """`total` split in proportion to the weights; the parts add up to exactly `total`.

    Largest remainder (Hamilton's) method: every part is rounded down, and the remaining units go to the parts
    with the largest remainders, the earlier one first. So the result is deterministic, no part is more than
    one unit from its exact share, and a weight of zero gets nothing. A negative total is split like its
    absolute value.

    The parts are multiples of `step`, at most one step from their exact shares. If `total` is not a multiple,
    the remainder below one step goes to the part with the largest weight.

    Raises ValueError if a weight is negative or all are zero.
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
    rounded_up = frozenset(by_loss[:left_over])
    return [sign * (units + (place in rounded_up)) for place, (units, _) in enumerate(shares)]


def _apportion_in_steps(total: int, weights: Sequence[int], step: int) -> list[int]:
    sign = -1 if total < 0 else 1
    steps, rest = divmod(abs(total), step)
    parts = [sign * part * step for part in apportion(steps, weights)]
    parts[weights.index(max(weights))] += sign * rest
    return parts


@dataclass(frozen=True, slots=True)
class MonetaryAmount:
    """An amount in minor units of a currency. Adding another currency raises ValueError."""

    amount: int
    currency: str

    def __post_init__(self) -> None:
        """Raise TypeError unless the amount is an int; a whole float is an error too."""
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
        """The exact amount in major units, for display only."""
        return Decimal(self.amount).scaleb(-exponent(self.currency))

    def _alike(self, other: Self) -> int:
        if other.currency != self.currency:
            raise ValueError(f"{other.currency} cannot be counted in {self.currency}")
        return other.amount
