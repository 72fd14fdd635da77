"""The pickup model: what becomes of those on the books, and how many come besides."""

import json

import numpy as np
import pytest

from domain.surge import pickup
from domain.surge.pickup import Curves, counted, forecast, learned

BLOCKS, LEADS = 3, 20
PLENTY = np.full(BLOCKS, np.inf)


def bookings(random: np.random.Generator, count: int, called_off: float) -> tuple[np.ndarray, ...]:
    booked = random.exponential(8.0, count)
    gone = np.where(random.random(count) < called_off, booked * random.random(count), np.nan)
    return random.integers(0, BLOCKS, count), booked, gone


def after(days: int, *, count: int = 30, called_off: float = 0.3, capacity: np.ndarray = PLENTY) -> Curves:
    random = np.random.default_rng(days)
    curves = Curves.empty(blocks=BLOCKS, leads=LEADS)
    for day in range(days):
        over = counted(*bookings(random, count, called_off), capacity=capacity, leads=LEADS)
        curves = learned(curves, over, weekday=day % 7)
    return curves


def everywhere(curves: Curves, lead: float | np.ndarray = 0.0) -> pickup.Forecast:
    return forecast(
        curves,
        weekday=np.arange(7)[:, None],
        block=np.arange(curves.blocks)[None, :],
        lead=np.asarray(lead, dtype=float),
    )


def test_on_the_books_at_a_lead_are_those_made_by_then_and_not_called_off_by_then():
    day = counted(
        np.array([0, 0, 1]),
        np.array([3.5, 2.0, 0.2]),
        np.array([1.5, np.nan, np.nan]),
        capacity=np.array([5.0, 1.0]),
        leads=4,
    )
    # The first was called off a day and a half before: it is there three and two days before, and then not.
    assert day.booked.tolist() == [[1, 1, 2, 1, 0], [1, 0, 0, 0, 0]]
    assert day.kept.tolist() == [[1, 1, 1, 0, 0], [1, 0, 0, 0, 0]]
    assert day.new.tolist() == [[0, 0, 0, 1, 1], [0, 1, 1, 1, 1]]
    assert day.full.tolist() == [False, True]


@pytest.mark.parametrize("days", [0, 1, 7, 100])
@pytest.mark.parametrize("called_off", [0.0, 0.4, 1.0])
def test_survival_is_a_share_and_nothing_expected_is_negative(days: int, called_off: float):
    expected = everywhere(after(days, called_off=called_off), np.arange(LEADS + 1.0)[:, None, None])
    assert ((expected.survival > 0) & (expected.survival <= 1)).all()
    assert (expected.new >= 0).all()
    assert ((expected.dispersion >= 0) & (expected.dispersion <= pickup.MOST_DISPERSION)).all()


def test_before_anything_is_seen_three_of_four_are_kept_and_nobody_else_comes():
    expected = everywhere(Curves.empty(blocks=BLOCKS, leads=LEADS), 5.0)
    assert (expected.survival == 0.75).all()
    assert (expected.new == 0).all()


def test_the_same_days_again_and_again_are_expected_again():
    day = pickup.Day(
        booked=np.full((1, 3), 10.0),
        kept=np.full((1, 3), 8.0),
        new=np.array([[0.0, 2.0, 6.0]]),
        full=np.array([False]),
    )
    curves = Curves.empty(blocks=1, leads=2)
    for number in range(400):
        curves = learned(curves, day, weekday=number % 7)
    expected = forecast(curves, weekday=np.int64(3), block=np.int64(0), lead=np.array([0.0, 1.0, 2.0]))
    assert expected.new == pytest.approx([0, 2, 6])
    assert expected.survival == pytest.approx(0.8, abs=0.001)
    # Who is never wrong varies less than Poisson; of a lead at which nobody ever comes nothing is learned.
    assert expected.dispersion == pytest.approx([0.3, 0, 0], abs=0.1)


