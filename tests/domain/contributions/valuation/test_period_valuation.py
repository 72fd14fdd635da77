"""What a period's contributions are worth: exact where it decides, and nothing to gain by arranging."""

import math
import random
from collections import Counter
from dataclasses import replace
from fractions import Fraction
from uuid import UUID

import pytest

from bench.contributions.pool_cases import period
from domain.contributions.valuation.formula import (
    ValuationRate,
    ValueBreakdown,
    diminishing_sum_nano,
    proportional_part,
)
from domain.contributions.valuation.period_valuation import (
    PriorValue,
    VerifiedClaim,
    proportional_shares,
    value_claims,
)
from domain.foundation.money import apportion

CASES = 400  # `bench contributions` tries twenty thousand
ANSWER = ValuationRate(base=5_000, factor_milli=1_000, quality_milli=1_000, kappa_milli=10_000, cap=60_000)


def claim(number=1, *, cluster=1, rate=ANSWER, units_milli=1_000, **fields):
    return VerifiedClaim(UUID(int=number), UUID(int=cluster), "answer", 1, rate, units_milli, **fields)


def credits_of(*claims, pool=10**9, past=None, fees=None):
    valued = value_claims(claims, past=past or {}, fees=fees or {}, pool=pool)
    return [valued.worths[item.id].credits for item in claims]


def of_clusters(case, claims=None):
    """What each cluster gets for each kind in all."""
    claims = case["claims"] if claims is None else claims
    valued = value_claims(**(case | {"claims": claims}))
    total = Counter()
    for item in claims:
        total[item.cluster_id, item.kind, item.booking_id] += valued.worths[item.id].credits
    return +total


@pytest.mark.parametrize(
    ("units_milli", "worth"),
    [(1_000, 4_765), (10_000, 34_657), (100_000, 60_000), (1, 4), (2_500, 11_157)],
)
def test_one_contribution_is_worth_what_the_formula_says(units_milli, worth):
    units = units_milli / 1_000
    assert worth == math.floor(min(60_000, 5_000 * 10 * math.log(1 + units / 10)))
    assert credits_of(claim(units_milli=units_milli)) == [worth]


def test_segment_and_quality_scale_the_worth_and_the_past_diminishes_it():
    better = ANSWER.model_copy(update={"factor_milli": 1_200, "quality_milli": 1_500})
    assert credits_of(claim(rate=better)) == [math.floor(1.8 * 50_000 * math.log(1.1))]
    after_ten = {(UUID(int=1), "answer"): PriorValue(10_000, 34_657 * 10**6)}
    assert credits_of(claim(), past=after_ten) == [math.floor(50_000 * (math.log(2.1) - math.log(2)))]


def test_a_cap_counts_what_came_before_in_the_window():
    nearly = {(UUID(int=1), "answer"): PriorValue(0, 59_999 * 10**6)}
    assert credits_of(claim(), past=nearly) == [1]
    assert credits_of(claim(), past={(UUID(int=1), "answer"): PriorValue(0, 70_000 * 10**6)}) == [0]
    assert sum(credits_of(*(claim(number, units_milli=50_000) for number in (1, 2, 3)))) == 60_000


def test_diminishing_is_counted_as_exactly_as_it_is_written():
    for units, kappa in ((1, 1), (999, 7), (10**9, 10**4), (1, 10**9), (123_456_789, 77)):
        exact = Fraction(kappa) * 10**6
        assert diminishing_sum_nano(units, kappa) == pytest.approx(
            float(exact) * math.log1p(units / kappa), abs=1.5
        )


def test_shares_are_those_of_the_largest_remainder_and_sum_exactly_in_twenty_thousand_cases():
    dice = random.Random(4)
    for _ in range(20_000):
        weights = [dice.randint(0, 10 ** dice.randint(1, 15)) for _ in range(dice.randint(1, 12))]
        weights[0] += 1
        total = dice.randint(0, 10 ** dice.randint(0, 12))
        split = proportional_shares(total, weights)
        rows = [
            proportional_part(total, weight, share.weight, share)
            for weight, share in zip(weights, split, strict=True)
        ]
        assert rows == apportion(total, weights)
        assert sum(rows) == total


def test_a_pool_that_binds_is_given_out_to_the_last_thousandth_and_one_that_does_not_is_not_exceeded():
    dice, bound = random.Random(5), 0
    for _ in range(CASES):
        case = period(dice)
        valued = value_claims(**case)
        contribution = sum(valued.worths[item.id].credits for item in case["claims"] if not item.from_fee)
        assert contribution <= case["pool"]
        if valued.raw_nano >= case["pool"] * 10**6:
            bound += 1
            assert contribution == (case["pool"] if valued.raw_nano else 0)
        else:
            assert contribution > valued.raw_nano // 10**6 - len(case["claims"])
    assert bound > CASES // 4


def test_no_booking_bears_more_than_its_fee():
    dice, full = random.Random(6), 0
    for _ in range(CASES):
        case = period(dice)
        rows = Counter()
        for (_, _, booking_id), contribution in of_clusters(case).items():
            rows[booking_id] += contribution
        for booking_id, bearable in case["fees"].items():
            assert rows[booking_id] <= bearable
            full += 0 < rows[booking_id] == bearable
    assert full > CASES // 50


def test_splitting_merging_and_reordering_inside_a_cluster_change_nothing():
    dice = random.Random(7)
    for _ in range(CASES):
        case = period(dice)
        whole = of_clusters(case)
        pieces = []
        for item in case["claims"]:
            cut = dice.randint(0, item.units_milli)
            sizes = [size for size in (cut, item.units_milli - cut) if size]
            pieces += [replace(item, units_milli=size) for size in sizes]
        dice.shuffle(pieces)
        renamed = [replace(piece, id=UUID(int=number)) for number, piece in enumerate(pieces, 100)]
        assert of_clusters(case, renamed) == whole
        assert of_clusters(case, list(reversed(case["claims"]))) == whole


def test_to_give_more_is_never_worth_less_where_neither_pool_nor_fee_binds():
    dice = random.Random(8)
    for _ in range(CASES):
        case = period(dice) | {"pool": 10**12}
        case["fees"] = dict.fromkeys(case["fees"], 10**12)
        *fewer, _ = case["claims"]
        # A thousandth may go to another of the alike: that is where they are split.
        assert sum(of_clusters(case).values()) >= sum(of_clusters(case, fewer).values()) - len(fewer)


def test_a_worth_read_back_from_its_document_gives_the_same_integer():
    dice = random.Random(9)
    for _ in range(CASES // 5):
        for worth in value_claims(**period(dice)).worths.values():
            again = ValueBreakdown.model_validate_json(worth.model_dump_json())
            assert (again, again.credits) == (worth, worth.credits)


def test_what_counts_against_a_cap_is_shared_exactly():
    dice = random.Random(10)
    for _ in range(CASES // 5):
        case = period(dice)
        valued = value_claims(**case)
        whole = sum(valued.capped_nano.values())
        merged = Counter()
        for item in case["claims"]:
            merged[item.cluster_id, item.kind, item.version, item.rate, item.booking_id] += item.units_milli
        again = [
            VerifiedClaim(UUID(int=number), *key[:4], units, key[4], key[1] == "review")
            for number, (key, units) in enumerate(merged.items(), 1)
        ]
        assert sum(value_claims(**(case | {"claims": again})).capped_nano.values()) == whole


def test_nothing_is_worth_nothing():
    valued = value_claims([], past={}, fees={}, pool=5)
    assert (dict(valued.worths), valued.raw_nano) == ({}, 0)
