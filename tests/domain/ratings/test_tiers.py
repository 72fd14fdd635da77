"""Tiers stand on bounds, tell what is missing, and watch nobody for one bad week."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from domain.foundation import ids
from domain.ratings import epp, exploration, tiers
from domain.ratings.kinds import Tier
from domain.ratings.tiers import Year

GOOD = Year(completed=30, lower=4.8, upper=4.95, effective=28.0, cancelled_share=0.0, answered_share=0.97)


@pytest.mark.parametrize(
    ("changed", "tier"),
    [
        ({}, Tier.ELITE),
        ({"completed": 24}, Tier.TRUSTED),
        ({"lower": 4.74}, Tier.TRUSTED),
        ({"cancelled_share": 0.01}, Tier.TRUSTED),
        ({"cancelled_share": 0.02}, Tier.STANDARD),
        ({"cancelled_share": None}, Tier.STANDARD),
        ({"lower": 4.49}, Tier.STANDARD),
        ({"completed": 9}, Tier.STANDARD),
        ({"answered_share": 0.89}, Tier.STANDARD),
        ({"lower": 3.0, "upper": 4.19}, Tier.WATCH),
        ({"lower": 3.0, "upper": 4.19, "effective": 7.9}, Tier.STANDARD),
        ({"lower": 3.0, "upper": 4.2}, Tier.STANDARD),
    ],
)
def test_each_gate_decides(changed, tier):
    assert tiers.tier(replace(GOOD, **changed)) is tier


def test_doing_what_is_missing_leads_to_the_tier():
    year = replace(GOOD, completed=8)
    (missing,) = tiers.would_change(year)
    assert (missing.tier, missing.what, missing.now, missing.needed) == (
        Tier.TRUSTED,
        "completed_bookings",
        8,
        10,
    )
    assert tiers.tier(replace(year, completed=10)) is Tier.TRUSTED
    assert tiers.would_change(GOOD) == []
    (out_of_watch,) = tiers.would_change(replace(GOOD, lower=3.0, upper=4.0))
    assert out_of_watch.what == "upper_bound_stars"


def test_silence_counts_and_few_bookings_count_little():
    z = epp.standardised([9, 5, 1], [10, 10, 1], usual=0.7, deviation=0.1)
    assert z[0] > 0 > z[1]
    assert abs(z[2]) < 0.1
    assert (epp.standardised([5], [10], usual=0.5, deviation=0.0) == 0).all()
    assert abs(epp.standardised([0], [10_000], usual=0.9, deviation=0.01)[0]) <= epp.FURTHEST


def test_each_searcher_has_a_row_of_newcomers_for_the_day_and_all_rows_are_searched():
    people, today, tomorrow = [ids.new() for _ in range(4_000)], date(2026, 11, 22), date(2026, 11, 23)
    rows = [exploration.row_for(one, today) for one in people]
    assert set(rows) == set(range(exploration.ROWS))
    assert min(np.bincount(rows)) > 320
    assert rows == [exploration.row_for(one, today) for one in people]
    moved = np.mean(
        [row != exploration.row_for(one, tomorrow) for row, one in zip(rows, people, strict=True)]
    )
    assert 0.87 < moved < 0.93, "tomorrow's row has nothing to do with today's"


def test_a_draw_only_ever_helps_and_helps_who_is_unknown_most():
    people = [ids.new() for _ in range(2_000)]
    unknown = [exploration.draw("day", one, mean=0.7, deviation=0.2) for one in people]
    known = [exploration.draw("day", one, mean=0.7, deviation=0.02) for one in people]
    assert min(*unknown, *known) >= 0
    assert np.mean(unknown) > 5 * np.mean(known)


def test_only_verified_people_with_few_bookings_are_newcomers():
    assert exploration.is_newcomer(bookings=4, payout_verified=True)
    assert not exploration.is_newcomer(bookings=5, payout_verified=True)
    assert not exploration.is_newcomer(bookings=0, payout_verified=False)
