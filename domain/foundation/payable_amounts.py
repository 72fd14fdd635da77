"""The amounts a card can pay, by currency: the least, the most, and the step between two amounts.

All code that sets, quotes, charges or refunds a price uses this table. Amounts are ISO 4217 minor units. Zero
needs no payment and is always allowed. A refund has the same step and no least amount.

Source: https://docs.stripe.com/currencies, sections "Supported presentment currencies", "Three-decimal
currencies", "Special cases" and "Minimum and maximum charge amounts", and the description of `amount` in
stripe 16.1 ("up to eight digits"); read on 2026-12-01. The least amounts are those of the settlement
currency, which is the market's currency. Stripe documents no least amount for the other currencies; if it
rejects an amount nevertheless, the payment raises `AmountNotPayable`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from domain.foundation.errors import Unacceptable
from domain.foundation.money import CURRENCIES, MonetaryAmount, exponent

# Currencies of ISO 4217 in which Stripe accepts no card payments.
_UNSUPPORTED = frozenset(
    "BTN CUP ERN IQD IRR KPW LYD MRU SDG SSP STN SVC SYP TMT VED VES XCG ZWG".split()  # noqa: SIM905 -- as in money
)

# In major units, as in Stripe's table.
_LEAST: Mapping[str, tuple[str, ...]] = {
    "0.3": ("GBP",),
    "0.5": (
        "ARS",
        "AUD",
        "BRL",
        "CAD",
        "CHF",
        "COP",
        "EUR",
        "IDR",
        "ILS",
        "INR",
        "NZD",
        "PHP",
        "RUB",
        "SGD",
        "USD",
        "ZAR",
    ),
    "2": ("AED", "MYR", "PLN", "RON"),
    "2.5": ("DKK",),
    "3": ("NOK", "SEK"),
    "4": ("HKD",),
    "10": ("MXN", "THB"),
    "15": ("CZK",),
    "50": ("JPY", "KRW"),
    "175": ("HUF",),
}
_MOST_DIGITS = {"IDR": 12, "COP": 10, "HUF": 10, "JPY": 10, "INR": 9}  # as Stripe counts; the others have 8
_USUAL_DIGITS = 8

# Stripe's units differ from ISO 4217 for these ("Special cases"): Stripe's units in one ISO minor unit, and
# ISO minor units in one of Stripe's units.
FINER_AT_STRIPE: Mapping[str, int] = {"ISK": 100, "UGX": 100}
COARSER_AT_STRIPE: Mapping[str, int] = {"MGA": 100}

_TENS = frozenset({"BHD", "JOD", "KWD", "OMR", "TND"})  # "the least-significant (last) digit to be 0"


class AmountNotPayable(Unacceptable):
    """No card payment or refund can have this amount in this currency; `detail` says what to change.

    `least_amount`, `most_amount` and `step_amount` say what can be paid, in minor units of `currency`;
    `changeable_by` says who can change it.
    """

    slug = "amount-not-payable"
    title = "No card can pay this amount"


@dataclass(frozen=True, slots=True)
class PayableBounds:
    """Bounds of card payments in a currency: multiples of `step` from `least` to `most`, in minor units."""

    currency: str
    least: int
    most: int
    step: int

    def allows(self, amount: int) -> bool:
        """Whether this amount can be paid; zero always can."""
        return amount == 0 or (self.least <= amount <= self.most and amount % self.step == 0)


def payable_bounds(currency: str) -> PayableBounds | None:
    """The bounds of card payments in a currency; None if it has no card payments.

    Raises `CurrencyUnknown` if ISO 4217 does not list it.
    """
    exponent(currency)
    return _BOUNDS.get(currency)


def payable_step(currency: str) -> int:
    """The step of payments and refunds in minor units; 1 if the currency has no card payments."""
    bounds = payable_bounds(currency)
    return bounds.step if bounds else 1


def least_payable(currency: str) -> int:
    """The least amount of a card payment in minor units; 0 if the currency has no card payments."""
    bounds = payable_bounds(currency)
    return bounds.least if bounds else 0


def is_payable(amount: int, currency: str) -> bool:
    """Whether a card can pay this amount; zero needs no payment and is payable."""
    bounds = payable_bounds(currency)
    return amount == 0 or (bounds is not None and bounds.allows(amount))


def check_payable(
    amount: int, currency: str, *, advice: str = "", changeable_by: tuple[str, ...] = ()
) -> None:
    """Raise `AmountNotPayable` unless a card can pay this amount.

    `advice` says in whole sentences what can be changed, `changeable_by` who can change it.
    """
    if is_payable(amount, currency):
        return
    reason = f"{format_amount(amount, currency)} cannot be paid by card: {describe_limits(currency)}."
    raise AmountNotPayable(
        f"{reason} {advice}".rstrip(), amount=amount, changeable_by=list(changeable_by), **_extras(currency)
    )


def check_refundable(amount: int, currency: str) -> None:
    """Raise `AmountNotPayable` unless this amount can be refunded; `detail` names the nearest two amounts."""
    step = payable_step(currency)
    if amount % step == 0:
        return
    below = amount - amount % step
    lower, upper = format_amount(below, currency), format_amount(below + step, currency)
    raise AmountNotPayable(
        f"Refunds to cards are multiples of {format_amount(step, currency)}. Ask for {lower} or {upper}.",
        field="amount",
        amount=amount,
        **_extras(currency),
    )


def describe_limits(currency: str) -> str:
    """The end of a sentence that says which amounts cards can pay in a currency."""
    bounds = payable_bounds(currency)
    if bounds is None:
        return f"no card pays in {currency}"
    least, most = format_amount(bounds.least, currency), format_amount(bounds.most, currency)
    steps = f", in multiples of {format_amount(bounds.step, currency)}" if bounds.step > 1 else ""
    return f"a card pays {least} to {most}{steps}"


def format_amount(amount: int, currency: str) -> str:
    """An amount as text for people: `EUR 0.50`."""
    return f"{currency} {MonetaryAmount(amount, currency).decimal:f}"


def _extras(currency: str) -> dict[str, Any]:  # numbers and a code: the extras of an error
    bounds = payable_bounds(currency)
    if bounds is None:
        return {"currency": currency}
    return {
        "currency": currency,
        "least_amount": bounds.least,
        "most_amount": bounds.most,
        "step_amount": bounds.step,
    }


def _build_bounds(currency: str, leasts: Mapping[str, int]) -> PayableBounds:
    finer, coarser = FINER_AT_STRIPE.get(currency, 1), COARSER_AT_STRIPE.get(currency, 1)
    step = 10 if currency in _TENS else coarser
    most = (int("9" * _MOST_DIGITS.get(currency, _USUAL_DIGITS))) // finer * coarser
    return PayableBounds(currency, max(step, leasts.get(currency, 0)), most - most % step, step)


def _in_minor_units(major: str, currency: str) -> int:
    whole, _, part = major.partition(".")
    decimals = exponent(currency)
    return int(whole + part.ljust(decimals, "0"))


_LEASTS = {code: _in_minor_units(major, code) for major, codes in _LEAST.items() for code in codes}
_BOUNDS: Mapping[str, PayableBounds] = {
    code: _build_bounds(code, _LEASTS) for code in CURRENCIES - _UNSUPPORTED
}
