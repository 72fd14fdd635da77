"""The effective percent positive: how many of a provider's bookings ended in a good review; silence counts.

Who was unhappy and polite says nothing, so a mean of what was said flatters (Nosko and Tadelis, "The limits
of reputation in platform markets", NBER 20830, 2015). It is never displayed: a customer's silence is theirs,
and a number that punishes it would beg them to speak. Pure; arrays over subjects.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

POSITIVE_FROM = 4  # stars
PRIOR_BOOKINGS = 10.0  # pseudo-bookings at the usual share, before one's own are believed
FURTHEST = 3.0  # standard deviations; nobody's silence counts beyond


def effective_share(positives: ArrayLike, eligible: ArrayLike) -> Floats:
    """(positives + 1) / (eligible completed bookings + 2), of subjects (S,)."""
    return (np.asarray(positives, dtype=np.float64) + 1) / (np.asarray(eligible, dtype=np.float64) + 2)


def standardised(positives: ArrayLike, eligible: ArrayLike, *, usual: float, deviation: float) -> Floats:
    """The share standardised in its category, shrunk by ten pseudo-bookings and within ±3.

    `usual` and `deviation` are the category's mean and standard deviation of the share; zero where nobody
    differs.
    """
    if deviation <= 0:
        return np.zeros(np.shape(positives))
    booked = np.asarray(eligible, dtype=np.float64)
    z = (effective_share(positives, booked) - usual) / deviation
    return np.clip(z * booked / (booked + PRIOR_BOOKINGS), -FURTHEST, FURTHEST)
