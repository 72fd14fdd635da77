"""Whose word weighs how much: trust flows along work that was paid for, and strangers are capped."""

import numpy as np
import pytest

from domain.ratings import credibility as rules
from domain.ratings.edges import Edges, joined

ANNA, BO, CAI, DEE, FAKE_1, FAKE_2, FAKE_3 = range(7)


def edges(*rows, people=7):
    rater, subject, x, day = zip(*rows, strict=True)
    return Edges(people, np.array(rater), np.array(subject), np.array(x, float), np.array(day, float))


HONEST = edges((ANNA, BO, 1.0, 0), (BO, CAI, 1.0, 1), (CAI, DEE, 0.75, 2), (BO, ANNA, 1.0, 3))
SEEDS = np.array([1.0, 0, 0, 0, 0, 0, 0])


def credible(given, seeds=SEEDS):
    return rules.credibility(rules.trust_flow(rules.well_reviewed(given), seeds))


def test_trust_is_one_in_all_and_solves_its_equation():
    roads = rules.well_reviewed(HONEST)
    trust = rules.trust_flow(roads, SEEDS)
    dense = roads.toarray()
    out = dense.sum(axis=1)
    onward = np.where(out[:, None] > 0, dense / np.where(out == 0, 1, out)[:, None], SEEDS[None, :])
    exact = np.linalg.solve(np.eye(7) - 0.8 * onward.T, 0.2 * SEEDS)
    assert trust.sum() == pytest.approx(1)
    assert np.allclose(trust, exact, atol=2e-6)


def test_a_ring_of_fakes_gets_no_trust_however_much_they_praise_one_another():
    ring = [(a, b, 1.0, 9) for a in (FAKE_1, FAKE_2, FAKE_3) for b in (FAKE_1, FAKE_2, FAKE_3) if a != b]
    with_ring = joined(HONEST, edges(*ring, (FAKE_1, ANNA, 1.0, 9), (FAKE_2, BO, 1.0, 9)))
    assert np.all(credible(with_ring)[FAKE_1:] == rules.FLOOR)
    assert np.array_equal(credible(with_ring)[:FAKE_1], credible(HONEST)[:FAKE_1])
    bought = joined(with_ring, edges((ANNA, FAKE_1, 1.0, 9)))
    assert credible(bought)[FAKE_1] > rules.LOW, "somebody trusted praised them: that is the way in"


def test_praise_for_work_nobody_paid_for_is_no_road():
    friend = joined(HONEST, edges((ANNA, FAKE_1, 1.0, 9)))
    paid = np.array([True] * len(HONEST) + [False])
    assert rules.trust_flow(rules.well_reviewed(friend, paid=paid), SEEDS)[FAKE_1] == 0
    assert rules.trust_flow(rules.well_reviewed(friend, paid=~paid), SEEDS)[FAKE_1] > 0


def test_neither_blame_nor_three_stars_pass_trust_on():
    roads = rules.well_reviewed(edges((ANNA, BO, 0.5, 0), (ANNA, CAI, 0.0, 0), (ANNA, DEE, 0.75, 0)))
    assert roads.nnz == 1
    assert rules.trust_flow(roads, SEEDS)[[BO, CAI]].tolist() == [0, 0]


def test_without_seeds_nobody_is_more_credible_than_a_stranger():
    assert set(credible(HONEST, np.zeros(7))) == {rules.FLOOR}


def test_half_of_those_whom_trust_reaches_are_fully_credible():
    found = rules.credibility(np.array([0.0, 0.1, 0.2, 0.3, 0.4]))
    assert found.tolist() == pytest.approx([0.005, 0.005 + 0.995 * 0.4, 0.005 + 0.995 * 0.8, 1.0, 1.0])


