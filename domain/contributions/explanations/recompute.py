"""Counting a posting of credits again from nothing but its explanation's document.

A **rule** says how an entry came to its total, from its **factors**; a **cut** says which part of the total
one posting moved. Every number stands in the document: whoever counts it again needs no access to anything.
Amounts of credits are thousandths, amounts of money minor units, `_bp` hundredths of a percent.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from domain.contributions.valuation.booking_fees import credit_limit, net_fee_amount, remaining_credit_limit
from domain.contributions.valuation.formula import (
    NANO_IN_A_THOUSANDTH,
    RemainderRank,
    ValueBreakdown,
    proportional_part,
)
from domain.contributions.valuation.periods import pool_credits
from domain.credits.patronage import credits_for
from domain.foundation.money import BASIS_POINTS

Factors = Mapping[str, Any]  # a JSON object: the numbers of a rule


def recompute_posting(document: Factors) -> int:
    """The amount that a posting moved, in thousandths of a credit, from its explanation's document."""
    cut = document["cut"]
    return _PARTS[cut["rule"]](recompute_total(document), cut)


def recompute_total(document: Factors) -> int:
    """What the posting's whole entry moved."""
    return _TOTALS[document["rule"]](document["factors"])


def _contribution(factors: Factors) -> int:
    """The worth, its pool and its booking's bound counted again as well, less what was taken before."""
    worth = ValueBreakdown.model_validate(factors["worth"], strict=False)
    if worth.pool is not None:
        pool = pool_credits(
            factors["period"]["fees_amount"],
            share_bp=factors["period"]["share_bp"],
            value_amount=factors["period"]["value_amount"],
        )
        worth = worth.model_copy(update={"pool": worth.pool.model_copy(update={"total": pool})})
    if worth.fee is not None:
        bearable = remaining_credit_limit(factors["fee"]) * NANO_IN_A_THOUSANDTH
        worth = worth.model_copy(update={"fee": worth.fee.model_copy(update={"total": bearable})})
    return worth.credits - int(factors["taken_before"])


def _restoration(factors: Factors) -> int:
    """As much as was taken back."""
    return recompute_total(factors["taken"])


def _release(factors: Factors) -> int:
    return int(min(factors["credits"] - factors["taken_before"], factors["pending_before"]))


def _claw_back(factors: Factors) -> int:
    return int(factors["credits"] - factors["taken_before"])


def _refund(factors: Factors) -> int:
    """A contribution's part of what a booking can no longer bear."""
    fee = factors["fee"]
    most = credit_limit(net_fee_amount(fee), theta_bp=fee["theta_bp"], value_amount=fee["value_amount"])
    place = RemainderRank(rank=fee["rank"], left_over=fee["left_over"])
    return proportional_part(fee["given"] - most, fee["own"], fee["given"], place)


def _redemption(factors: Factors) -> int:
    return _fee(factors) + credits_for(factors["surge_amount"], factors["value_amount"])


def _changed_price(factors: Factors) -> int:
    """What was redeemed before, less what the changed price is paid with."""
    return int(factors["redeemed_before"]) - _redemption(factors)


def _booking_ended(factors: Factors) -> int:
    """Credits come back as far as what they paid for does, each use for itself, rounded down."""
    fee = factors["fee_credits"] * factors["service_fee_bp"] // BASIS_POINTS
    return int(fee + factors["surge_credits"] * factors["service_bp"] // BASIS_POINTS)


def _expiry(factors: Factors) -> int:
    """Only what is left and was named by both notices."""
    return int(min(factors["left"], factors["first_notice"], factors["second_notice"]))


def _patronage(factors: Factors) -> int:
    weight = (
        factors["fee_amount"] * factors["fee_weight"]
        + factors["commission_amount"] * factors["commission_weight"]
    )
    place = RemainderRank(rank=factors["rank"], left_over=factors["left_over"])
    share = proportional_part(factors["surplus_amount"], weight, factors["weight_of_all"], place)
    return credits_for(share, factors["value_amount"])


def _decided(factors: Factors) -> int:
    return int(factors["credits"])


def _correction(factors: Factors) -> int:
    """A posting that corrects another moves the same amount back."""
    return recompute_posting(factors["corrects"])


def _whole(whole: int, cut: Factors) -> int:  # noqa: ARG001 -- one shape for all cuts
    return whole


def _pays_off(whole: int, cut: Factors) -> int:
    return min(whole, int(cut["owed_before"]))


def _after_owed(whole: int, cut: Factors) -> int:
    return whole - _pays_off(whole, cut)


def _clawed_back(whole: int, cut: Factors) -> int:
    """First from pending, then from available; the rest is owed."""
    pending = min(whole, int(cut["pending_before"]))
    available = min(whole - pending, int(cut["available_before"]))
    taken = {"pending": pending, "available": available, "owed": whole - pending - available}
    return taken[cut["from"]]


def _by_a_pot(whole: int, cut: Factors) -> int:  # noqa: ARG001
    """A pot pays what others before it left of the discount, as far as it goes."""
    discount = credits_for(cut["fee_amount"], cut["value_amount"])
    return int(min(cut["pot_before"], discount - cut["paid_before"]))


def _by_oneself(whole: int, cut: Factors) -> int:
    return whole - int(cut["paid_before"])


def _returned(whole: int, cut: Factors) -> int:
    """What is left to return, at most as much as still came from here; a debt is paid off first."""
    returned = int(min(whole - cut["returned_before"], cut["still_spent"]))
    owed = min(returned, int(cut["owed_before"]))
    return {"pot": returned, "owed": owed, "available": returned - owed}[cut["to"]]


def _fee(factors: Factors) -> int:
    return credits_for(factors["fee_amount"], factors["value_amount"])


_TOTALS: Mapping[str, Callable[[Factors], int]] = MappingProxyType(
    {
        "contribution": _contribution,
        "restoration": _restoration,
        "release": _release,
        "claw_back": _claw_back,
        "refund": _refund,
        "redemption": _redemption,
        "changed_price": _changed_price,
        "booking_ended": _booking_ended,
        "expiry": _expiry,
        "patronage": _patronage,
        "decided": _decided,
        "correction": _correction,
    }
)
_PARTS: Mapping[str, Callable[[int, Factors], int]] = MappingProxyType(
    {
        "whole": _whole,
        "pays_off": _pays_off,
        "after_owed": _after_owed,
        "taken": _clawed_back,
        "by_a_pot": _by_a_pot,
        "by_oneself": _by_oneself,
        "returned": _returned,
    }
)
