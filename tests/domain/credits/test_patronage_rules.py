"""A surplus is split to the last minor unit, in proportion, and every share can be counted again."""

from fractions import Fraction
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from domain.credits.patronage.rules import (
    PatronageFormula,
    PatronagePart,
    credits_for,
    patronage_weight,
    split_surplus,
)

MONEY = st.integers(0, 10**7)
PARTS = st.lists(st.tuples(MONEY, MONEY), min_size=1, max_size=30).map(
    lambda amounts: [PatronagePart(UUID(int=place), *pair) for place, pair in enumerate(amounts)]
)
FORMULAS = st.builds(PatronageFormula, st.integers(0, 9), st.integers(0, 9), st.integers(1, 1_000))


@given(surplus=st.integers(1, 10**9), parts=PARTS, formula=FORMULAS)
def test_the_shares_are_the_surplus_and_nobody_is_off_by_more_than_one(surplus, parts, formula):
    shares = split_surplus(surplus, parts, formula)
    whole = sum(patronage_weight(part, formula) for part in parts)
    if not whole:
        assert shares == []
        return
    assert sum(share.share_amount for share in shares) == surplus
    for share in shares:
        exact = Fraction(surplus * share.weight, whole)
        assert abs(share.share_amount - exact) < 1
        assert share.credits == credits_for(share.share_amount, formula.value_amount)


@given(parts=PARTS, formula=FORMULAS, seed=st.randoms())
def test_the_order_in_which_people_are_named_changes_nothing(parts, formula, seed):
    shuffled = list(parts)
    seed.shuffle(shuffled)
    assert split_surplus(1_000, shuffled, formula) == split_surplus(1_000, parts, formula)


@given(amount=st.integers(0, 10**9), value=st.integers(1, 10**4))
def test_what_is_credited_pays_for_at_least_the_share_and_no_thousandth_more_than_it_takes(amount, value):
    credited = credits_for(amount, value)
    assert credited * value >= amount * 1_000
    assert (credited - 1) * value < amount * 1_000 or credited == 0
