"""How dear a coming block is: every invariant over a hundred thousand blocks, and red without its guard."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import nbinom, poisson

from domain.surge import scheduled
from domain.surge.kinds import Reason
from domain.surge.policy import Livable, ScheduledRules
from domain.surge.scheduled import (
    ScheduledInputs,
    ScheduledPrices,
    at_least,
    protection_levels,
    scheduled_prices,
)

RULES, LIVABLE = ScheduledRules(), Livable()
MANY = (1_000, 100)


def blocks(seed: int = 1, shape: tuple[int, ...] = MANY) -> ScheduledInputs:
    """All sorts of blocks, sensible or not."""
    random = np.random.default_rng(seed)
    capacity = random.integers(0, 30, shape).astype(float)
    return ScheduledInputs(
        hours_left=random.uniform(-10, 24 * 60, shape) * random.choice([1, 0.05], shape),
        on_the_books=np.floor(capacity * random.uniform(0, 1.1, shape)),
        capacity=capacity,
        survival=random.uniform(0.01, 1, shape),
        new=random.choice([0, 0.05, 1, 20], shape) * random.random(shape),
        dispersion=random.choice([0, 0.5, 4], shape) * random.random(shape),
        previous_bp=(random.integers(8, 21, shape) * 1_000).astype(np.int32),
        previous_left=np.where(random.random(shape) < 0.2, np.nan, random.integers(0, 30, shape)),
        previous_least_bp=(random.choice([0, 8, 13, 20], shape) * 1_000).astype(np.int32),
        caps_bp=random.choice([10_000, 13_000, 20_000], shape).astype(np.int32),
        floors_bp=random.choice([8_000, 10_000], shape).astype(np.int32),
        cap_reasons=np.full(shape, Reason.CAPPED_BY_REGULATION, dtype=np.uint16),
    )


def one(**given: float) -> ScheduledInputs:
    """A block ten days ahead with five places, none taken, at the tariff's price before."""
    usual = {
        "hours_left": 240.0, "on_the_books": 0.0, "capacity": 5.0,
        "survival": 0.9, "new": 2.0, "dispersion": 0.0,
        "previous_bp": 10_000, "previous_left": np.nan, "previous_least_bp": 0,
        "caps_bp": 20_000, "floors_bp": 8_000, "cap_reasons": Reason.CAPPED_BY_MARKET,
    }  # fmt: skip
    return ScheduledInputs(**{name: np.array(value) for name, value in (usual | given).items()})


def priced(inputs: ScheduledInputs) -> ScheduledPrices:
    return scheduled_prices(inputs, RULES, LIVABLE)


def far_falls(inputs: ScheduledInputs, prices: ScheduledPrices) -> int:
    """Where far ahead a place costs less than one that went before, though none came free and no cap fell."""
    far = (inputs.hours_left >= RULES.last_minute_hours) & (inputs.capacity > 0)
    fewer, as_many = inputs.left < inputs.previous_left, inputs.left == inputs.previous_left
    paid = np.where(fewer, np.maximum(inputs.previous_bp, inputs.previous_least_bp), inputs.previous_least_bp)
    due = np.minimum(paid, np.minimum(inputs.caps_bp, RULES.cap_bp))
    return int((far & (fewer | as_many) & (prices.shown_bp < due)).sum())


def out_of_bounds(inputs: ScheduledInputs, prices: ScheduledPrices) -> int:
    bookable = (inputs.hours_left >= 0) & (inputs.capacity > 0)
    low = np.minimum(inputs.floors_bp, inputs.caps_bp)
    return int((bookable & ((prices.shown_bp > inputs.caps_bp) | (prices.shown_bp < low))).sum())


def undue_discounts(inputs: ScheduledInputs, prices: ScheduledPrices) -> int:
    nobody = at_least(np.ones_like(inputs.new), inputs.new, inputs.dispersion) < 0.3
    due = (inputs.hours_left < 48) & (inputs.hours_left >= 0) & nobody & (inputs.left >= 1)
    return int(((prices.raw < 1) & ~due).sum())