def test_all_strangers_of_a_week_together_weigh_three_tenths_of_a_review():
    day = np.array([1.0, 2.0, 3.0, 3.5, 9.0, 2.0])
    subject = np.array([0, 0, 0, 0, 0, 1])
    weight = np.array([0.4, 0.2, 1.0, 0.6, 0.2, 0.25])
    credible = np.array([0.4, 0.02, 0.9, 0.02, 0.02, 0.02])
    found = rules.capped(weight, credible, subject, day)
    assert found[[0, 1, 3]].tolist() == pytest.approx([0.1, 0.05, 0.15])
    assert found[2] == 1.0, "who is credible is not capped"
    assert found[[4, 5]].tolist() == [0.2, 0.25], "another week and another subject have their own room"


def test_the_cap_does_not_depend_on_the_order_in_which_ratings_came():
    random = np.random.default_rng(7)
    weight, credible, day = random.random(300), random.random(300), random.random(300) * 40
    subject = random.integers(0, 5, 300)
    mixed = random.permutation(300)
    ahead = rules.capped(weight, credible, subject, day)
    assert np.allclose(
        rules.capped(weight[mixed], credible[mixed], subject[mixed], day[mixed]), ahead[mixed], atol=1e-12
    )
    weeks = subject * 10 + (day // 7).astype(int)
    low = np.bincount(weeks, np.where(credible < rules.LOW, ahead, 0))
    assert low.max() <= rules.LOW_AT_MOST + 1e-12
    assert np.bincount(weeks, np.where(credible < rules.LOW, weight, 0)).max() > 1, "the cap had work to do"


def test_a_pair_weighs_half_each_time_within_ninety_days():
    rater = np.array([0, 0, 0, 0, 1, 0])
    subject = np.array([5, 5, 5, 5, 5, 6])
    day = np.array([0.0, 30.0, 60.0, 125.0, 31.0, 32.0])
    assert rules.pair_discount(rater, subject, day).tolist() == [1.0, 0.5, 0.25, 0.5, 1.0, 1.0]
    backwards = rules.pair_discount(rater[::-1], subject[::-1], day[::-1])
    assert backwards.tolist() == [1.0, 1.0, 0.5, 0.25, 0.5, 1.0]


def test_who_shares_a_card_with_the_subject_weighs_nothing_in_either_direction():
    shared = np.array([[2, 5]])
    found = rules.independent(np.array([2, 5, 2, 4]), np.array([5, 2, 4, 5]), shared)
    assert found.tolist() == [False, False, True, True]


def test_seeds_are_chosen_from_the_past_only():
    past = edges((ANNA, BO, 1.0, 0), *((rater, ANNA, 1.0, 10) for rater in range(1, 6)))
    assert rules.seeds_before(past, 200.0).tolist() == [1, 0, 0, 0, 0, 0, 0]
    assert rules.seeds_before(past, 100.0).sum() == 0, "not yet here for 180 days"
    later = joined(past, edges((BO, ANNA, 0.0, 250)))
    assert np.array_equal(rules.seeds_before(later, 200.0), rules.seeds_before(past, 200.0))
    assert rules.seeds_before(later, 300.0).sum() == 0, "faulted since"


def test_fakes_who_praise_a_subject_do_not_make_its_honest_raters_look_hard():
    """Three people of full weight call Cai middling, a crowd of strangers calls him perfect."""
    honest = edges((ANNA, CAI, 0.5, 0), (BO, CAI, 0.5, 0), (DEE, CAI, 0.5, 0))
    fakes = edges(*((FAKE_1 + number, CAI, 1.0, 1) for number in range(60)), people=70)
    both = joined(honest, fakes)
    believed = np.where(np.arange(70) < FAKE_1, 1.0, rules.FLOOR)
    leaning = rules.leanings(both, rules.weights(both, believed))
    alike = rules.leanings(both, np.ones(len(both)))
    assert abs(leaning[[ANNA, BO, DEE]]).max() < 0.02
    assert alike[[ANNA, BO, DEE]].max() < -0.09, "were all alike, the honest would be bent"
    assert leaning[FAKE_1:64].min() > 0.09, "the fakes are bent instead"
