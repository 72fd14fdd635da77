"""Standing: it is where its equation says, a ring gains at most 1/α, and what is passed on adds up to it."""

import numpy as np
import pytest

from domain.standing import formula
from domain.standing.formula import ALPHA, BookingRecord, Confirmations

PEOPLE = 60


def confirmations_of(seed=5, count=300):
    random = np.random.default_rng(seed)
    confirmer, contributor = random.integers(0, PEOPLE, count), random.integers(0, PEOPLE, count)
    return Confirmations(
        PEOPLE, confirmer, contributor, random.uniform(0.5, 8, count), random.uniform(0, 900, count)
    )


def seeds(people=PEOPLE):
    known = np.zeros(people)
    known[:6] = 1.0
    return known


def with_ring(confirmations, confirmer, contributor, *, value=1_000.0, people=PEOPLE):
    added = len(confirmer)
    return Confirmations(
        people,
        np.concatenate((confirmations.confirmer, confirmer)),
        np.concatenate((confirmations.contributor, contributor)),
        np.concatenate((confirmations.value, np.full(added, value))),
        np.concatenate((confirmations.age, np.zeros(added))),
    )


def clique(members):
    first, second = (grid.ravel() for grid in np.meshgrid(members, members))
    return first[first != second], second[first != second]


def test_it_solves_its_equation_to_twelve_digits():
    confirmations, start = confirmations_of(), seeds() / 6
    held = formula.standing_scores(confirmations, seeds())
    again = np.zeros(PEOPLE)
    np.add.at(again, confirmations.contributor, formula.standing_passed_on(confirmations, held))
    assert held.sum() == pytest.approx(1.0, abs=1e-12)
    assert again + formula.seed_standing(confirmations, start, held) == pytest.approx(held, abs=1e-12)


def test_half_of_a_weight_is_gone_in_a_year():
    ages = np.array([0.0, 365.0, 730.0, -3.0])
    assert formula.confirmation_weights(np.full(4, 8.0), ages).tolist() == [8.0, 4.0, 2.0, 8.0]


@pytest.mark.parametrize("size", [2, 5, 20, 50])
def test_a_ring_of_people_who_are_known_gains_at_most_one_over_alpha(size):
    confirmations, members = confirmations_of(), np.arange(PEOPLE - size, PEOPLE)
    before = formula.standing_scores(confirmations, seeds())[members].sum()
    after = formula.standing_scores(with_ring(confirmations, *clique(members)), seeds())[members].sum()
    assert before < after <= before / ALPHA + 1e-12


@pytest.mark.parametrize("size", [5, 20, 50])
def test_accounts_that_only_know_one_another_hold_nothing(size):
    fresh = PEOPLE + np.arange(size)
    confirmations = with_ring(confirmations_of(), *clique(fresh), people=PEOPLE + size)
    assert not formula.standing_scores(confirmations, seeds(PEOPLE + size))[fresh].any()


def test_new_accounts_that_all_confirm_somebody_lift_them_by_nothing():
    confirmations, fresh = confirmations_of(), PEOPLE + np.arange(50)
    before = formula.standing_scores(confirmations, seeds())[30]
    star = with_ring(confirmations, fresh, np.full(50, 30), people=PEOPLE + 50)
    assert formula.standing_scores(star, seeds(PEOPLE + 50))[30] == pytest.approx(before, abs=1e-12)


def test_nobody_confirms_themselves():
    confirmations = confirmations_of()
    alone = with_ring(confirmations, np.array([30]), np.array([30]))
    assert formula.standing_scores(alone, seeds()) == pytest.approx(
        formula.standing_scores(confirmations, seeds()), abs=1e-12
    )
    assert formula.confirmation_shares(alone)[-1] == 0


def test_what_is_usual_is_the_mean_of_those_who_were_reached():
    usual = formula.relative_standing(np.array([0.5, 0.25, 0.25, 0.0]))
    assert usual.tolist() == [1.5, 0.75, 0.75, 0.0]
    assert formula.relative_standing(np.zeros(2)).tolist() == [0.0, 0.0]


@pytest.mark.parametrize(
    ("record", "vouched"),
    [
        (BookingRecord(settled_bookings=3, providers=2, days=60, upheld_cases=0), True),
        (BookingRecord(settled_bookings=2, providers=2, days=60, upheld_cases=0), False),
        (BookingRecord(settled_bookings=3, providers=1, days=60, upheld_cases=0), False),
        (BookingRecord(settled_bookings=3, providers=2, days=59.9, upheld_cases=0), False),
        (BookingRecord(settled_bookings=30, providers=9, days=600, upheld_cases=1), False),
    ],
)
def test_a_seed_is_known_by_months_of_real_work_with_nothing_upheld(record, vouched):
    assert formula.is_seed(record) is vouched