def test_a_probability_is_one_and_tells_the_truth():
    pressure = priced(blocks()).pressure
    assert ((pressure >= 0) & (pressure <= 1)).all()
    count, mean = np.arange(30.0), np.full(30, 7.0)
    assert at_least(count, mean, np.zeros(30)) == pytest.approx(poisson.sf(count - 1, 7))
    assert at_least(count, mean, np.full(30, 0.5)) == pytest.approx(nbinom.sf(count - 1, 2, 2 / 9))


def test_the_more_are_on_the_books_the_dearer():
    few = blocks()
    more = replace(few, on_the_books=few.on_the_books + 1)
    assert (priced(more).pressure >= priced(few).pressure).all()


def test_the_more_places_there_are_the_cheaper():
    few = blocks()
    more = replace(few, capacity=few.capacity + 1)
    bookable = (few.hours_left >= 0) & (few.capacity > 0)
    assert (priced(more).pressure <= priced(few).pressure)[bookable].all()


def test_a_block_that_fills_is_dearer_and_says_why():
    prices = priced(one(new=20.0))
    assert (int(prices.shown_bp), Reason(int(prices.reasons))) == (20_000, Reason.SCHEDULED_DAY_FILLS)
    prices = priced(one())
    assert (int(prices.shown_bp), Reason(int(prices.reasons))) == (10_000, Reason.NONE)


def test_far_ahead_no_place_costs_less_than_one_that_went_before():
    inputs = blocks()
    assert far_falls(inputs, priced(inputs)) == 0
    sold = priced(one(previous_bp=15_000, previous_left=6.0))
    assert (int(sold.shown_bp), Reason(int(sold.reasons))) == (15_000, Reason.PATH_DOES_NOT_FALL)
    assert int(sold.least_bp) == 15_000
    later = priced(one(previous_bp=15_000, previous_left=5.0, previous_least_bp=15_000))
    assert int(later.shown_bp) == 15_000


def test_a_price_falls_with_time_while_no_place_goes_and_when_one_comes_free():
    assert int(priced(one(previous_bp=15_000, previous_left=5.0)).shown_bp) == 10_000
    freed = priced(one(previous_bp=15_000, previous_left=4.0, previous_least_bp=15_000))
    assert (int(freed.shown_bp), int(freed.least_bp)) == (10_000, 0)


def test_along_a_whole_path_nobody_pays_less_than_who_came_before():
    """Ticks in a row, as the worker keeps them: bookings come and go, and expectations change their mind."""
    random, shape = np.random.default_rng(7), (2_000,)
    shown, left = np.full(shape, 10_000, dtype=np.int32), np.full(shape, np.nan)
    least, taken, dearest = np.zeros(shape, dtype=np.int32), np.zeros(shape), np.zeros(shape)
    sales = 0
    for tick in range(40):
        inputs = replace(
            blocks(tick, shape), hours_left=np.full(shape, 300.0 - tick), capacity=np.full(shape, 12.0),
            on_the_books=taken, previous_bp=shown, previous_left=left, previous_least_bp=least,
            caps_bp=np.full(shape, 20_000),
        )  # fmt: skip
        prices = priced(inputs)
        shown, left, least = prices.shown_bp, inputs.left, prices.least_bp
        step = np.where(taken < 12, random.choice([-1, 0, 0, 1, 1], shape), 0)
        step = np.maximum(step, -taken)
        assert (shown >= dearest)[step > 0].all()
        sales += int((step > 0).sum())
        dearest = np.where(step > 0, shown, np.where(step < 0, 0, dearest))
        taken = taken + step
    assert sales > 10_000


