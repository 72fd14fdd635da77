"""The price of an attack that is published is what the scores themselves charge."""

import numpy as np
import pytest

from domain.ratings import attacking, credibility, scoring
from domain.ratings.attacking import BOOKINGS_AN_ACCOUNT, LIFTS, MEAN, REVIEWS, price

NEAR_FOUR = np.array([0.05, 0.05, 0.15, 0.35, 0.40])  # shares by stars, of mean 4.0


def believed(five_stars: float) -> float:
    """In stars, of somebody with ten full reviews like the category's and so much praise."""
    sums = scoring.nothing(1, 0.0)
    stars, weights = np.arange(1, 6), REVIEWS * NEAR_FOUR
    stars, weights = np.append(stars, 5), np.append(weights, five_stars)
    zeros = np.zeros(6)
    told = scoring.Ratings(zeros.astype(np.int64), stars, zeros, weights, zeros)
    return float(
        scoring.in_stars(scoring.posterior(scoring.added(sums, told), NEAR_FOUR, day=0.0).debiased)[0]
    )


@pytest.mark.parametrize("stars", LIFTS)
def test_so_many_bookings_lift_so_far_and_one_account_less_does_not(stars: float):
    accounts = price(stars).bookings // BOOKINGS_AN_ACCOUNT
    assert believed(0) == pytest.approx(MEAN)
    assert believed(accounts) >= MEAN + stars - 1e-6
    assert believed(accounts - 1) < MEAN + stars


@pytest.mark.parametrize("stars", LIFTS)
def test_strangers_need_two_hundred_bookings_for_each_and_weeks_on_end(stars: float):
    found = price(stars)
    weight = credibility.FLOOR * found.by_strangers
    assert believed(weight) >= MEAN + stars - 1e-6
    assert found.weeks == pytest.approx(weight / credibility.LOW_AT_MOST, abs=1)
    assert found.by_strangers >= 99 * found.bookings


def test_more_than_five_stars_cannot_be_bought():
    with pytest.raises(ValueError, match="five stars"):
        attacking.price(1.0)
