"""Counts of people as the world may see them: in ranges that single nobody out.

Whoever watches an exact count near one house learns when one provider comes and goes. So fewer than three are
never told apart, not even from none (k-anonymity with k = 3, Sweeney 2002), and beyond that a range says
enough for anybody to judge a price by. The ranges roughly double, as people's sense of number does.
"""

from bisect import bisect_right

_STARTS = (3, 6, 11, 21)
BUCKETS = ("fewer than 3", "3–5", "6–10", "11–20", "more than 20")


def bucket(count: float) -> str:
    """The range a count lies in; half a provider (one who is free soon) rounds to the nearest whole, up."""
    return BUCKETS[bisect_right(_STARTS, int(count + 0.5))]
