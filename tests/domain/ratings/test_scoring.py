"""Whatever order reviews come and go in, what they add up to is what they add up to."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.ratings import scoring
from domain.ratings.scoring import Ratings

ONE = np.zeros(1, dtype=np.int64)
FLAT = np.full(5, 0.2)
NOW = 4_000.0

reviews = st.tuples(
    st.integers(0, 2),
    st.integers(1, 5),
    st.floats(-0.25, 0.25),
    st.floats(0.01, 2.0),
    st.floats(0.0, NOW),
)


def _ratings(rows) -> Ratings:
    subject, stars, bias, weight, day = (np.array(column) for column in zip(*rows, strict=True))
    return Ratings(subject.astype(np.int64), stars.astype(np.int64), bias, weight, day)


def _told(sums):
    now = scoring.moved(sums, NOW)
    return np.column_stack((now.weight, now.weighted, now.squared, now.stars, now.reviews))


@settings(max_examples=200, deadline=None)
@given(rows=st.lists(reviews, min_size=1, max_size=20), data=st.data())
def test_any_order_with_removals_and_edits_is_the_same_as_counting_anew(rows, data):
    gone = data.draw(st.lists(st.sampled_from(range(len(rows))), unique=True))
    events = [(index, "add") for index in range(len(rows))] + [(index, "remove") for index in gone]
    order = data.draw(st.permutations(events))
    # A removal that comes before its review is one that was delivered late: it waits for it.
    order = sorted(
        order, key=lambda event: event[1] == "remove" and order.index((event[0], "add")) > order.index(event)
    )
    sums = scoring.nothing(3, landmark=data.draw(st.floats(0, NOW)))
    for index, verb in order:
        change = scoring.added if verb == "add" else scoring.removed
        sums = change(sums, _ratings([rows[index]]))
    kept = [row for index, row in enumerate(rows) if index not in gone]
    anew = scoring.nothing(3, landmark=0.0)
    if kept:
        anew = scoring.added(anew, _ratings(kept))
    # Relative to the whole that ever was there: what is removed leaves the rounding of what it was.
    largest = max(1.0, float(_told(scoring.added(scoring.nothing(3, 0.0), _ratings(rows))).max()))
    assert np.abs(_told(sums) - _told(anew)).max() <= 1e-9 * largest


def test_moving_the_landmark_changes_no_score():
    sums = scoring.added(scoring.nothing(1, 0.0), _ratings([(0, 5, 0.1, 1.0, 10.0), (0, 2, 0.0, 0.5, 300.0)]))
    one, other = (scoring.posterior(each, FLAT, day=400.0) for each in (sums, scoring.moved(sums, 399.0)))
    for name in ("mean", "deviation", "lower", "upper", "debiased", "effective"):
        assert getattr(one, name) == pytest.approx(getattr(other, name), rel=1e-12)


def test_a_landmark_so_far_away_that_doubles_end_is_moved():
    sums = scoring.added(scoring.nothing(1, 0.0), _ratings([(0, 4, 0.0, 1.0, 0.0)]))
    near = scoring.renormalised(sums, 39 * scoring.HALF_LIFE_DAYS)
    far = scoring.renormalised(sums, 41 * scoring.HALF_LIFE_DAYS)
    assert near.landmark == 0.0
    assert far.landmark == 41 * scoring.HALF_LIFE_DAYS
    assert far.weight[0] == pytest.approx(2.0**-41)


def test_an_interval_narrows_with_reviews_and_holds_its_mean():
    few = scoring.added(scoring.nothing(1, 0.0), _ratings([(0, 5, 0.0, 1.0, 0.0)] * 3))
    many = scoring.added(scoring.nothing(1, 0.0), _ratings([(0, 5, 0.0, 1.0, 0.0)] * 60))
    wide, narrow = (scoring.posterior(each, FLAT, day=0.0) for each in (few, many))
    for one in (wide, narrow):
        assert one.lower[0] < one.mean[0] < one.upper[0]
    assert narrow.upper[0] - narrow.lower[0] < wide.upper[0] - wide.lower[0]
    assert narrow.effective[0] == pytest.approx(60.0)


def test_the_interval_is_that_of_the_beta_of_the_same_mean_and_variance():
    sums = scoring.added(scoring.nothing(1, 0.0), _ratings([(0, 4, 0.0, 1.0, 0.0)] * 10))
    one = scoring.posterior(sums, FLAT, day=0.0)
    rng = np.random.default_rng(7)
    size = one.mean[0] * (1 - one.mean[0]) / one.deviation[0] ** 2 - 1
    drawn = rng.beta(one.mean[0] * size, (1 - one.mean[0]) * size, 400_000)
    assert np.quantile(drawn, [0.05, 0.95]) == pytest.approx([one.lower[0], one.upper[0]], abs=3e-3)


@pytest.mark.parametrize(
    ("counts", "shown"),
    [
        ([0, 0, 0, 0, 2], None),
        ([0, 0, 0, 0, 3], 5.0),
        ([1, 0, 0, 0, 2], 3.7),
        ([0, 0, 0, 3, 1], 4.3),
        ([1, 1, 1, 1, 1], 3.0),
    ],
)
def test_a_mean_is_shown_from_three_reviews_on_to_a_tenth(counts, shown):
    assert scoring.displayed(counts) == shown


def test_who_rates_everybody_high_counts_for_less_and_never_for_more_than_a_star():
    assert scoring.bias([4.0], [4.0]) == pytest.approx([0.25])
    assert scoring.bias([0.8], [4.0]) == pytest.approx([0.1])
    assert scoring.bias([0.0], [0.0]) == pytest.approx([0.0])


def test_value_weighs_by_its_root_within_half_and_double():
    assert scoring.value_weight([100, 400, 10_000, 1, 5], [100, 100, 100, 100, 0]) == pytest.approx(
        [1, 2, 2, 0.5, 1]
    )


def test_doubt_costs_a_place():
    sums = scoring.nothing(2, 0.0)
    rows = [(0, 5, 0.0, 1.0, 0.0)] * 4 + [(1, 5, 0.0, 1.0, 0.0)] * 40
    believed = scoring.posterior(scoring.added(sums, _ratings(rows)), FLAT, day=0.0)
    few, many = scoring.ranking(believed, [0.0, 0.0])
    assert few < many
    assert scoring.ranking(believed, [1.0, 0.0])[0] == pytest.approx(few + 0.15)
