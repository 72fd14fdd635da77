"""Which amounts a card payment can have: the least, the most, and the step between two, by currency.

One table for everybody who sets, quotes, takes or gives back a price. Amounts are ISO 4217 minor units. Zero
needs no payment and is always fine. A refund has the step of a payment and no least amount.

Source: https://docs.stripe.com/currencies, sections "Supported presentment currencies", "Three-decimal
currencies", "Special cases" and "Minimum and maximum charge amounts", and the description of `amount` in
stripe 16.1 ("up to eight digits"); read on 2026-12-01. The least amounts are those of the settlement
currency, and a market's currency is the one it settles in. Stripe documents no least amount for the other
currencies; where it refuses one all the same, the payment says so in the words of `AmountNotPayable`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from domain.foundation.errors import Unacceptable
from domain.foundation.money import CURRENCIES, MonetaryAmount, exponent

# ISO 4217 knows them and Stripe takes no card payment in them.
_UNSUPPORTED = frozenset(
    "BTN CUP ERN IQD IRR KPW LYD MRU SDG SSP STN SVC SYP TMT VED VES XCG ZWG".split()  # noqa: SIM905 -- as in money
)

# In major units, as the page has them.
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

# Where Stripe counts in other units than ISO 4217 ("Special cases"): so many of Stripe's make one of ours,
# and the other way round.
FINER_AT_STRIPE: Mapping[str, int] = {"ISK": 100, "UGX": 100}
COARSER_AT_STRIPE: Mapping[str, int] = {"MGA": 100}

_TENS = frozenset({"BHD", "JOD", "KWD", "OMR", "TND"})  # "the least-significant (last) digit to be 0"


class AmountNotPayable(Unacceptable):
    """No card can pay this amount, or be given it back, in this currency; `detail` says what can be changed.

    `least_amount`, `most_amount` and `step_amount` say what can be paid, in minor units of `currency`;
    `changeable_by` says who can change it.
    """

    slug = "amount-not-payable"
    title = "No card can pay this amount"


@dataclass(frozen=True, slots=True)
class PayableBounds:
    """What a card payment in a currency can be: a multiple of `step` from `least` to `most`."""

    currency: str
    least: int
    most: int
    step: int

    def allows(self, amount: int) -> bool:
        """Whether this amount can be paid, or nothing is to be paid."""
        return amount == 0 or (self.least <= amount <= self.most and amount % self.step == 0)


def payable_bounds(currency: str) -> PayableBounds | None:
    """The bounds of card payments in a currency; None where no card pays in it.

    Raises CurrencyUnknown if ISO 4217 does not have it.
    """
    exponent(currency)
    return _BOUNDS.get(currency)


def payable_step(currency: str) -> int:
    """The step of payments and refunds in a currency; 1 where no card pays in it."""
    bounds = payable_bounds(currency)
    return bounds.step if bounds else 1


def least_payable(currency: str) -> int:
    """The least that a card can pay in a currency; 0 where no card pays in it."""
    bounds = payable_bounds(currency)
    return bounds.least if bounds else 0


def is_payable(amount: int, currency: str) -> bool:
    """Whether a card can pay this amount, or nothing is to be paid."""
    bounds = payable_bounds(currency)
    return amount == 0 or (bounds is not None and bounds.allows(amount))


def check_payable(
    amount: int, currency: str, *, advice: str = "", changeable_by: tuple[str, ...] = ()
) -> None:
    """Check that a card can pay this amount. `advice` says what can be changed, in whole sentences.

    Raises AmountNotPayable if it cannot.
    """
    if is_payable(amount, currency):
        return
    reason = f"{format_amount(amount, currency)} cannot be paid by card: {describe_limits(currency)}."
    raise AmountNotPayable(
        f"{reason} {advice}".rstrip(), amount=amount, changeable_by=list(changeable_by), **_extras(currency)
    )


def check_refundable(amount: int, currency: str) -> None:
    """Check that a card can be given back this amount.

    Raises AmountNotPayable if it lies between two steps; its detail names the nearest two.
    """
    step = payable_step(currency)
    if amount % step == 0:
        return
    below = amount - amount % step
    lower, upper = format_amount(below, currency), format_amount(below + step, currency)
    raise AmountNotPayable(
        f"Cards are given back multiples of {format_amount(step, currency)}. Ask for {lower} or {upper}.",
        field="amount",
        amount=amount,
        **_extras(currency),
    )


def describe_limits(currency: str) -> str:
    """What can be paid by card in a currency, in words that end a sentence."""
    bounds = payable_bounds(currency)
    if bounds is None:
        return f"no card pays in {currency}"
    least, most = format_amount(bounds.least, currency), format_amount(bounds.most, currency)
    steps = f", in multiples of {format_amount(bounds.step, currency)}" if bounds.step > 1 else ""
    return f"a card pays {least} to {most}{steps}"


def format_amount(amount: int, currency: str) -> str:
    """An amount for people: `EUR 0.50`."""
    return f"{currency} {MonetaryAmount(amount, currency).decimal:f}"


def _extras(currency: str) -> dict[str, Any]:  # numbers and a code, as extras of a refusal
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
