"""The closed loop's street keeps its books, and its measures find what they look for."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from bench.surge import loop_results as results
from bench.surge import loop_tables as tables
from bench.surge.loop_goals import goals
from bench.surge.loop_measures import gini, measured, violations
from bench.surge.loop_ours import ours
from bench.surge.loop_plan import MAKERS
from bench.surge.loop_results import OURS, RATIO_2, STATIC, Result, compared
from bench.surge.loop_rivals import ratio, static, uniform
from bench.surge.loop_scenario import scenario
from bench.surge.loop_state import GAVE_UP, PRICED_OUT, SERVED, SERVED_LATER, UNMET, Terms
from bench.surge.loop_street import FAR_FROM_MINUTE, LONGEST_PICKUP_MINUTES, simulated
from bench.surge.loop_town import learned, read

WAGE = 15.0
CUT = date(2026, 1, 22)


@pytest.fixture(scope="module")
def pickups(tmp_path_factory):
    """Four weeks in which people ask around two places, more of them in the evening."""
    random = np.random.default_rng(7)
    path = tmp_path_factory.mktemp("pickups") / "pickups.csv"
    lines = ["picked_up_at,latitude,longitude"]
    for day in range(28):
        for hour in range(24):
            for _ in range(random.poisson(14 if 17 <= hour < 21 else 5)):
                at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(
                    days=day, hours=hour, minutes=int(random.integers(60))
                )
                north, east = random.normal(0, 0.012, 2) + (0.03 if random.random() < 0.3 else 0)
                lines.append(f"{at:%Y-%m-%dT%H:%M},{40.75 + north:.4f},{-73.98 + east:.4f}")
    path.write_text("\n".join(lines))
    return read(path)


@pytest.fixture(scope="module")
def town(pickups):
    return learned(pickups, CUT)


@pytest.fixture(scope="module")
def scarce(pickups, town):
    return scenario(pickups, town, CUT, seed=1, kappa=1.5, fleet=6)


@pytest.mark.parametrize("name", sorted(MAKERS))
def test_under_every_policy_each_asking_ends_once_and_the_books_balance(town, scarce, name):
    street = simulated(town, scarce, MAKERS[name](1.0), reserve_wage=WAGE)
    told = measured(town, scarce, street)
    ends = ("completed", "unserved", "priced_out", "too_long", "gave_up")
    assert sum(told[end] for end in ends) == told["asked"] == len(scarce.at)
    paid = told["earnings"] + told["platform"]
    assert paid == pytest.approx(float(street.paid.sum()))
    costs = 0.2 * float(street.driven.sum()) + street.reserve
    assert told["welfare"] == pytest.approx(told["surplus"] + paid - costs)


def test_nobody_pays_more_than_it_is_worth_or_waits_for_a_provider_who_is_too_far(town, scarce):
    street = simulated(town, scarce, ratio(5.0), reserve_wage=WAGE)
    served = street.outcome == SERVED
    assert served.any()
    assert (street.paid[served] <= scarce.worth[served]).all()
    assert street.paid[served] == pytest.approx((scarce.base * street.factor)[served])
    assert (street.wait[served] <= LONGEST_PICKUP_MINUTES).all()
    assert (street.paid[~served] == 0).all()


def test_the_same_seed_is_the_same_day_and_another_policy_meets_the_same_people(pickups, town, scarce):
    again = scenario(pickups, town, CUT, seed=1, kappa=1.5, fleet=6)
    assert (again.worth == scarce.worth).all()
    one, two = (simulated(town, each, ours(), reserve_wage=WAGE) for each in (scarce, again))
    assert (one.shown == two.shown).all()
    assert (one.outcome == two.outcome).all()
    other = scenario(pickups, town, CUT, seed=2, kappa=1.5, fleet=6)
    assert other.worth[:50].tolist() != scarce.worth[:50].tolist()


def test_the_base_price_prices_nobody_out_and_a_high_one_does(town, scarce):
    base, high = (simulated(town, scarce, make, reserve_wage=WAGE) for make in (static(), uniform(2.0)))
    assert not (base.outcome == PRICED_OUT).any()
    assert (high.outcome == PRICED_OUT).sum() > 0
    assert (high.outcome == UNMET).sum() < (base.outcome == UNMET).sum()


def test_higher_pay_brings_more_onto_the_road_and_costs_more_than_in_proportion(town, scarce):
    base, high = (simulated(town, scarce, make, reserve_wage=WAGE) for make in (static(), uniform(2.0)))
    more = high.hours.sum() / base.hours.sum()
    assert 1 < more <= 2**0.4
    assert high.reserve / base.reserve > more


def test_who_waits_at_base_price_pays_the_base_price_or_nothing(town, scarce):
    street = simulated(town, scarce, ratio(2.0, terms=Terms(waits=True)), reserve_wage=WAGE)
    later, gave_up = street.outcome == SERVED_LATER, street.outcome == GAVE_UP
    assert later.any()
    assert gave_up.any()
    assert street.paid[later] == pytest.approx(scarce.base[later])
    assert (street.paid[gave_up] == 0).all()
    assert street.offered_wait[later | gave_up].all()


def test_our_prices_break_no_livable_rule_and_a_raw_ratio_does(town, scarce):
    told = {
        name: measured(town, scarce, simulated(town, scarce, make, reserve_wage=WAGE))
        for name, make in (("ours", ours()), ("ratio", ratio(2.0)))
    }
    assert told["ours"]["violations"] == 0
    assert told["ours"]["surged_share"] > 0
    assert told["ratio"]["violations"] > 0
    assert told["ours"]["volatility"] < told["ratio"]["volatility"]


@pytest.mark.parametrize(
    ("moments", "found"),
    [
        pytest.param([1.0, 1.3, 1.6], 0, id="no faster than three tenths"),
        pytest.param([1.0, 1.4, 1.4], 1, id="a jump up"),
        pytest.param([1.3, 1.2, 1.3], 1, id="up again at once"),
        pytest.param([1.6, 1.0, 1.0], 0, id="a fall is no violation"),
        pytest.param([2.1, 2.1, 2.1], 3, id="above the cap"),
    ],
)
def test_a_broken_livable_rule_is_counted(town, moments, found):
    shown = np.repeat(np.array(moments)[:, None], len(town.cells), axis=1)
    assert violations(town, shown, cap=2.0) == found * len(town.cells)


def test_a_cliff_to_a_neighbour_is_counted(town):
    shown = np.ones((2, len(town.cells)))
    busiest = int(town.baseline.sum(axis=0).argmax())
    shown[:, busiest] = 1.5
    assert violations(town, shown, cap=2.0) == 2


def test_an_event_adds_sixty_people_in_one_place(pickups, town):
    usual, event = (
        scenario(pickups, town, CUT, seed=1, kappa=1.0, fleet=6, event=each) for each in (False, True)
    )
    assert len(event.at) - len(usual.at) == 60
    assert (np.diff(event.at) >= 0).all()


def test_what_is_learned_before_a_day_does_not_know_the_days_after(pickups):
    whole, early = learned(pickups, CUT + timedelta(days=6)), learned(pickups, CUT)
    assert early.baseline.sum() != whole.baseline.sum()
    customers_a_week = early.baseline.sum() * 12
    assert customers_a_week == pytest.approx(7 * (4 * 14 + 20 * 5), rel=0.1)


@pytest.mark.parametrize(("values", "expected"), [([3, 3, 3], 0), ([0, 0, 1], 2 / 3), ([], 0)])
def test_gini(values, expected):
    assert gini(np.array(values, dtype=float)) == pytest.approx(expected)


def test_differences_are_paired_by_seed():
    days = [
        Result(policy, seed, 1.0, 6, event=False, figures={"welfare": seed * 100.0 * factor})
        for seed in (1, 2, 5)
        for policy, factor in ((RATIO_2, 1.0), (OURS, 1.02))
    ]
    found = compared(days, OURS, RATIO_2, "welfare")
    assert (found.low, found.mean, found.high) == pytest.approx((0.02, 0.02, 0.02))
    assert results.mean(days, RATIO_2, "welfare") == pytest.approx(800 / 3)


def test_a_goal_is_not_reached_where_its_figure_is_worse():
    figures = ("welfare", "completed", "volatility", "surged_share", "surplus", "earnings_an_hour")

    def days(factor):
        return [
            Result(policy, seed, 1.0, 6, event=False, figures=dict.fromkeys(figures, value))
            for seed in (1, 2, 3)
            for policy, value in ((RATIO_2, 1.0), (STATIC, 1.0), (OURS, factor))
        ]

    assert [each.reached for each in goals(days(0.9), days(0.9), RATIO_2)] == [
        False,
        False,
        False,
        True,
        False,
        False,
    ]
    assert [each.reached for each in goals(days(1.1), days(1.1), RATIO_2)] == [
        True,
        True,
        False,
        False,
        True,
        True,
    ]


def test_who_is_far_pays_for_the_way_where_it_is_charged_and_the_provider_gets_it(town, scarce):
    charged = ratio(1.0, terms=Terms(far_minute=2.0))
    street = simulated(town, scarce, charged, reserve_wage=WAGE)
    served = street.outcome == SERVED
    fee = 2.0 * np.maximum(street.wait - FAR_FROM_MINUTE, 0)
    assert (fee[served] > 0).any()
    assert street.paid[served] == pytest.approx((scarce.base + fee)[served])
    assert street.earned.sum() == pytest.approx((0.8 * scarce.base + fee)[served].sum())


def test_every_table_has_a_row_for_each_policy_and_each_goal(town, scarce):
    found = [
        Result(
            name,
            seed,
            kappa,
            6,
            event=False,
            figures=measured(town, scarce, simulated(town, scarce, make, reserve_wage=WAGE)),
        )
        for name, make in ((STATIC, static()), (RATIO_2, ratio(2.0)), (OURS, ours()))
        for seed in (1, 2)
        for kappa in (1.0, 1.5)
    ]
    assert tables.worth("", found).row_count == tables.calm("", found).row_count == 3
    assert len(tables.by_market("", found, "welfare").columns) == 3
    assert tables.reached(found, found, RATIO_2).row_count == 6
