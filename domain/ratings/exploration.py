"""Room for newcomers: whoever nobody knows yet is shown now and then, or nobody ever will know them.

A newcomer's place in a search comes from a Thompson draw (Thompson 1933): a value drawn from what could be
true of them. It is for the first five bookings, for at most a tenth of impressions, and for people whose
payout identity is verified, so that a new account is not a new chance.

The budget is a **searcher's**, not the day's: newcomers stand in ten rows, and each searcher is shown the
draws of one row a day. So nobody's results are strewn with strangers, each newcomer is shown to a tenth of
all searchers every day, and a searcher's pages agree all day long. Which row it is tells nothing of anybody:
it follows from the date and the searcher's id, and a row is a digit of a newcomer's. Whoever does not say who
they are is one searcher. Pure.
"""

from datetime import date
from hashlib import sha256
from uuid import UUID

import numpy as np
from scipy.special import betaincinv

FIRST_BOOKINGS = 5
ROWS = 10
SHARE_OF_IMPRESSIONS = 1 / ROWS
ROW_OF = f"(hashtextextended(states.subject_id::text, 0) & 9223372036854775807) % {ROWS}"
"""The row that a newcomer stands in, as a statement over `reputation_states AS states` asks for it."""

_ONE = float(2**64)


def is_newcomer(*, bookings: int, payout_verified: bool) -> bool:
    """Whether somebody is still to be discovered."""
    return payout_verified and bookings < FIRST_BOOKINGS


def row_for(searcher: UUID | None, on: date) -> int:
    """Which of the ten rows of newcomers this searcher is shown the draws of on this day."""
    return int(ROWS * _uniform("row", on.isoformat(), searcher))


def draw(seed: str, subject: UUID, *, mean: float, deviation: float) -> float:
    """How much a draw from the belief lies above its cautious value, zero or more; what exploration adds.

    The belief is the Beta of this mean and standard deviation.
    """
    inner = float(np.clip(mean, 1e-6, 1 - 1e-6))
    size = max(inner * (1 - inner) / max(deviation**2, 1e-9) - 1, 1e-3)
    drawn = betaincinv(inner * size, (1 - inner) * size, _uniform("draw", seed, subject))
    return max(0.0, float(drawn) - mean)


def _uniform(purpose: str, seed: str, subject: UUID | None) -> float:
    """A number in 0 … 1 that nobody can choose and everybody can count again."""
    digest = sha256(f"{purpose}/{seed}/{subject}".encode()).digest()
    return int.from_bytes(digest[:8], "big") / _ONE
