"""Interval algebra held to plain sets of seconds."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from domain.availability.intervals import Interval, contains, intersect, overlaps, subtract, union

an_interval = st.tuples(st.integers(0, 40), st.integers(0, 40))
any_intervals = st.lists(an_interval, max_size=8)
normal_intervals = any_intervals.map(union)


def seconds_of(intervals: list[Interval]) -> set[int]:
    return {second for start, end in intervals for second in range(start, end)}


def normal(intervals: list[Interval]) -> bool:
    """Neither empty, nor touching or overlapping the one before."""
    bounds = [bound for interval in intervals for bound in interval]
    return all(one < next_one for one, next_one in pairwise(bounds))


@given(any_intervals)
def test_a_union_holds_what_any_of_its_intervals_holds(intervals: list[Interval]) -> None:
    assert seconds_of(union(intervals)) == seconds_of(intervals)
    assert normal(union(intervals))


@given(normal_intervals, normal_intervals)
def test_a_difference_holds_what_is_left(intervals: list[Interval], taken: list[Interval]) -> None:
    left = subtract(intervals, taken)
    assert seconds_of(left) == seconds_of(intervals) - seconds_of(taken)
    assert normal(left)


@given(normal_intervals, normal_intervals)
def test_an_intersection_holds_what_both_hold(one: list[Interval], other: list[Interval]) -> None:
    common = intersect(one, other)
    assert seconds_of(common) == seconds_of(one) & seconds_of(other)
    assert normal(common)


@given(normal_intervals, an_interval)
def test_an_interval_overlaps_what_it_shares_a_second_with(intervals: list[Interval], one: Interval) -> None:
    assert overlaps(intervals, one) == bool(seconds_of(intervals) & seconds_of([one]))


@given(normal_intervals, an_interval.filter(lambda one: one[0] < one[1]))
def test_an_interval_is_contained_where_all_its_seconds_are(intervals: list[Interval], one: Interval) -> None:
    assert contains(intervals, one) == (seconds_of([one]) <= seconds_of(intervals))


def test_one_set_of_seconds_has_one_list() -> None:
    assert union([(5, 9), (1, 3), (3, 5), (2, 2), (7, 4)]) == [(1, 9)]
