"""Standing: how much those who stand well themselves confirmed what somebody gave. Reputation, not an asset.

r = (1 − α)·P·r + α·s on the graph of **confirmations**: who confirmed whose contribution. A confirmation
weighs its value·2^(−age/365 d), each column of P is what one person's confirmations are shares of, and s are
the **seeds**: people known by their bookings and not by what others say of them. What somebody who confirmed
nobody would pass on goes back to the seeds. The sum over all people is one.

**No ring gains more than 1/α.** Let S be what a ring holds, and I what comes in from outside it and from its
seeds. However its members confirm one another, S ≤ I + (1 − α)·S, so S ≤ I/α. I does not grow, since what is
outside only loses what the ring keeps to itself; and before the ring it held I at least. So it holds at most
twice what it held, whether it is of five or of fifty. Accounts that only know one another hold nothing.
Pure; people are rows 0 … n − 1 of arrays, ages are in days, values in credits (bench contributions, rings).
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from domain.foundation import pagerank

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

# A half: at 0.15, which web pages use, a ring of friends could hold seven times what it earned.
ALPHA: Final = 0.5
HALF_LIFE_DAYS: Final = 365.0

# Who is a seed (contributions.md): months of real work with more than one person, and nothing upheld.
SEED_BOOKINGS: Final = 3
SEED_PROVIDERS: Final = 2
SEED_DAYS: Final = 60.0


@dataclass(frozen=True, slots=True, eq=False)
class Confirmations:
    """Confirmations (N,): rows of who confirmed and of whose it was, its value, its age in days."""

    people: int
    confirmer: Ints
    contributor: Ints
    value: Floats
    age: Floats

    @property
    def weight(self) -> Floats:
        """What each confirmation weighs now."""
        return confirmation_weights(self.value, self.age)


@dataclass(frozen=True, slots=True)
class BookingRecord:
    """What is known of somebody from their bookings: settled ones as a customer, and cases upheld."""

    settled_bookings: int
    providers: int
    days: float
    upheld_cases: int


def confirmation_weights(value: Floats, age: Floats) -> Floats:
    """The weight of confirmations (N,): value·2^(−age/365), nothing where there is no value."""
    weighed: Floats = np.maximum(value, 0.0) * np.exp2(-np.maximum(age, 0.0) / HALF_LIFE_DAYS)
    return weighed


def is_seed(record: BookingRecord) -> bool:
    """Whether somebody's bookings alone vouch for them."""
    return (
        record.settled_bookings >= SEED_BOOKINGS
        and record.providers >= SEED_PROVIDERS
        and record.days >= SEED_DAYS
        and record.upheld_cases == 0
    )


def standing_scores(confirmations: Confirmations, seeds: Floats, *, alpha: float = ALPHA) -> Floats:
    """The standing (people,) of everybody; sums to one, or to nothing where nobody is a seed."""
    return pagerank.personalized_pagerank(_adjacency_matrix(confirmations), seeds, damping=1 - alpha)


def standing_passed_on(confirmations: Confirmations, held: Floats, *, alpha: float = ALPHA) -> Floats:
    """What each confirmation (N,) adds to its contributor: (1 − α)·r of who confirmed·its share of theirs.

    With α·s and what comes back to seeds these add up to `held`.
    """
    return (1 - alpha) * held[confirmations.confirmer] * confirmation_shares(confirmations)


def confirmation_shares(confirmations: Confirmations) -> Floats:
    """Which share each confirmation (N,) is of all that its confirmer confirmed."""
    out_weights = pagerank.out_weights(_adjacency_matrix(confirmations))[confirmations.confirmer]
    counts = confirmations.confirmer != confirmations.contributor
    share: Floats = np.where(
        counts & (out_weights > 0), confirmations.weight / np.where(out_weights > 0, out_weights, 1.0), 0.0
    )
    return share


def seed_standing(
    confirmations: Confirmations, seeds: Floats, held: Floats, *, alpha: float = ALPHA
) -> Floats:
    """What each seed (people,) holds as a seed: α of their share, and theirs of what nobody passed on."""
    total = float(seeds.sum())
    if total <= 0:
        return np.zeros(len(seeds))
    returned = float(held[pagerank.out_weights(_adjacency_matrix(confirmations)) <= 0].sum())
    own: Floats = (alpha + (1 - alpha) * returned) * seeds / total
    return own


def relative_standing(held: Floats) -> Floats:
    """Standing (people,) beside the usual: one is the mean of those whom any standing has reached."""
    reached = held > 0
    return held * int(reached.sum()) / (float(held.sum()) or 1.0)


def _adjacency_matrix(confirmations: Confirmations) -> pagerank.AdjacencyMatrix:
    return pagerank.adjacency_matrix(
        confirmations.confirmer, confirmations.contributor, confirmations.weight, confirmations.people
    )
