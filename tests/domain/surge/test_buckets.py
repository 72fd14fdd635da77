"""Nobody is singled out by a count."""

import pytest

from domain.surge.buckets import BUCKETS, bucket


@pytest.mark.parametrize(
    ("count", "told"),
    [
        (0, 0),
        (1, 0),
        (2, 0),
        (2.4, 0),
        (2.5, 1),
        (3, 1),
        (5.4, 1),
        (6, 2),
        (10, 2),
        (11, 3),
        (20, 3),
        (21, 4),
        (9_999, 4),
    ],
)
def test_a_count_is_told_as_a_range(count: float, told: int) -> None:
    assert bucket(count) == BUCKETS[told]


def test_nobody_learns_whether_there_are_none_one_or_two() -> None:
    assert len({bucket(count) for count in (0, 1, 2)}) == 1
