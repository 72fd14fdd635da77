"""Each task's share is the Shapley value, exactly; what is given in money is split without a remainder."""

from itertools import permutations
from random import Random

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from domain.foundation.money import apportion
from domain.pricing.shapley import MOST_TASKS, PARTS, shares, shares_by_subsets

Game = dict[tuple[int, ...], int]


@st.composite
def games(draw: st.DrawFn, most: int = 5) -> tuple[Game, int]:
    """Dividends of some sets of some tasks, also below zero."""
    tasks = draw(st.integers(1, most))
    sets = st.sets(st.integers(0, tasks - 1), min_size=1).map(lambda members: tuple(sorted(members)))
    return draw(st.dictionaries(sets, st.integers(-500, 5_000), max_size=12)), tasks


@st.composite
def growing(draw: st.DrawFn) -> tuple[Game, int]:
    """A game in which one task more never saves less: the most that any of some rising values allows."""
    tasks = draw(st.integers(1, 5))
    saved = [0] * (1 << tasks)
    for number in range(1, 1 << tasks):
        least = max(saved[number & ~(1 << place)] for place in range(tasks) if number >> place & 1)
        saved[number] = least + draw(st.integers(0, 400))
    return dividends_of(saved), tasks


def dividends_of(saved: list[int]) -> Game:
    found: Game = {}
    for number in range(1, len(saved)):
        members = tuple(place for place in range(number.bit_length()) if number >> place & 1)
        smaller = sum(amount for part, amount in found.items() if set(part) < set(members))
        found[members] = saved[number] - smaller
    return found


def saving(game: Game, members: set[int]) -> int:
    return sum(amount for part, amount in game.items() if members.issuperset(part))


def every_set(game: Game, tasks: int) -> np.ndarray:
    numbers = range(1 << tasks)
    return np.array(
        [saving(game, {place for place in range(tasks) if number >> place & 1}) for number in numbers],
        dtype=np.int64,
    )


@given(games())
def test_shares_from_dividends_are_those_of_the_definition(asked: tuple[Game, int]) -> None:
    game, tasks = asked
    assert shares(game.items(), tasks) == shares_by_subsets(every_set(game, tasks))


@given(games(most=4))
def test_a_share_is_what_the_task_adds_averaged_over_all_orders(asked: tuple[Game, int]) -> None:
    game, tasks = asked
    added = [0] * tasks
    orders = [*permutations(range(tasks))]
    for order in orders:
        for at, place in enumerate(order):
            added[place] += saving(game, {*order[: at + 1]}) - saving(game, {*order[:at]})
    assert [share * len(orders) for share in shares(game.items(), tasks)] == [each * PARTS for each in added]


@given(games())
def test_shares_give_out_the_whole_saving(asked: tuple[Game, int]) -> None:
    game, tasks = asked
    assert sum(shares(game.items(), tasks)) == PARTS * sum(game.values())


@given(games(), st.randoms(use_true_random=False))
def test_tasks_are_treated_alike_whatever_their_place(asked: tuple[Game, int], dice: Random) -> None:
    game, tasks = asked
    moved = [*range(tasks)]
    dice.shuffle(moved)
    turned = {tuple(sorted(moved[place] for place in members)): amount for members, amount in game.items()}
    before, after = shares(game.items(), tasks), shares(turned.items(), tasks)
    assert [after[moved[place]] for place in range(tasks)] == before


@given(games())
def test_a_task_that_adds_nothing_anywhere_has_no_share(asked: tuple[Game, int]) -> None:
    game, tasks = asked
    assert shares(game.items(), tasks + 1)[tasks] == 0


@given(games(), games())
def test_shares_of_two_agreements_add_up(one: tuple[Game, int], other: tuple[Game, int]) -> None:
    tasks = max(one[1], other[1])
    both = [*one[0].items(), *other[0].items()]
    apart = zip(shares(one[0].items(), tasks), shares(other[0].items(), tasks), strict=True)
    assert shares(both, tasks) == [sum(pair) for pair in apart]


@given(growing(), st.integers(0, 10_000))
def test_where_more_work_never_saves_less_nobody_s_share_is_below_zero(
    asked: tuple[Game, int], given_amount: int
) -> None:
    game, tasks = asked
    found = shares(game.items(), tasks)
    assert min(found) >= 0
    if any(found):
        parts = apportion(given_amount, found)
        assert sum(parts) == given_amount
        whole = sum(found)
        assert all(
            abs(part * whole - given_amount * share) < whole for part, share in zip(parts, found, strict=True)
        )


def test_twelve_tasks_are_proven_over_all_their_sets() -> None:
    dice = Random("proof")
    game: Game = {
        tuple(sorted(dice.sample(range(MOST_TASKS), dice.randint(1, MOST_TASKS)))): dice.randint(0, 10**12)
        for _ in range(42)
    }
    saved = np.zeros(1 << MOST_TASKS, dtype=np.int64)
    for members, amount in game.items():
        saved[sum(1 << place for place in members)] += amount
    for place in range(MOST_TASKS):
        pairs = saved.reshape(-1, 2, 1 << place)
        pairs[:, 1] += pairs[:, 0]
    assert shares(game.items(), MOST_TASKS) == shares_by_subsets(saved)
