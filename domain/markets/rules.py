"""Which markets can be: in a currency, a time zone, a locale and a country that exist."""

from functools import lru_cache

from babel import Locale, UnknownLocaleError

from domain.foundation import money, payable_amounts, time_zones
from domain.markets.errors import InvalidMarket

# CLDR has names for unions, for tests of its own, and for not knowing.
_NO_COUNTRIES = frozenset({"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"})


def check_place(*, currency: str, time_zone: str, locale: str, country: str) -> None:
    """Refuse what does not exist, and a currency that no card pays in; the refusal names the field.

    `currency` is ISO 4217, `time_zone` an IANA name, `locale` a BCP 47 tag, `country` ISO 3166-1 alpha-2.
    """
    known = {
        "currency": currency in money.CURRENCIES,
        "time_zone": time_zone in time_zones.time_zone_names(),
        "locale": _is_locale(locale),
        "country": country in _countries(),
    }
    for field, exists in known.items():
        if not exists:
            raise InvalidMarket(f"There is no such {field.replace('_', ' ')}.", field=field)
    if payable_amounts.payable_bounds(currency) is None:
        raise InvalidMarket(
            f"The payment provider takes no card payments in {currency}; choose another currency.",
            field="currency",
        )


@lru_cache(maxsize=1)
def _countries() -> frozenset[str]:
    """Territories by their two letters; the numbers in CLDR's list are whole continents."""
    return frozenset(str(code) for code in Locale("en").territories if str(code).isalpha()) - _NO_COUNTRIES


def _is_locale(tag: str) -> bool:
    try:
        Locale.parse(tag, sep="-")
    except (ValueError, UnknownLocaleError):
        return False
    return True
