"""Lines: who owes whom how much, by which rule. A quote is nothing but its lines; the totals are their sums.

A line's amount is what its rule makes of its inputs, and both are stored with it, so each line can be counted
again on its own, years later, without asking anything else. Amounts are minor units of the quote's currency;
only a tariff that makes things cheaper is below zero.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Self

from domain.foundation.money import BASIS_POINTS, apportion, portion, share


class LineKind(StrEnum):
    """What a line is for."""

    BASE = "base"
    OPTION = "option"
    TARIFF = "tariff"
    SURGE = "surge"  # the live factor has its place here; no market has one in force yet, so no line has it
    SERVICE_FEE = "service_fee"
    COMMISSION = "commission"
    TAX = "tax"


class Party(StrEnum):
    """Between whom money moves. What the tax office gets passes through the platform, which remits it."""

    CUSTOMER = "customer"
    PROVIDER = "provider"
    PLATFORM = "platform"
    TAX_OFFICE = "tax_office"


class LineRule(StrEnum):
    """How an amount comes out of a line's inputs; each is one function below."""

    UNITS_AT_PRICE = "units_at_price"
    TARIFF_ON_UNITS = "tariff_on_units"
    SHARE_ON_TOP = "share_on_top"
    PART_WITHIN = "part_within"


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


def count(rule: LineRule, inputs: Mapping[str, Any]) -> int:
    """What the rule makes of the inputs: the same amount every time."""
    return _COUNTING[rule](**inputs)


def _units_at_price(*, price_amount: int, units: int, per: int, times: int) -> int:
    """A price for every `per` units (sixty, where minutes are billed at an hourly price), so many times."""
    return share(price_amount * units * times, 1, per)


def _tariff_on_units(*, price_amount: int, per: int, times: int, pieces: Sequence[Mapping[str, Any]]) -> int:
    """What the tariff adds to the base: every piece of the time by its own factor, rounded once for all."""
    weighed = sum(piece["units"] * (piece["factor_bp"] - BASIS_POINTS) for piece in pieces)
    return share(price_amount * times * weighed, 1, per * BASIS_POINTS)


def _share_on_top(*, of_amount: int, share_bp: int) -> int:
    """A share of another amount, added to it."""
    return portion(of_amount, share_bp)


def _part_within(*, of_amount: int, weights: Sequence[int], place: int) -> int:
    """One of the parts into which another amount is split without a remainder."""
    return apportion(of_amount, weights)[place]


_COUNTING: Mapping[LineRule, Callable[..., int]] = MappingProxyType(
    {
        LineRule.UNITS_AT_PRICE: _units_at_price,
        LineRule.TARIFF_ON_UNITS: _tariff_on_units,
        LineRule.SHARE_ON_TOP: _share_on_top,
        LineRule.PART_WITHIN: _part_within,
    }
)