def test_a_path_whose_guard_is_removed_falls(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(scheduled, "_never_falling", lambda shown, _, far: (shown, far & False))
    assert far_falls(blocks(), priced(blocks())) > 0


def test_no_price_leaves_its_bounds():
    inputs = blocks()
    assert out_of_bounds(inputs, priced(inputs)) == 0
    capped = priced(one(new=20.0, caps_bp=13_000))
    assert int(capped.shown_bp) == 13_000
    assert Reason.CAPPED_BY_MARKET in Reason(int(capped.reasons))
    raised = priced(one(hours_left=10.0, new=0.0, floors_bp=9_500))
    assert int(raised.shown_bp) == 9_500
    assert Reason.RAISED_TO_FLOOR in Reason(int(raised.reasons))
    own = scheduled_prices(one(new=20.0), ScheduledRules(cap_bp=12_000), LIVABLE)
    assert int(own.shown_bp) == 12_000
    assert Reason.CAPPED_BY_CATEGORY in Reason(int(own.reasons))


def test_bounds_whose_guard_is_removed_are_left(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(
        scheduled,
        "_within_bounds",
        lambda shown, *_: (shown, np.zeros(shown.shape, dtype=np.uint16)),
    )
    assert out_of_bounds(blocks(), priced(blocks())) > 0


LAST_MINUTE = {"hours_left": 10.0, "new": 0.02}


def test_last_minute_is_cheaper_where_hardly_anybody_comes_and_only_there():
    inputs = blocks()
    assert undue_discounts(inputs, priced(inputs)) == 0
    prices = priced(one(**LAST_MINUTE))
    assert (int(prices.shown_bp), Reason(int(prices.reasons))) == (8_000, Reason.LAST_MINUTE)
    assert float(prices.raw) == pytest.approx(1 - 0.2 * (1 - (1 - np.exp(-0.02)) / 0.3))


@pytest.mark.parametrize(
    "but", [{"hours_left": 48.0}, {"new": 0.4}, {"on_the_books": 5.0}, {"hours_left": -1.0}]
)
def test_last_minute_is_not_cheaper(but: dict[str, float]):
    assert int(priced(one(**LAST_MINUTE | but)).shown_bp) == 10_000


def test_discounts_whose_guard_is_removed_come_undue(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(scheduled, "_last_minute", lambda inputs, _: np.full(inputs.new.shape, 0.2))
    assert undue_discounts(blocks(), priced(blocks())) > 0


def test_a_move_too_small_moves_no_price():
    inputs = one(new=3.6, previous_bp=13_000)
    raw = float(priced(inputs).raw)
    assert 1.0 <= raw < 1.05  # far from what is shown, so it moves
    near = priced(replace(inputs, previous_bp=np.array(round(raw * 10_000) + 700), hours_left=np.array(20.0)))
    assert int(near.shown_bp) == round(raw * 10_000) + 700
    assert Reason.HELD_BY_HYSTERESIS in Reason(int(near.reasons))


@pytest.mark.parametrize("gone", [{"hours_left": -0.1}, {"capacity": 0.0}, {"new": np.nan}])
def test_what_has_begun_has_no_places_or_no_forecast_costs_the_tariffs_price(gone: dict[str, float]):
    prices = priced(one(**{"new": 20.0} | gone))
    assert (int(prices.shown_bp), int(prices.reasons), float(prices.pressure)) == (10_000, 0, 0)


def test_the_same_inputs_give_the_same_prices_to_the_bit():
    first, second = priced(blocks()), priced(blocks())
    for name in ScheduledPrices.__slots__:
        assert getattr(first, name).tobytes() == getattr(second, name).tobytes()
    assert [getattr(first, name).dtype.name for name in ScheduledPrices.__slots__] == [
        "int32", "float32", "uint16", "float32", "int32",
    ]  # fmt: skip


@pytest.mark.parametrize("dear", [1.1, 1.5, 2.0, 4.0])
@pytest.mark.parametrize("mean", [0.5, 3.0, 12.0])
@pytest.mark.parametrize("dispersion", [0.0, 0.6])
def test_two_fares_are_protected_as_if_every_level_had_been_tried(
    dear: float, mean: float, dispersion: float
):
    """Brute force: the dear come last; keep y of 30 places for them, and the cheap take the rest."""
    asked = np.arange(2_000)
    chance = (
        nbinom.pmf(asked, 1 / dispersion, 1 / (1 + dispersion * mean))
        if dispersion
        else poisson.pmf(asked, mean)
    )
    earned = [
        dear * float((chance * np.minimum(asked, kept)).sum()) + 1.0 * (30 - kept) for kept in range(31)
    ]
    level = protection_levels(np.array([dear, 1.0]), np.array([mean, 50.0]), dispersion)
    assert level.tolist() == [int(np.argmax(earned))]


def test_protection_grows_with_every_cheaper_fare():
    levels = protection_levels(np.array([2.0, 1.5, 1.25, 1.0]), np.array([3.0, 3.0, 4.0, 20.0]))
    assert levels.tolist() == sorted(levels.tolist())
    assert len(levels) == 3