def test_the_mean_of_the_same_weekdays_weighs_six_tenths():
    curves = Curves.empty(blocks=1, leads=0)
    for number in range(7 * 60):
        busy = 7.0 if number % 7 == 5 else 0.0
        over = pickup.Day(np.zeros((1, 1)), np.zeros((1, 1)), np.array([[busy]]), np.array([False]))
        curves = learned(curves, over, weekday=number % 7)
    saturday, sunday = (float(everywhere(curves).new[day, 0]) for day in (5, 6))
    assert saturday - sunday == pytest.approx(0.6 * 7)
    assert sunday == pytest.approx(0.4 * 1, abs=0.05)


def test_four_weeks_halve_what_is_known():
    once = learned(
        Curves.empty(blocks=1, leads=0),
        pickup.Day(np.array([[8.0]]), np.array([[4.0]]), np.array([[1.0]]), np.array([False])),
        weekday=0,
    )
    nothing = pickup.Day(np.zeros((1, 1)), np.zeros((1, 1)), np.zeros((1, 1)), np.array([False]))
    for number in range(28):
        once = learned(once, nothing, weekday=number % 7)
    assert once.booked.tolist() == pytest.approx([4.0])
    assert once.kept.tolist() == pytest.approx([2.0])


def test_a_day_that_is_not_known_changes_nothing_expected():
    curves = after(30)
    gap = np.full((BLOCKS, LEADS + 1), np.nan)
    skipped = learned(curves, pickup.Day(gap, gap, gap, np.zeros(BLOCKS, dtype=bool)), weekday=6)
    assert skipped.new.tolist() == curves.new.tolist()
    # Sums fade with the days, and what is expected moves a little towards what it was before any.
    assert everywhere(skipped, 3.0).survival == pytest.approx(everywhere(curves, 3.0).survival, abs=0.01)


def test_a_slot_that_was_full_does_not_teach_that_few_ask():
    """Otherwise the dearest slots would learn from their own walls that they are cheap."""
    none, usual = np.zeros((1, 1)), np.array([[4.0]])
    no, yes = np.array([False]), np.array([True])
    curves = Curves.empty(blocks=1, leads=0)
    for number in range(70):
        curves = learned(curves, pickup.Day(none, none, usual, no), weekday=number % 7)
    full = learned(curves, pickup.Day(none, none, none + 1, yes), weekday=0)
    free = learned(curves, pickup.Day(none, none, none + 1, no), weekday=0)
    assert float(everywhere(full).new[0, 0]) == pytest.approx(4)
    assert float(everywhere(free).new[0, 0]) < 4
    more = learned(curves, pickup.Day(none, none, none + 9, yes), weekday=0)
    assert float(everywhere(more).new[0, 0]) > 4


def test_what_is_expected_moves_on_a_straight_line_between_days():
    curves = after(60)
    at = {lead: everywhere(curves, lead) for lead in (4.0, 4.25, 5.0, LEADS + 30.0, float(LEADS))}
    assert at[4.25].new == pytest.approx(0.75 * at[4.0].new + 0.25 * at[5.0].new)
    assert (at[LEADS + 30.0].new == at[float(LEADS)].new).all()


def test_curves_survive_json_to_the_bit():
    curves = after(20)
    again = Curves.read(json.loads(json.dumps(curves.document())))
    for name in Curves.__slots__:
        assert np.array_equal(getattr(again, name), getattr(curves, name), equal_nan=True)


def test_days_that_vary_more_than_poisson_are_expected_to():
    random = np.random.default_rng(4)
    steady, wild = (Curves.empty(blocks=1, leads=0) for _ in range(2))
    for number in range(300):
        for_all = np.zeros((1, 1)), np.zeros((1, 1))
        no = np.array([False])
        steady = learned(
            steady, pickup.Day(*for_all, np.array([[float(random.poisson(10))]]), no), weekday=number % 7
        )
        count = float(random.negative_binomial(2, 2 / 12))  # mean 10, φ = 0.5
        wild = learned(wild, pickup.Day(*for_all, np.array([[count]]), no), weekday=number % 7)
    assert float(everywhere(steady).dispersion[0, 0]) < 0.1
    assert 0.3 < float(everywhere(wild).dispersion[0, 0]) < 1.0
