"""Lines: who owes whom how much, by which rule. A quote is nothing but its lines; the totals are their sums.

A line's amount is what its rule makes of its inputs, and both are stored with it, so each line can be counted
again on its own, years later, without asking anything else. Amounts are minor units of the quote's currency,
and multiples of `step` where cards pay nothing finer (`foundation.payable`);
below zero is only what makes things cheaper: a tariff, a factor, a task, credits, and the tax these take off.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Self

from domain.foundation.money import BASIS_POINTS, apportion, portion, share
from domain.pricing import shapley


class LineKind(StrEnum):
    """What a line is for."""

    BASE = "base"
    OPTION = "option"
    TARIFF = "tariff"
    SURGE = "surge"
    TASK = "task"
    CREDITS = "credits"
    SERVICE_FEE = "service_fee"
    COMMISSION = "commission"
    TAX = "tax"


class Party(StrEnum):
    """Between whom money moves. What the tax office gets passes through the platform, which remits it.

    What surge takes from customers goes into a pool, and out of it to providers; the platform keeps none.
    """

    CUSTOMER = "customer"
    PROVIDER = "provider"
    PLATFORM = "platform"
    TAX_OFFICE = "tax_office"
    SURGE_POOL = "surge_pool"


class LineRule(StrEnum):
    """How an amount comes out of a line's inputs; each is one function below."""

    UNITS_AT_PRICE = "units_at_price"
    TARIFF_ON_UNITS = "tariff_on_units"
    SHARE_ON_TOP = "share_on_top"
    PART_WITHIN = "part_within"
    FACTOR_ON_SERVICE = "factor_on_service"
    TASK_SHARE = "task_share"
    TAX_ON_TASKS = "tax_on_tasks"
    REDEEMED = "redeemed"


@dataclass(frozen=True, slots=True)
class Line:
    """One amount that `payer` owes `payee`, and how it came about."""

    kind: LineKind
    label: str
    payer: Party
    payee: Party
    amount: int
    rule: LineRule
    policy_version: int
    inputs: Mapping[str, Any]  # whatever JSON the rule asks for

    @classmethod
    def read(cls, document: Mapping[str, Any]) -> Self:
        """The line that `document` wrote."""
        kind, rule = LineKind(document["kind"]), LineRule(document["rule"])
        payer, payee = Party(document["payer"]), Party(document["payee"])
        return cls(**{**document, "kind": kind, "rule": rule, "payer": payer, "payee": payee})

    @classmethod
    def counted(
        cls,
        kind: LineKind,
        label: str,
        between: tuple[Party, Party],
        rule: LineRule,
        inputs: Mapping[str, Any],
        policy_version: int,
    ) -> Self:
        """The line by which the first of the two owes the second what the rule makes of the inputs."""
        return cls(kind, label, *between, count(rule, inputs), rule, policy_version, inputs)

    @property
    def document(self) -> dict[str, Any]:
        """The line as it is stored and shown."""
        return {
            "kind": self.kind.value,
            "label": self.label,
            "payer": self.payer.value,
            "payee": self.payee.value,
            "amount": self.amount,
            "rule": self.rule.value,
            "policy_version": self.policy_version,
            "inputs": dict(self.inputs),
        }


def balance(lines: Sequence[Line], party: Party) -> int:
    """What a party gets less what it gives."""
    got = sum([line.amount for line in lines if line.payee is party])
    return got - sum([line.amount for line in lines if line.payer is party])


def count(rule: LineRule, inputs: Mapping[str, Any]) -> int:
    """What the rule makes of the inputs: the same amount every time."""
    return _COUNTING[rule](**inputs)


def _units_at_price(*, price_amount: int, units: int, per: int, times: int, step: int = 1) -> int:
    """A price for every `per` units (sixty, where minutes are billed at an hourly price), so many times."""
    return share(price_amount * units * times, 1, per, step)


def _tariff_on_units(
    *, price_amount: int, per: int, times: int, pieces: Sequence[Mapping[str, Any]], step: int = 1
) -> int:
    """What the tariff adds to the base: every piece of the time by its own factor, rounded once for all."""
    weighed = sum(piece["units"] * (piece["factor_bp"] - BASIS_POINTS) for piece in pieces)
    return share(price_amount * times * weighed, 1, per * BASIS_POINTS, step)


def _share_on_top(*, of_amount: int, share_bp: int, step: int = 1) -> int:
    """A share of another amount, added to it."""
    return portion(of_amount, share_bp, step)


def _part_within(*, of_amount: int, weights: Sequence[int], place: int, step: int = 1) -> int:
    """One of the parts into which another amount is split without a remainder."""
    return apportion(of_amount, weights, step)[place]


def _factor_on_service(*, of_amount: int, multiplier_bp: int, floor_amount: int = 0, step: int = 1) -> int:
    """What the factor by demand adds to an amount; below one it takes off, down to `floor_amount` at most.

    An amount that lies below the floor already, by a tariff or by its own price, stays as it is.
    """
    change = portion(of_amount, multiplier_bp - BASIS_POINTS, step)
    return change if change >= 0 else -min(-change, max(0, of_amount - floor_amount))


def _task_share(
    *,
    savings: Sequence[Mapping[str, Any]],
    tasks: int,
    sharing_bp: int,
    most_amount: int,
    place: int,
    step: int = 1,
) -> int:
    """What one task takes off: its Shapley share of the customer's part of all that the tasks save."""
    given = min(portion(sum(saving["amount"] for saving in savings), sharing_bp, step), most_amount)
    if not given:
        return 0
    weights = shapley.shares([(saving["tasks"], saving["amount"]) for saving in savings], tasks)
    return -apportion(given, weights, step)[place]


def _tax_on_tasks(
    *, shares: Sequence[int], rate_bp: int, whole_bp: int, most_amount: int, place: int, step: int = 1
) -> int:
    """What one task takes off a tax: its part of the tax on all shares, which is at most what was taken."""
    tax = min(share(sum(shares), rate_bp, whole_bp, step), most_amount)
    return -apportion(tax, shares, step)[place]


def _redeemed(
    *, wanted_amount: int, most_amount: int, weights: Sequence[int], place: int, step: int = 1
) -> int:
    """What credits take off one of the parts that an amount is split into."""
    return -apportion(min(wanted_amount, most_amount), weights, step)[place]


_COUNTING: Mapping[LineRule, Callable[..., int]] = MappingProxyType(
    {
        LineRule.UNITS_AT_PRICE: _units_at_price,
        LineRule.TARIFF_ON_UNITS: _tariff_on_units,
        LineRule.SHARE_ON_TOP: _share_on_top,
        LineRule.PART_WITHIN: _part_within,
        LineRule.FACTOR_ON_SERVICE: _factor_on_service,
        LineRule.TASK_SHARE: _task_share,
        LineRule.TAX_ON_TASKS: _tax_on_tasks,
        LineRule.REDEEMED: _redeemed,
    }
)
