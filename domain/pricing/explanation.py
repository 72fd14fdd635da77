"""A quote in plain words: what will be charged when, and how each line came about.

Display only. Every number here was counted before, in integers; Babel writes it the way the reader's locale
does. Sentences are short and in English; a translation replaces them one by one.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from types import MappingProxyType
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_time
from babel.numbers import format_currency, format_decimal, format_percent

from domain.foundation.money import BASIS_POINTS, Money
from domain.markets import CancellationPolicy, Policy
from domain.offers import Terms
from domain.pricing.inputs import MINUTES_IN_AN_HOUR, Counted, Inputs
from domain.pricing.lines import Line, LineKind, LineRule
from domain.pricing.quotes import Quote

_PERCENT = "#,##0.##%"


@dataclass(frozen=True, slots=True)
class Explanation:
    """`charges` in the order in which they happen, and `lines` in the quote's order, one sentence each."""

    summary: str
    charges: tuple[str, ...]
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes amounts, shares and instants as one reader is used to."""

    locale: Locale
    currency: str
    time_zone: str

    def money(self, amount: int) -> str:
        """An amount with its currency and that currency's decimals."""
        worth = Money(amount, self.currency).decimal
        return format_currency(worth, self.currency, locale=self.locale, currency_digits=False)

    def percent(self, part: int, whole: int = BASIS_POINTS) -> str:
        """A share, to two decimals at most."""
        return format_percent(Decimal(part) / Decimal(whole), _PERCENT, locale=self.locale)

    def number(self, count: int) -> str:
        """A count."""
        return format_decimal(count, locale=self.locale)

    def instant(self, moment: datetime) -> str:
        """A date and a time on the clock of where the service happens."""
        local = moment.astimezone(ZoneInfo(self.time_zone))
        day, hour = format_date(local, "medium", self.locale), format_time(local, "short", locale=self.locale)
        return f"{day}, {hour}"


def explain(quote: Quote, *, terms: Terms, policy: Policy, locale: str) -> Explanation:
    """The quote in words for a reader of `locale` (a language tag; an unknown one is read as English)."""
    writer = Writer(_known(locale), quote.currency, quote.time_zone)
    inputs = Inputs.model_validate(quote.inputs)
    lines = tuple(_line(Line.read(document), inputs, writer) for document in quote.lines)
    return Explanation(_summary(quote, writer), tuple(_charges(quote, terms, policy, writer)), lines)


def _known(locale: str) -> Locale:
    try:
        return Locale.parse(locale.replace("-", "_"))
    except (ValueError, UnknownLocaleError):
        return Locale("en")


def _summary(quote: Quote, writer: Writer) -> str:
    total = writer.money(quote.pay_in_amount)
    return f"You pay {total} in all. This price holds until {writer.instant(quote.expires_at)}."


def _charges(quote: Quote, terms: Terms, policy: Policy, writer: Writer) -> Iterator[str]:
    if not quote.pay_in_amount:
        yield "There is nothing to pay, so nothing will be charged."
        return
    total = writer.money(quote.pay_in_amount)
    if terms.books_instantly:
        yield f"When you book, {total} is charged, because this offer confirms at once."
    else:
        yield f"When you book, {total} is reserved on your card and nothing is charged yet."
        yield (
            f"When the provider accepts, {total} is charged. They have {policy.answer_window_hours} hours; "
            "if they decline or do not answer, the reservation ends and you pay nothing."
        )
    if rules := policy.cancellation_policies.get(terms.cancellation_policy):
        yield from _calling_off(quote, rules, writer)
    earned = writer.money(quote.pay_out_amount)
    yield f"After the service the provider receives {earned}. Until then the platform keeps the money safe."


def _calling_off(quote: Quote, rules: CancellationPolicy, writer: Writer) -> Iterator[str]:
    yield "If the provider cancels, you get everything back."
    if rules.grace_minutes:
        grace = f"within {rules.grace_minutes} minutes of booking"
        yield f"Cancel {grace}, before the service starts, and you get everything back."
    for tier in rules.tiers:
        until = quote.during.start - timedelta(hours=tier.hours_before_start)
        if until > quote.created_at:  # what is past already would only confuse
            service, fee = writer.percent(tier.refund_bp), writer.percent(tier.service_fee_refund_bp)
            back = f"{service} of the service and {fee} of the fee come back"
            yield f"Cancel by {writer.instant(until)} and {back}."
    yield "If you cancel otherwise, nothing is given back."


def _line(line: Line, inputs: Inputs, writer: Writer) -> str:
    how = _HOW[line.rule](line, inputs, writer)
    return f"{line.label}: {writer.money(line.amount)} — {how}."


def _units_at_price(line: Line, inputs: Inputs, writer: Writer) -> str:
    of = line.inputs
    price, times = writer.money(of["price_amount"]), of["times"]
    if line.kind is LineKind.OPTION and of["units"] == 1:
        return f"{writer.number(times)} × {price}"
    words = [f"{writer.number(of['units'])} {_UNITS[inputs.counted]}", f"{price} {_FOR_EACH[inputs.counted]}"]
    return " × ".join([*words, *([f"{writer.number(times)}"] if times > 1 else [])])


def _tariff_on_units(line: Line, inputs: Inputs, writer: Writer) -> str:
    pieces = [
        f"{writer.number(piece['units'])} {_UNITS[inputs.counted]} at "
        f"{writer.percent(piece['factor_bp'])} of the price"
        for piece in line.inputs["pieces"]
    ]
    return ", ".join(pieces)


def _share_on_top(line: Line, inputs: Inputs, writer: Writer) -> str:  # noqa: ARG001 -- one shape for all rules
    return f"{writer.percent(line.inputs['share_bp'])} of {writer.money(line.inputs['of_amount'])}"


def _part_within(line: Line, inputs: Inputs, writer: Writer) -> str:  # noqa: ARG001 -- as above
    weights: list[int] = line.inputs["weights"]
    part = writer.percent(weights[line.inputs["place"]], sum(weights))
    return f"{part} of the {writer.money(line.inputs['of_amount'])} that contain it"


_HOW: Mapping[LineRule, Callable[[Line, Inputs, Writer], str]] = MappingProxyType(
    {
        LineRule.UNITS_AT_PRICE: _units_at_price,
        LineRule.TARIFF_ON_UNITS: _tariff_on_units,
        LineRule.SHARE_ON_TOP: _share_on_top,
        LineRule.PART_WITHIN: _part_within,
    }
)
_UNITS: Mapping[Counted, str] = MappingProxyType(
    {
        Counted.MINUTE: "min",
        Counted.SESSION: "session",
        Counted.NIGHT: "nights",
        Counted.KILOMETRE: "km",
        Counted.TASK: "task",
    }
)
_FOR_EACH: Mapping[Counted, str] = MappingProxyType(
    {
        Counted.MINUTE: f"for every {MINUTES_IN_AN_HOUR}",
        Counted.SESSION: "each",
        Counted.NIGHT: "each",
        Counted.KILOMETRE: "each",
        Counted.TASK: "each",
    }
)
