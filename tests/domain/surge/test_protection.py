"""A protection lowers a customer's price below the market's and can do nothing else.

Half a million made-up customers, histories and policies; each promise is broken once to see that it is kept.
"""

import typing
from collections import Counter
from collections.abc import Iterator
from dataclasses import fields, replace
from itertools import pairwise
from random import Random

import pytest

from domain.surge import protection as room
from domain.surge.kinds import Limit
from domain.surge.policy import HIGHEST_BP, ONE_BP, Protection, TierCap
from domain.surge.protection import NOBODY_KNOWN, History, Protected, protect

SOME = pytest.param(50_000, id="some")
ALL = pytest.param(1_000_000, id="a million", marks=[pytest.mark.long, pytest.mark.timeout(1_200)])
A_FEW = 2_000  # are enough to see a promise broken
Case = tuple[int, History, Protection]


def policies(dice: Random) -> list[Protection]:
    """Policies that a market could publish, all of their numbers drawn."""
    return [_policy(dice) for _ in range(200)]


def _policy(dice: Random) -> Protection:
    counts = sorted({0, *(dice.randint(1, 80) for _ in range(dice.randint(0, 3)))})
    caps = sorted((dice.randint(ONE_BP, HIGHEST_BP) for _ in counts), reverse=True)
    tiers = tuple(TierCap(completed_bookings=n, cap_bp=cap) for n, cap in zip(counts, caps, strict=True))
    return Protection(
        tier_caps=tiers,
        memory_margin_bp=dice.randint(0, 10_000),
        surged_bookings_a_month=dice.randint(0, 8),
    )


def cases(count: int) -> Iterator[Case]:
    """Any market multiplier, any history, any policy."""
    dice = Random(1)
    known = policies(dice)
    for _ in range(count):
        history = History(
            completed_bookings=dice.randint(0, 90),
            has_booked=True,
            usual_bp=dice.choice([None, dice.randint(5_000, HIGHEST_BP)]),
            surged_this_month=dice.randint(0, 9),
        )
        yield dice.randint(5_000, HIGHEST_BP), history, dice.choice(known)


def broken(count: int) -> Counter[str]:
    """Which promises were broken how often, each counted without asking the room how it does it."""
    found: Counter[str] = Counter()
    for market, history, policy in cases(count):
        here = protect(market, history, policy)
        found["dearer than the market"] += here.multiplier_bp > market
        found["unprotected and not the market's"] += not here.limits and here.multiplier_bp != market
        newcomer = protect(market, NOBODY_KNOWN, policy)
        found["dearer than for a newcomer"] += here.multiplier_bp > newcomer.multiplier_bp
        found["above a cap"] += _breaks_a_cap(here.multiplier_bp, history, policy)
    return found


def _breaks_a_cap(paid: int, history: History, policy: Protection) -> bool:
    reached = [t.cap_bp for t in policy.tier_caps if history.completed_bookings >= t.completed_bookings]
    by_memory = history.usual_bp is not None and paid > max(
        ONE_BP, history.usual_bp + policy.memory_margin_bp
    )
    by_month = history.surged_this_month >= policy.surged_bookings_a_month and paid > ONE_BP
    return any(paid > max(ONE_BP, cap) for cap in reached) or by_memory or by_month


@pytest.mark.parametrize("count", [SOME, ALL])
def test_no_customer_is_asked_for_more_than_is_right(count: int) -> None:
    assert not +broken(count)


def test_without_its_guard_a_protection_would_raise_prices(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "lowered", lambda _, ceiling: ceiling)
    assert broken(A_FEW)["dearer than the market"] > 0


def test_a_protection_that_works_in_secret_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "Protected", lambda multiplier, _limits=(): Protected(multiplier))
    assert broken(A_FEW)["unprotected and not the market's"] > 0


def test_a_tier_that_punished_loyalty_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    def loyal_pay_all(history: History, _: Protection) -> int:
        return HIGHEST_BP if history.completed_bookings else ONE_BP

    monkeypatch.setitem(room.CEILINGS, Limit.TIER_CAP, loyal_pay_all)
    assert broken(A_FEW)["dearer than for a newcomer"] > 0


@pytest.mark.parametrize("limit", [Limit.TIER_CAP, Limit.PRICE_MEMORY, Limit.SURGED_BOOKINGS_THIS_MONTH])
def test_a_cap_that_is_taken_out_would_be_missed(limit: Limit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(room.CEILINGS, limit, lambda _history, _policy: HIGHEST_BP)
    assert broken(A_FEW)["above a cap"] > 0


def test_no_trait_of_a_person_is_an_input() -> None:
    """Counts, one multiplier and the market's rules: nothing that says who somebody is."""
    told = {field.name: field.type for field in fields(History)}
    assert told == {
        "completed_bookings": int,
        "has_booked": bool,
        "usual_bp": int | None,
        "surged_this_month": int,
    }
    assert typing.get_type_hints(protect) == {
        "market_bp": int,
        "history": History,
        "protection": Protection,
        "return": Protected,
    }


STANDARD = Protection()
REGULAR = History(completed_bookings=5, has_booked=True)


@pytest.mark.parametrize(
    ("market", "history", "paid", "limits"),
    [
        (25_000, NOBODY_KNOWN, 20_000, (Limit.TIER_CAP,)),
        (18_000, REGULAR, 18_000, ()),
        (18_000, replace(REGULAR, completed_bookings=10), 15_000, (Limit.TIER_CAP,)),
        (18_000, replace(REGULAR, completed_bookings=50), 12_500, (Limit.TIER_CAP,)),
        (18_000, replace(REGULAR, usual_bp=10_000), 12_500, (Limit.PRICE_MEMORY,)),
        (18_000, replace(REGULAR, usual_bp=7_000), 10_000, (Limit.PRICE_MEMORY,)),
        (18_000, replace(REGULAR, surged_this_month=4), 10_000, (Limit.SURGED_BOOKINGS_THIS_MONTH,)),
        (8_500, replace(REGULAR, surged_this_month=4), 8_500, ()),
    ],
)
def test_each_protection_is_named_when_it_lowers(
    market: int, history: History, paid: int, limits: tuple[Limit, ...]
) -> None:
    protected = protect(market, history, STANDARD)
    assert (protected.multiplier_bp, protected.limits) == (paid, limits)


def test_a_market_may_spare_the_first_booking() -> None:
    sparing = STANDARD.model_copy(update={"first_booking_never_surged": True})
    assert protect(18_000, NOBODY_KNOWN, sparing).limits == (Limit.FIRST_BOOKING,)
    assert protect(18_000, REGULAR, sparing).multiplier_bp == 18_000


def test_ceilings_are_asked_in_the_order_of_their_names() -> None:
    assert list(room.CEILINGS) == list(Limit)


def test_more_bookings_never_cost_more() -> None:
    for market, history, policy in cases(A_FEW):
        counts = [replace(history, completed_bookings=n) for n in (0, 5, 10, 20, 50, 90)]
        paid = [protect(market, one, policy).multiplier_bp for one in counts]
        assert all(later <= earlier for earlier, later in pairwise(paid))
