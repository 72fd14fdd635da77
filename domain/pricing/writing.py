"""Amounts, shares, counts and instants as a reader's locale writes them. Nothing is counted here."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_time
from babel.numbers import format_currency, format_decimal, format_percent

from domain.foundation.money import BASIS_POINTS, MonetaryAmount

_PERCENT = "#,##0.##%"


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes amounts, shares and instants as one reader is used to."""

    locale: Locale
    currency: str
    time_zone: str

    def money(self, amount: int) -> str:
        """An amount with its currency and that currency's decimals."""
        worth = MonetaryAmount(amount, self.currency).decimal
        return format_currency(worth, self.currency, locale=self.locale, currency_digits=False)

    def percent(self, part: int, whole: int = BASIS_POINTS) -> str:
        """A share, to two decimals at most."""
        return format_percent(Decimal(part) / Decimal(whole), _PERCENT, locale=self.locale)

    def number(self, count: int) -> str:
        """A count."""
        return format_decimal(count, locale=self.locale)

    def thousandths(self, count: int) -> str:
        """A count of thousandths as wholes, to three decimals at most."""
        return format_decimal(Decimal(count).scaleb(-3), "#,##0.###", locale=self.locale)

    def instant(self, moment: datetime) -> str:
        """A date and a time on the clock of where the service happens."""
        local = moment.astimezone(ZoneInfo(self.time_zone))
        day, hour = format_date(local, "medium", self.locale), format_time(local, "short", locale=self.locale)
        return f"{day}, {hour}"


def known_locale(locale: str) -> Locale:
    """The locale of a language tag; English where nobody knows it."""
    try:
        return Locale.parse(locale.replace("-", "_"))
    except (ValueError, UnknownLocaleError):
        return Locale("en")
