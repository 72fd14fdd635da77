"""Parts 2 and 4b of `bench contributions` find what is wrong where something is, and nothing in ours."""

import pytest

from bench.contributions import pools, selfdealing
from domain import pricing


@pytest.fixture
def rows():
    return pools.valued(range(150))


def wrong(rows, way):
    return {row["what"]: row["wrong"] for row in rows if row["way"] == way}


def test_ours_is_exact_where_one_by_one_is_not(rows):
    assert set(wrong(rows, "ours").values()) == {0}
    assert wrong(rows, "one by one")["pool not given out exactly"] > 0
    assert wrong(rows, "one by one")["gained by arranging"] > 10


def test_shares_obey_the_axioms_and_a_division_that_does_not_is_seen(monkeypatch):
    assert {row["wrong"] for row in pools.axioms(range(60))} == {0}
    monkeypatch.setattr(
        pricing.shapley, "shares", lambda dividends, tasks: [max(d for _, d in dividends)] * tasks
    )
    found = {row["what"]: row["wrong"] for row in pools.axioms(range(60))}
    assert found["Shapley: efficiency"] > 0
    assert found["Shapley: nothing for nothing"] > 0


def test_dealing_with_oneself_loses_whatever_is_taken_and_given():
    found = [
        selfdealing.dealt(take, theta, discount, 4)
        for take in selfdealing.TAKE_RATES_BP
        for theta in selfdealing.THETAS_BP
        for discount in selfdealing.DISCOUNTS_BP
    ]
    assert max(row["profit_amount"] for row in found) < 0


def test_it_would_pay_where_a_booking_gave_all_of_its_fee_back():
    assert selfdealing.dealt(1_500, 10_000, 0, 26)["profit_amount"] > 0
