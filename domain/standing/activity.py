"""Activity: how much somebody gave lately. It fades by half in 56 days, so that rest costs nobody a name.

It is told to its owner and ranks nobody. Pure; values in credits, ages in days.
"""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike

# Eight weeks: long enough for a holiday, short enough to say "lately" (contributions.md).
HALF_LIFE_DAYS: Final = 56.0


def activity_score(values: ArrayLike, ages: ArrayLike) -> float:
    """The sum of value·2^(−age/56) of verified contributions; none is nothing."""
    faded = np.asarray(values, dtype=np.float64) * np.exp2(
        -np.maximum(np.asarray(ages, dtype=np.float64), 0.0) / HALF_LIFE_DAYS
    )
    return float(faded.sum())


def decayed_activity(value: float, days: float) -> float:
    """What an activity is so many days later, if nothing came on top."""
    less: float = value * 2 ** (-max(days, 0.0) / HALF_LIFE_DAYS)
    return less
