"""Sets of instants as sorted lists of half-open intervals, and what can be done with them.

An **interval** is a span of time written as `(start, end)` in whole seconds since 1970-01-01T00:00Z; it
holds every instant with `start <= instant < end`. Integers rather than aware datetimes, because two aware
datetimes of one zone subtract as wall time and lose the clock change between them, and because integers
compare several times faster. Seconds rather than minutes, because a hold from an outside calendar may begin
anywhere.

A list of intervals is **normal** when it is sorted and they are neither empty, overlapping nor touching, so
that one set has one list. Every function answers normal lists; all but `union` expect them.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from typing import TypeAlias

Interval: TypeAlias = tuple[int, int]


def union(intervals: Iterable[Interval]) -> list[Interval]:
    """Everything that lies in at least one of the intervals, which may come in any order and overlap."""
    normal: list[Interval] = []
    for start, end in sorted(intervals):
        if start >= end:
            continue
        if normal and start <= normal[-1][1]:
            if end > normal[-1][1]:
                normal[-1] = (normal[-1][0], end)
        else:
            normal.append((start, end))
    return normal


def subtract(intervals: Sequence[Interval], taken: Sequence[Interval]) -> list[Interval]:
    """What is left of `intervals` without `taken`; both normal, read once from left to right."""
    left: list[Interval] = []
    reached = 0
    for start, end in intervals:
        while reached < len(taken) and taken[reached][1] <= start:
            reached += 1
        begin, following = start, reached
        while following < len(taken) and taken[following][0] < end:
            if begin < taken[following][0]:
                left.append((begin, taken[following][0]))
            begin = taken[following][1]
            following += 1
        if begin < end:
            left.append((begin, end))
    return left


def intersect(first: Sequence[Interval], second: Sequence[Interval]) -> list[Interval]:
    """Everything that lies in both; both normal, read once from left to right."""
    common: list[Interval] = []
    i = j = 0
    while i < len(first) and j < len(second):
        start, end = max(first[i][0], second[j][0]), min(first[i][1], second[j][1])
        if start < end:
            common.append((start, end))
        if first[i][1] < second[j][1]:
            i += 1
        else:
            j += 1
    return common


def contains(intervals: Sequence[Interval], interval: Interval) -> bool:
    """Whether the whole of a interval, which is not empty, lies in normal `intervals`."""
    place = _last_starting_by(intervals, interval[0])
    return place >= 0 and interval[1] <= intervals[place][1]


def overlaps(intervals: Sequence[Interval], interval: Interval) -> bool:
    """Whether any instant of a interval lies in normal `intervals`; an empty interval holds none."""
    start, end = interval
    if start >= end:
        return False
    place = _last_starting_by(intervals, end - 1)
    return place >= 0 and intervals[place][1] > start


def _last_starting_by(intervals: Sequence[Interval], instant: int) -> int:
    """The place of the last interval that starts at the instant or before it, -1 if there is none.

    A one-element tuple would sort before every interval of the same start, hence the endless second element.
    """
    return bisect_right(intervals, (instant, _ENDLESS)) - 1


_ENDLESS = 1 << 62  # later than any instant PostgreSQL or Python can write, and still an int
