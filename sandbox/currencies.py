"""Currencies, and how many of their smallest units a payment may have. Amounts are integers, always.

Source: Stripe's pages on supported currencies and on minimum and maximum charge amounts.
"""

from sandbox import params
from sandbox.errors import invalid

ZERO_DECIMAL = frozenset((
    "bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "vnd", "vuv", "xaf", "xof", "xpf",
))  # fmt: skip
THREE_DECIMAL = frozenset(["bhd", "jod", "kwd", "omr", "tnd"])
WHOLE_ONLY = frozenset(["isk", "ugx"])
"""No decimals in life, yet sent as if there were two, for compatibility: the last two digits must be zero."""
TWO_DECIMAL = frozenset((
    "usd", "aed", "all", "amd", "aud", "azn", "bam", "bdt", "bgn", "bnd", "brl", "bwp", "cad", "chf", "cny",
    "czk", "dkk", "dop", "dzd", "egp", "eur", "gbp", "gel", "ghs", "hkd", "huf", "idr", "ils", "inr", "isk",
    "kes", "khr", "kzt", "lkr", "mad", "mdl", "mkd", "mop", "mur", "mxn", "myr", "ngn", "nok", "npr", "nzd",
    "pen", "php", "pkr", "pln", "qar", "ron", "rsd", "sar", "sek", "sgd", "thb", "try", "twd", "tzs", "uah",
    "ugx", "uyu", "uzs", "zar",
))  # fmt: skip
SUPPORTED = ZERO_DECIMAL | THREE_DECIMAL | TWO_DECIMAL

_MINIMUM = {
    "usd": 50, "aed": 200, "aud": 50, "brl": 50, "cad": 50, "chf": 50, "czk": 1500, "dkk": 250, "eur": 50,
    "gbp": 30,
    "hkd": 400, "huf": 17500, "inr": 50, "jpy": 50, "mxn": 1000, "myr": 200, "nok": 300, "nzd": 50,
    "pln": 200,
    "ron": 200, "sek": 300, "sgd": 50, "thb": 1000,
}  # fmt: skip
_MOST_DIGITS = {"idr": 12, "cop": 10, "huf": 10, "jpy": 10, "inr": 9}
_USUAL_DIGITS = 8


def currency(path: str, raw: object) -> str:
    """A supported currency, in lower case as it is answered; Stripe takes either case."""
    code = params.text(path, raw).lower()
    if code not in SUPPORTED:
        known = ", ".join(sorted(SUPPORTED))
        raise invalid(f"Invalid currency: {code}. Stripe currently supports these currencies: {known}", path)
    return code


def check_payable(amount: int, code: str) -> None:
    """Refuse an amount that no card payment in this currency may have."""
    if amount < _MINIMUM.get(code, 1):
        raise invalid(f"Amount must be at least {_MINIMUM.get(code, 1)} {code}", "amount", "amount_too_small")
    if len(str(amount)) > _MOST_DIGITS.get(code, _USUAL_DIGITS):
        digits = "9" * _MOST_DIGITS.get(code, _USUAL_DIGITS)
        raise invalid(f"Amount must be no more than {digits} {code}", "amount", "amount_too_large")
    check_units(amount, code)


def check_units(amount: int, code: str) -> None:
    """Refuse an amount finer than the networks carry.

    Tens in three-decimal currencies, wholes in ISK and UGX.
    """
    step = 10 if code in THREE_DECIMAL else 100 if code in WHOLE_ONLY else 1
    if amount % step:
        raise invalid(
            f"Invalid amount: {code} amounts must be a multiple of {step}.", "amount", "invalid_charge_amount"
        )
