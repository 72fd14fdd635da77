"""A quote in plain words: what will be charged when, and how each line came about.

Display only. Every number here was counted before, in integers; Babel writes it the way the reader's locale
does. Sentences are short and in English; a translation replaces them one by one.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType

from domain.foundation.money import BASIS_POINTS
from domain.markets import CancellationPolicy, MarketPolicy
from domain.offers import Terms
from domain.pricing.inputs import MINUTES_IN_AN_HOUR, Counted, Inputs
from domain.pricing.lines import Line, LineKind, LineRule
from domain.pricing.quotes import Quote
from domain.pricing.task_explanation import credits_told, redeemed, task_share, tasks_told, tax_on_tasks
from domain.pricing.writing import Writer, known_locale


@dataclass(frozen=True, slots=True)
class Explanation:
    """`charges` in the order in which they happen, and `lines` in the quote's order, one sentence each.

    `part` is what the customer gives besides money: the list price they could have instead, each task with
    what it takes off, and what credits pay for.
    """

    summary: str
    charges: tuple[str, ...]
    lines: tuple[str, ...]
    part: tuple[str, ...] = ()


def explain(quote: Quote, *, terms: Terms, policy: MarketPolicy, locale: str) -> Explanation:
    """The quote in words for a reader of `locale` (a language tag; an unknown one is read as English)."""
    writer = Writer(known_locale(locale), quote.currency, quote.time_zone)
    inputs = Inputs.model_validate(quote.inputs)
    lines = tuple(_line(Line.read(document), inputs, writer) for document in quote.lines)
    charges = tuple(_charges(quote, terms, policy, writer))
    part = (*tasks_told(quote, writer), *credits_told(quote, writer))
    return Explanation(_summary(quote, writer), charges, lines, part)


def _summary(quote: Quote, writer: Writer) -> str:
    total, until = writer.money(quote.pay_in_amount), writer.instant(quote.expires_at)
    if quote.stake_amount:
        listed = writer.money(quote.pay_in_amount + quote.stake_amount)
        most = f"With your tasks done you pay {total} in all, and never more than {listed}."
        return f"{most} This price holds until {until}."
    return f"You pay {total} in all. This price holds until {until}."


def _charges(quote: Quote, terms: Terms, policy: MarketPolicy, writer: Writer) -> Iterator[str]:
    held = quote.pay_in_amount + quote.stake_amount
    if not held:
        yield "There is nothing to pay, so nothing will be charged."
        return
    total = writer.money(held)
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
    if quote.bonus_amount:
        bonus = writer.money(quote.bonus_amount)
        yield f"For coming when many ask they receive {bonus} more, out of what demand adds to prices."


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


def _factor_on_service(line: Line, inputs: Inputs, writer: Writer) -> str:
    """The factor on the price by the time of the service; where a protection lowered it, both are told."""
    of, surge = line.inputs, inputs.surge
    service, change = writer.money(of["of_amount"]), of["multiplier_bp"] - BASIS_POINTS
    if change < 0:
        return f"{writer.percent(-change)} less than {service}, because few people ask then"
    told = f"{writer.percent(change)} of {service}, because many people ask then"
    if surge.multiplier_bp < surge.market_bp:
        return f"{told}; without your protections {writer.percent(surge.market_bp - BASIS_POINTS)}"
    return told


_HOW: Mapping[LineRule, Callable[[Line, Inputs, Writer], str]] = MappingProxyType(
    {
        LineRule.UNITS_AT_PRICE: _units_at_price,
        LineRule.TARIFF_ON_UNITS: _tariff_on_units,
        LineRule.SHARE_ON_TOP: _share_on_top,
        LineRule.PART_WITHIN: _part_within,
        LineRule.FACTOR_ON_SERVICE: _factor_on_service,
        LineRule.TASK_SHARE: task_share,
        LineRule.TAX_ON_TASKS: tax_on_tasks,
        LineRule.REDEEMED: redeemed,
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
