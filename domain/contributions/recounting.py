"""Counting a posting of credits again from nothing but its explanation's document.

A **rule** says how an entry came to its total, from its **factors**; a **cut** says which part of the total
one posting moved. Every number stands in the document: whoever counts it again needs no access to anything.
Amounts of credits are thousandths, amounts of money minor units, `_bp` hundredths of a percent.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from domain.contributions.booking_fees import bearable_of, bound_of, net_of
from domain.contributions.patronage_rules import credits_for
from domain.contributions.periods import pool_of
from domain.contributions.worth import NANO_IN_A_THOUSANDTH, Place, Worth, part
from domain.foundation.money import BASIS_POINTS

Factors = Mapping[str, Any]  # a JSON object: the numbers of a rule


def recount(document: Factors) -> int:
    """The amount that a posting moved, in thousandths of a credit, from its explanation's document."""
    cut = document["cut"]
    return _CUTS[cut["rule"]](total(document), cut)


def total(document: Factors) -> int:
    """What the posting's whole entry moved."""
    return _TOTALS[document["rule"]](document["factors"])


def _contribution(told: Factors) -> int:
    """The worth, its pool and its booking's bound counted again as well, less what was taken before."""
    worth = Worth.model_validate(told["worth"], strict=False)
    if worth.pool is not None:
        pool = pool_of(
            told["period"]["fees_amount"],
            share_bp=told["period"]["share_bp"],
            value_amount=told["period"]["value_amount"],
        )
        worth = worth.model_copy(update={"pool": worth.pool.model_copy(update={"total": pool})})
    if worth.fee is not None:
        bearable = bearable_of(told["fee"]) * NANO_IN_A_THOUSANDTH
        worth = worth.model_copy(update={"fee": worth.fee.model_copy(update={"total": bearable})})
    return worth.credits - int(told["taken_before"])


def _restoration(told: Factors) -> int:
    """As much as was taken back."""
    return total(told["taken"])


def _release(told: Factors) -> int:
    return int(min(told["credits"] - told["taken_before"], told["pending_before"]))


def _claw_back(told: Factors) -> int:
    return int(told["credits"] - told["taken_before"])


def _refund(told: Factors) -> int:
    """A contribution's part of what a booking can no longer bear."""
    fee = told["fee"]
    most = bound_of(net_of(fee), theta_bp=fee["theta_bp"], value_amount=fee["value_amount"])
    place = Place(rank=fee["rank"], left_over=fee["left_over"])
    return part(fee["given"] - most, fee["own"], fee["given"], place)


def _redemption(told: Factors) -> int:
    return _fee(told) + credits_for(told["surge_amount"], told["value_amount"])


def _changed_price(told: Factors) -> int:
    """What was redeemed before, less what the changed price is paid with."""
    return int(told["redeemed_before"]) - _redemption(told)


def _booking_ended(told: Factors) -> int:
    """Credits come back as far as what they paid for does, each use for itself, rounded down."""
    fee = told["fee_credits"] * told["service_fee_bp"] // BASIS_POINTS
    return int(fee + told["surge_credits"] * told["service_bp"] // BASIS_POINTS)


def _expiry(told: Factors) -> int:
    """Only what is left and was named by both notices."""
    return int(min(told["left"], told["first_notice"], told["second_notice"]))


def _patronage(told: Factors) -> int:
    weight = told["fee_amount"] * told["fee_weight"] + told["commission_amount"] * told["commission_weight"]
    place = Place(rank=told["rank"], left_over=told["left_over"])
    share = part(told["surplus_amount"], weight, told["weight_of_all"], place)
    return credits_for(share, told["value_amount"])


def _decided(told: Factors) -> int:
    return int(told["credits"])


def _correction(told: Factors) -> int:
    """A posting that corrects another moves the same amount back."""
    return recount(told["corrects"])


def _whole(whole: int, cut: Factors) -> int:  # noqa: ARG001 -- one shape for all cuts
    return whole


def _pays_off(whole: int, cut: Factors) -> int:
    return min(whole, int(cut["owed_before"]))


def _after_owed(whole: int, cut: Factors) -> int:
    return whole - _pays_off(whole, cut)


def _taken(whole: int, cut: Factors) -> int:
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
    here = int(min(whole - cut["returned_before"], cut["still_spent"]))
    owed = min(here, int(cut["owed_before"]))
    return {"pot": here, "owed": owed, "available": here - owed}[cut["to"]]


def _fee(told: Factors) -> int:
    return credits_for(told["fee_amount"], told["value_amount"])


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
_CUTS: Mapping[str, Callable[[int, Factors], int]] = MappingProxyType(
    {
        "whole": _whole,
        "pays_off": _pays_off,
        "after_owed": _after_owed,
        "taken": _taken,
        "by_a_pot": _by_a_pot,
        "by_oneself": _by_oneself,
        "returned": _returned,
    }
)
