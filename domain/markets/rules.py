"""Rules for new markets: currency, time zone, locale and country must exist."""

from functools import lru_cache

from babel import Locale, UnknownLocaleError

from domain.foundation import money, payable_amounts, time_zones
from domain.markets.errors import InvalidMarket

# CLDR also has codes for unions of countries, for its own tests, and for an unknown region.
_NO_COUNTRIES = frozenset({"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"})


def check_place(*, currency: str, time_zone: str, locale: str, country: str) -> None:
    """Raise `InvalidMarket`, with the field, if a value does not exist or cards cannot pay in the currency.

    `currency` is ISO 4217, `time_zone` an IANA name, `locale` a BCP 47 tag, `country` ISO 3166-1 alpha-2.
    """
    is_known = {
        "currency": currency in money.CURRENCIES,
        "time_zone": time_zone in time_zones.time_zone_names(),
        "locale": _is_locale(locale),
        "country": country in _countries(),
    }
    for field, exists in is_known.items():
        if not exists:
            raise InvalidMarket(f"There is no such {field.replace('_', ' ')}.", field=field)
    if payable_amounts.payable_bounds(currency) is None:
        raise InvalidMarket(
            f"The payment provider takes no card payments in {currency}; choose another currency.",
            field="currency",
        )


@lru_cache(maxsize=1)
def _countries() -> frozenset[str]:
    """The two-letter codes of CLDR's territories; its numeric codes are continents."""
    return frozenset(str(code) for code in Locale("en").territories if str(code).isalpha()) - _NO_COUNTRIES


def _is_locale(tag: str) -> bool:
    try:
        Locale.parse(tag, sep="-")
    except (ValueError, UnknownLocaleError):
        return False
    return True
