"""Currencies, and how many of their smallest units a payment may have. Amounts are integers, always.

Source: https://docs.stripe.com/currencies, sections "Supported presentment currencies", "Three-decimal
currencies", "Special cases" and "Minimum and maximum charge amounts", and the description of `amount` in
stripe 16.1 ("up to eight digits"); both read on 2026-12-01.
"""

from sandbox.protocol import params
from sandbox.protocol.errors import invalid_parameter

ZERO_DECIMAL = frozenset((
    "bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "vnd", "vuv", "xaf", "xof", "xpf",
))  # fmt: skip
THREE_DECIMAL = frozenset(["bhd", "jod", "kwd", "omr", "tnd"])
WHOLE_ONLY = frozenset(["isk", "ugx"])
"""No decimals in life, yet sent as if there were two, for compatibility: the last two digits must be zero."""
TWO_DECIMAL = frozenset((
    "usd", "aed", "afn", "all", "amd", "aoa", "ars", "aud", "awg", "azn", "bam", "bbd", "bdt", "bgn", "bmd",
    "bnd", "bob", "brl", "bsd", "bwp", "byn", "bzd", "cad", "cdf", "chf", "cny", "cop", "crc", "cve", "czk",
    "dkk", "dop", "dzd", "egp", "etb", "eur", "fjd", "fkp", "gbp", "gel", "ghs", "gip", "gmd", "gtq", "gyd",
    "hkd", "hnl", "htg", "huf", "idr", "ils", "inr", "isk", "jmd", "kes", "kgs", "khr", "kyd", "kzt", "lak",
    "lbp", "lkr", "lrd", "lsl", "mad", "mdl", "mkd", "mmk", "mnt", "mop", "mur", "mvr", "mwk", "mxn", "myr",
    "mzn", "nad", "ngn", "nio", "nok", "npr", "nzd", "pab", "pen", "pgk", "php", "pkr", "pln", "qar", "ron",
    "rsd", "rub", "sar", "sbd", "scr", "sek", "sgd", "shp", "sle", "sos", "srd", "szl", "thb", "tjs", "top",
    "try", "ttd", "twd", "tzs", "uah", "ugx", "uyu", "uzs", "wst", "xcd", "yer", "zar", "zmw",
))  # fmt: skip
SUPPORTED = ZERO_DECIMAL | THREE_DECIMAL | TWO_DECIMAL

_MINIMUM = {
    "usd": 50, "aed": 200, "ars": 50, "aud": 50, "bgn": 100, "brl": 50, "cad": 50, "chf": 50, "cop": 50,
    "czk": 1500, "dkk": 250, "eur": 50, "gbp": 30, "hkd": 400, "huf": 17500, "idr": 50, "ils": 50, "inr": 50,
    "jpy": 50, "krw": 50, "mxn": 1000, "myr": 200, "nok": 300, "nzd": 50, "php": 50, "pln": 200, "ron": 200,
    "rub": 50, "sek": 300, "sgd": 50, "thb": 1000, "zar": 50,
}  # fmt: skip
_MOST_DIGITS = {"idr": 12, "cop": 10, "huf": 10, "jpy": 10, "inr": 9}
_USUAL_DIGITS = 8


def currency(path: str, raw: object) -> str:
    """A supported currency, in lower case as it is answered; Stripe takes either case."""
    code = params.text(path, raw).lower()
    if code not in SUPPORTED:
        known = ", ".join(sorted(SUPPORTED))
        raise invalid_parameter(
            f"Invalid currency: {code}. Stripe currently supports these currencies: {known}", path
        )
    return code


def check_payable(amount: int, code: str, path: str = "amount") -> None:
    """Refuse an amount that no card payment in this currency may have: to authorize it, or to capture it.

    That a capture has the minimum of a charge is what other integrations report: WooPayments handles
    `amount_too_small` of a capture (WooPaymentsIntentCodec, read on 2026-12-01).
    """
    least = _MINIMUM.get(code, 1)
    if amount < least:
        raise invalid_parameter(f"Amount must be at least {least} {code}", path, "amount_too_small")
    digits = _MOST_DIGITS.get(code, _USUAL_DIGITS)
    if len(str(amount)) > digits:
        raise invalid_parameter(
            f"Amount must be no more than {'9' * digits} {code}", path, "amount_too_large"
        )
    check_units(amount, code, path)


def check_units(amount: int, code: str, path: str = "amount") -> None:
    """Refuse an amount finer than the networks carry: to charge it, to refund it, or to pay it out.

    Tens in three-decimal currencies, wholes in ISK and UGX.
    """
    step = 10 if code in THREE_DECIMAL else 100 if code in WHOLE_ONLY else 1
    if amount % step:
        raise invalid_parameter(
            f"Invalid amount: {code} amounts must be a multiple of {step}.", path, "invalid_charge_amount"
        )
