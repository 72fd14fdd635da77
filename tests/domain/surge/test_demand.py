from itertools import pairwise

import numpy as np
import pytest
from h3.api.basic_int import grid_disk
from hypothesis import given
from hypothesis import strategies as st

from domain.surge import demand
from domain.surge.demand import MOST_PER_CUSTOMER, QUOTE, SEARCH, Signs
from domain.surge.grid import grid_of

HERE, NEXT = 0x871126D33FFFFFF, 0x871126D32FFFFFF
LONG_AGO, NOW = -10_000.0, 10_000.0


def signs(*each, unmet=False):
    """Customer, cell, second, weight; of one category."""
    customers, cells, at, weight = zip(*each, strict=True) if each else ((), (), (), ())
    return Signs(
        customers=np.array(customers, dtype=np.int64),
        cells=np.array(cells, dtype=np.int64),
        categories=np.zeros(len(each), dtype=np.int64),
        at=np.array(at, dtype=np.float64),
        hundredths=np.array(weight, dtype=np.int64),
        unmet=np.full(len(each), unmet),
    )


def total(*each, since=LONG_AGO, until=NOW):
    return round(float(demand.weights(signs(*each), since=since, until=until).sum()), 9)


@pytest.mark.parametrize(
    ("did", "counts"),
    [
        ([], 0.0),
        ([(1, HERE, 0, SEARCH)], 0.2),
        ([(1, HERE, 0, QUOTE)], 1.0),
        ([(1, HERE, 0, SEARCH), (1, HERE, 60, QUOTE)], 1.0),
        ([(1, HERE, 0, QUOTE), (1, HERE, 60, SEARCH)], 1.0),
        ([(1, HERE, 0, QUOTE), (1, HERE, 599, QUOTE)], 1.0),
        ([(1, HERE, 0, QUOTE), (1, HERE, 600, QUOTE)], 2.0),
        ([(1, HERE, 0, QUOTE), (2, HERE, 0, QUOTE)], 2.0),
        ([(1, HERE, 0, QUOTE), (1, NEXT, 0, QUOTE)], 2.0),
        ([(1, HERE, minute * 60, QUOTE) for minute in range(50)], 1.0),
    ],
)
def test_a_person_counts_once_for_a_wish(did, counts):
    assert total(*did) == counts


def test_a_search_counts_when_it_was_made_and_the_quote_after_it_adds_the_difference():
    did = [(1, HERE, 100, SEARCH), (1, HERE, 400, QUOTE)]
    assert total(*did, since=0, until=300) == 0.2
    assert total(*did, since=300, until=600) == 0.8


def test_a_bot_that_asks_in_every_cell_counts_as_three_people():
    everywhere = [(1, cell, 0, QUOTE) for cell in range(1_000)]
    assert total(*everywhere) == MOST_PER_CUSTOMER
    assert total(*everywhere, (2, HERE, 0, QUOTE)) == MOST_PER_CUSTOMER + 1


def test_who_went_without_is_counted_once_and_bots_count_as_three():
    cells = grid_disk(HERE, 5)
    grid = grid_of(cells)
    bot = signs(*[(1, cell, 10, QUOTE) for cell in cells], (1, HERE, 20, QUOTE), unmet=True)
    window = np.array([60.0])
    counted = demand.went_without(bot, grid, 1, windows=window, until=50.0)
    assert counted.sum() == pytest.approx(MOST_PER_CUSTOMER, abs=1e-5)
    assert demand.went_without(bot, grid, 1, windows=window, until=100.0).sum() == 0


did = st.tuples(
    st.integers(1, 4), st.sampled_from([HERE, NEXT]), st.integers(0, 3_000), st.sampled_from([SEARCH, QUOTE])
)


@given(st.lists(did, max_size=40), st.integers(1, 4), st.integers(0, 3_000))
def test_refreshing_never_raises_what_is_counted(acts, who, when):
    """Whoever repeats something within ten minutes of what weighs as much changes no tick's sum upwards."""
    near = [act for act in acts if act[0] == who and 0 <= when - act[2] < demand.AGAIN_SECONDS]
    if not near:
        return
    again = (who, near[0][1], when, min(act[3] for act in near if act[1] == near[0][1]))
    assert total(*acts, again) <= total(*acts) + 1e-9


@given(st.lists(did, max_size=60), st.lists(st.integers(0, 3_000), min_size=1, max_size=8, unique=True))
def test_ticks_share_out_what_a_plain_count_finds(acts, cuts):
    edges = [LONG_AGO, *sorted(cuts), NOW]
    ticks = [total(*acts, since=since, until=until) for since, until in pairwise(edges)]
    plain = _counted_one_by_one(acts)
    assert sum(ticks) <= plain + 1e-6
    if all(tick <= MOST_PER_CUSTOMER for tick in ticks):
        assert sum(ticks) == pytest.approx(plain)


@given(st.lists(did, max_size=60), st.randoms(use_true_random=False))
def test_the_order_in_which_rows_are_read_does_not_matter(acts, shuffled):
    mixed = list(acts)
    shuffled.shuffle(mixed)
    assert total(*mixed) == total(*acts)


def _counted_one_by_one(acts):
    counted = 0.0
    for who, where in {act[:2] for act in acts}:
        highest, last = 0, None
        for _, _, at, weight in sorted(
            (a for a in acts if a[:2] == (who, where)), key=lambda a: (a[2], -a[3])
        ):
            if last is None or at - last >= demand.AGAIN_SECONDS:
                highest = 0
            counted += max(0, weight - highest) / QUOTE
            highest, last = max(highest, weight), at
    return counted
